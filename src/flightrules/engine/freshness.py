"""Until when a verdict can be relied on: the moment at which the first thing that it rests on expires.

Evidence grows older than its source allows; waivers, acceptances and quarantined tests end. A verdict looked
at after that moment is judged again, never believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flightrules.engine.defects import acceptance_ends
from flightrules.engine.verdict import Verdict
from flightrules.rules.rulebook import Rulebook

__all__ = ["stands_until"]


def stands_until(verdict: Verdict, book: Rulebook) -> datetime | None:
    """The earliest expiry after the verdict was given; None where nothing that it rests on ever expires."""
    return min((end for end in _ends(verdict, book) if end > verdict.as_of), default=None)


def _ends(verdict: Verdict, book: Rulebook) -> Iterator[datetime]:
    for use in verdict.evidence:
        source = book.source(use.method)
        if source is not None and source.max_age is not None and use.taken_at is not None:
            yield use.taken_at + source.max_age
    for waiver in verdict.waivers:
        yield waiver.expires_at
    for line in verdict.defects:
        ends = acceptance_ends(line.acceptance) if line.acceptance is not None else None
        if ends is not None:
            yield ends
    for entry in book.quarantine.entries:
        yield entry.expires_at
