"""The ledger as it grows, for those who follow it: in the order of its numbers, nothing skipped."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from flightrules.service.records.models import Entry, Stream

__all__ = ["Recorded", "entries_after", "sizes"]


class Recorded(NamedTuple):
    """What a follower is told of an entry; the rest is read where the reader's powers are asked."""

    seq: int
    at: datetime
    tag: str
    actor: str
    subject: str

    def to_json(self) -> str:
        """One line."""
        shown = self._asdict() | {"at": self.at.isoformat()}
        return json.dumps(shown, separators=(",", ":"))


def entries_after(stream: str, seq: int, limit: int) -> list[Recorded]:
    """Entries of the stream with a number above ``seq``, in order.

    Numbers are given under the lock of the stream's tip, so none appears later below one that was seen.
    """
    rows = Entry.objects.filter(stream__name=stream, seq__gt=seq).order_by("seq")
    return [Recorded(*row) for row in rows.values_list("seq", "at", "tag", "actor", "subject")[:limit]]


def sizes(streams: Iterable[str]) -> dict[str, int]:
    """How many entries each of these streams has; one that has none is left out."""
    return dict(Stream.objects.filter(name__in=list(streams)).values_list("name", "size"))
