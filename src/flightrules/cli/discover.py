"""Where things are: the rulebook upwards from here, the repository's root, the files beside the rulebook."""

from __future__ import annotations

import os

from flightrules.errors import RulebookError, UsageError

__all__ = ["FOLDER", "NAMES", "find_rulebook", "read_file", "repository_root"]

NAMES = (".flightrules.yml", ".flightrules.yaml")
FOLDER = ".flightrules"
_LIMIT = 1 << 20


def repository_root(start: str) -> str:
    """The nearest folder upwards that holds ``.git``; the start itself where none does."""
    here = os.path.abspath(start)
    while True:
        if os.path.exists(os.path.join(here, ".git")):
            return here
        above = os.path.dirname(here)
        if above == here:
            return os.path.abspath(start)
        here = above


def find_rulebook(start: str) -> str | None:
    """The nearest rulebook from here up to the repository's root, as a path relative to here.

    A link that leads nowhere is found too: reading it is refused, it is not as if there were no rulebook.

    Raises:
        UsageError: E_CONTRADICTION where both spellings stand side by side.
    """
    root = repository_root(start)
    here = os.path.abspath(start)
    while True:
        found = [path for name in NAMES if os.path.lexists(path := os.path.join(here, name))]
        if len(found) > 1:
            both = " and ".join(NAMES)
            raise UsageError(
                "E_CONTRADICTION",
                f"both {both} are here",
                file=found[1],
                hint="keep one, or name it with --rulebook",
            )
        if found:
            return os.path.relpath(found[0], start)
        if here in (root, os.path.dirname(here)):
            return None
        here = os.path.dirname(here)


def read_file(path: str, *, what: str = "rulebook") -> bytes:
    """The bytes of a small text file that people wrote.

    Raises:
        UsageError: E_NOT_FOUND.
        RulebookError: E_NOT_A_FILE, E_PERMISSION, E_TOO_LARGE.
    """
    from flightrules.errors import EvidenceError
    from flightrules.evidence.source import Source

    try:
        with Source.open(path, limit=_LIMIT) as source:
            return source.data()
    except EvidenceError as error:
        kind = UsageError if error.code == "E_NOT_FOUND" else RulebookError
        hint = f"put the {what} there as a plain file" if error.code == "E_NOT_A_FILE" else error.hint
        raise kind(error.code, f"the {what}: {error.message}", file=path, hint=hint) from None
