"""Where outputs may go: to a file each, and never over anything that was read to reach the verdict."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flightrules.cli.discover import FOLDER, find_rulebook
from flightrules.errors import UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from flightrules.cli.evaluation import Evaluation

__all__ = ["files_read", "require_targets"]

_BESIDE = ("waivers.yml", "acceptances.yml", "evidence.yml")


def files_read(evaluation: Evaluation, arguments: Namespace) -> Iterator[str]:
    """Paths of everything that the evaluation rests on, whether it is there or not."""
    yield arguments.rulebook or find_rulebook(os.getcwd()) or ""
    yield from (os.path.join(evaluation.root, FOLDER, name) for name in _BESIDE)
    yield from (one or "" for one in (arguments.sign, arguments.artefact, *arguments.passed_key))
    yield from (one.rpartition("=")[2] for one in (*arguments.passed, *arguments.evidence))
    for found in evaluation.facts.found.values():
        understood = (one.path for one in (*found.evidence, *found.baseline))
        refused = (one.path for one in (*found.refused, *found.baseline_refused))
        yield from (os.path.join(evaluation.root, path) for path in (*understood, *refused))


def require_targets(targets: Iterable[str], read: Iterable[str]) -> None:
    """Refuse outputs that would take the place of something read, or of each other.

    Raises:
        UsageError: E_OUTPUT.
    """
    taken: set[str] = set()
    for target in targets:
        if target in ("", "-"):
            hint = "name a file; what stdout gets is said with --format"
            raise UsageError("E_OUTPUT", f"{target!r} names no file", hint=hint)
        place = os.path.abspath(target)
        if place in taken:
            raise UsageError("E_OUTPUT", "two outputs go to one file", file=target, hint="name another file")
        taken.add(place)
    there = [target for target in taken if os.path.exists(target)]
    sources = {_identity(path) for path in read if path and os.path.exists(path)} if there else set()
    for target in sorted(there):
        if _identity(target) in sources:
            hint = "name another file: this one would be overwritten"
            raise UsageError("E_OUTPUT", "the verdict rests on this file", file=target, hint=hint)


def _identity(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino
