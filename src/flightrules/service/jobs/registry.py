"""Which work exists: the job map of the settings, from a name to the function that does it.

A job is named, never pickled: what waits in a queue is a name and the key of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

__all__ = ["Due", "Handler", "Job", "due_finders", "handler", "is_much", "may_be_much"]

Handler = Callable[[str, datetime], None]
"""Does the work on the row with this key, at this moment; harmless when the work is done already."""

Due = Callable[[datetime, int], Iterable[str]]
"""Keys of rows whose work is due at this moment, at most so many."""


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the job map.

    Attributes:
        run: dotted name of the handler.
        due: dotted name of the function that finds what is due; the sweep asks it every few seconds.
        much: dotted name of the function that says whether a row is so much work that it would hold requests
            up; see ``jobs.apart``.
    """

    run: str
    due: str = ""
    much: str = ""


@cache
def handler(name: str) -> Handler:
    """The function that does the work called ``name``.

    Raises:
        LookupError: no such work; a defect of ours, or a queue that a newer version filled.
    """
    found: Job | None = settings.FLIGHTRULES_JOBS.get(name)
    if found is None:
        raise LookupError(f"there is no work called {name[:60]!r}")
    return cast("Handler", import_string(found.run))


@cache
def due_finders() -> tuple[tuple[str, Due], ...]:
    """Each work's name with the function that finds what is due."""
    return tuple(
        (name, cast("Due", import_string(job.due)))
        for name, job in sorted(settings.FLIGHTRULES_JOBS.items())
        if job.due
    )


def may_be_much(name: str) -> bool:
    """Whether some rows of this work are much; such work has a lane of its own beside all that is little."""
    found: Job | None = settings.FLIGHTRULES_JOBS.get(name)
    return found is not None and bool(found.much)


def is_much(name: str, key: str) -> bool:
    """Whether the work on this row would hold up whoever shares the process.

    Raises:
        LookupError: as ``handler``.
    """
    handler(name)
    asked = settings.FLIGHTRULES_JOBS[name].much
    return bool(asked) and bool(import_string(asked)(key))
