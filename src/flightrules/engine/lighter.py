"""What one class and track of a release would do without that another one asks for.

Bytes that were judged once by the heavier way are not judged anew by a lighter one: else whoever was told no
would only have to call the release something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from flightrules.engine.relaxation import class_called, is_emergency, track_called
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.track import ReleaseClass, Track
from flightrules.values import frozen

__all__ = ["Way", "does_without"]

_SIGNS = {"never": 0, "above_threshold": 1}
_ALWAYS = 2


@frozen
class Way:
    """How a release goes: its class and its track, as they are stated of it."""

    release_class: str = ""
    track: str = ""


def does_without(book: Rulebook, now: Way, before: Way) -> tuple[str, ...]:
    """What ``before`` asks for and ``now`` does not, in words; empty where ``now`` is at least as heavy.

    The track of an emergency is no measure: it is lighter by agreement, and its class alone is compared.
    """
    return tuple(_lacking(_Needs.of(book, now), _Needs.of(book, _plain(book, before))))


@frozen
class _Needs:
    gates: frozenset[str]
    approvers: frozenset[str]
    board: bool
    signs: int
    threshold: Decimal

    @classmethod
    def of(cls, book: Rulebook, way: Way) -> _Needs:
        known = class_called(book, way.release_class) or ReleaseClass("")
        track = track_called(book, way.track) or Track("")
        last = book.exit_gate()
        gates: Iterable[str] = track.gates or known.gates or (() if last is None else (last.id,))
        threshold = known.risk_threshold if known.risk_threshold is not None else Decimal(-1)
        signs = _SIGNS.get(known.human_signoff, _ALWAYS)
        return cls(frozenset(gates), frozenset(track.approver), known.approval == "cab", signs, threshold)


def _lacking(now: _Needs, before: _Needs) -> Iterator[str]:
    yield from (f"the gate {one}" for one in sorted(before.gates - now.gates))
    yield from (f"the approval of {one}" for one in sorted(before.approvers - now.approvers))
    if before.board and not now.board:
        yield "the approval of the change board"
    if now.signs < before.signs:
        yield "the signatures of people"
    elif now.signs < _ALWAYS and now.threshold > before.threshold:
        yield "people above the same risk"


def _plain(book: Rulebook, way: Way) -> Way:
    track = track_called(book, way.track)
    return Way(way.release_class) if track is not None and is_emergency(track) else way
