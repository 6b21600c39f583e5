"""Globs to files, relative to the rulebook; one walk serves all patterns."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from flightrules.errors import UsageError

__all__ = ["Tree"]

_NEVER = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".hypothesis",
        ".gradle",
        ".terraform",
    ]
)
_ENTRY_LIMIT = 1_000_000
_NAMED = 3


class Tree:
    """The files below one folder, listed when a pattern first needs them."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._listed: list[str] | None = None
        self._unread: list[str] = []

    def match(self, patterns: Iterable[str]) -> list[str]:
        """Paths relative to the root that match any of the patterns, sorted, each once.

        ``*`` and ``?`` stay inside a folder, ``**`` crosses folders. A leading ``!`` takes files away again.
        """
        chosen: set[str] = set()
        for pattern in patterns:
            if pattern.startswith("!"):
                chosen -= set(self._matching(pattern[1:], chosen))
            elif any(mark in pattern for mark in "*?["):
                chosen |= set(self._matching(pattern, self._all()))
            elif os.path.lexists(os.path.join(self.root, pattern)):
                chosen.add(os.path.normpath(pattern))
        return sorted(chosen)

    def _matching(self, pattern: str, paths: Iterable[str]) -> list[str]:
        wanted = re.compile(_regex(pattern))
        return [path for path in paths if wanted.fullmatch(path)]

    def _all(self) -> list[str]:
        if self._listed is None:
            self._listed = list(_walk(self.root, self._unread))
        return self._listed

    def unread(self) -> tuple[str, ...]:
        """Sentences on what patterns could not look at."""
        if not self._unread:
            return ()
        named = ", ".join(sorted(self._unread)[:_NAMED])
        more = f" and {len(self._unread) - _NAMED} more" if len(self._unread) > _NAMED else ""
        return (f"folders that were not looked into (unreadable, or links): {named}{more}",)


def _walk(root: str, unread: list[str]) -> Iterable[str]:
    """Every file below; folders that cannot be read or are links are named in ``unread``.

    Raises:
        UsageError: E_TOO_LARGE, where a file that decides might never be reached.
    """
    waiting, seen = [""], 0
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(os.path.join(root, folder)))
        except OSError:
            unread.append(folder or ".")
            continue
        for entry in entries:
            path = os.path.join(folder, entry.name)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NEVER:
                    waiting.append(path)
            elif entry.is_symlink() and os.path.isdir(os.path.join(root, path)) and entry.name not in _NEVER:
                unread.append(path)
            else:
                yield path
        seen += len(entries)
        if seen > _ENTRY_LIMIT:
            raise UsageError(
                "E_TOO_LARGE",
                f"more than {_ENTRY_LIMIT:,} files lie here, so not all can be looked at",
                file=root,
                hint="name the evidence with --evidence METHOD=PATH, or run in a smaller folder",
            )


def _regex(pattern: str) -> str:
    """A glob as a regular expression without alternation over the same text, so matching stays linear."""
    out = ""
    at = 0
    pattern = os.path.normpath(pattern) if "**" not in pattern else pattern.removeprefix("./")
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out, at = out + "(?:[^/]+/)*", at + 3
        elif pattern.startswith("**", at):
            out, at = out + ".*", at + 2
        elif pattern[at] == "*":
            out, at = out + "[^/]*", at + 1
        elif pattern[at] == "?":
            out, at = out + "[^/]", at + 1
        else:
            out, at = out + re.escape(pattern[at]), at + 1
    return out
