"""Which open dossiers the sweep looks at now, where there are too many to look at all every few seconds.

Whatever changes a release, its evidence or its people leaves an entry, so the size of a product's ledger says
whether anything happened there. Those of which something happened are looked at first, then those that nobody
looked at for longest: time alone changes things too, when a waiver expires or a delegation ends. So each is
looked at again, however quiet its product is, and a sweep takes no longer than so many of them take.

The sweep is a courtesy: whoever votes, decides or deploys looks at everything again at that moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from flightrules.service.records.queries import sizes_of
from flightrules.service.records.services import OFFICE, product_stream

__all__ = ["AT_ONCE", "Round"]

AT_ONCE = 20
"""So many are looked at in one sweep; a thousand open ones take fifty sweeps, two and a half minutes."""


_KEPT_FOR_OTHERS = 4  # one in so many
_NEVER = datetime.min.replace(tzinfo=UTC)


class _Look(NamedTuple):
    """When something was looked at, and how far the ledgers had come before."""

    at: datetime
    product: int
    office: int


class Round:
    """What was looked at in this process, and so what comes next; it is forgotten with the process."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._looks: dict[str, _Look] = {}
        self._lock = threading.Lock()

    def due(
        self, open_ones: Mapping[str, str], is_due: Callable[[list[str]], Iterable[str]], at: datetime
    ) -> list[str]:
        """Those in which something does not count any more, of as many as one sweep looks at.

        Args:
            open_ones: the product of each, by its key, the oldest first.
            is_due: looks at these keys, and returns those of them that are due.
            at: this moment.
        """
        sizes = sizes_of([OFFICE, *map(product_stream, set(open_ones.values()))])
        now = {
            key: _Look(at, sizes.get(product_stream(product), 0), sizes.get(OFFICE, 0))
            for key, product in open_ones.items()
        }
        with self._lock:
            self._looks = {key: look for key, look in self._looks.items() if key in now}
            chosen = self._chosen(now)
            self._looks |= {key: now[key] for key in chosen}
        return list(is_due(chosen))

    def _chosen(self, now: Mapping[str, _Look]) -> list[str]:
        """Mostly those where something happened; some are kept for the others, however busy a product is."""
        by_turn = sorted(now, key=lambda key: self._turn(key, now[key]))
        first = by_turn[: self._at_once - self._at_once // _KEPT_FOR_OTHERS]
        longest = sorted(by_turn[len(first) :], key=self._looked_at)
        return [*first, *longest[: self._at_once - len(first)]]

    def _looked_at(self, key: str) -> datetime:
        return self._looks[key].at if key in self._looks else _NEVER

    def _turn(self, key: str, now: _Look) -> tuple[int, datetime]:
        """The smaller, the sooner: never looked at, its product has news, the office has, the longest ago."""
        last = self._looks.get(key)
        if last is None:
            return 0, _NEVER
        if last.product != now.product:
            return 1, last.at
        return (2 if last.office != now.office else 3), last.at
