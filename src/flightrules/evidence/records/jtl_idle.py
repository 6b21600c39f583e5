"""Whether a load test stood still: JMeter appends a second run to the file of the first without a word.

Looked for at few places of the file, and then exactly between the two that lie furthest apart in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from flightrules.evidence.measurement import Notice
from flightrules.evidence.source import Source
from flightrules.patterns import late

__all__ = ["idle_notice"]

_LOOKS, _LOOK = 64, 2 << 10
_START = late(rb"\n([0-9]{13})[,;\t]")
_SECOND = 1000
_LEAST = 60 * _SECOND  # a pause of one user may be as long as half of a short run


def idle_notice(source: Source) -> Notice | None:
    """What to say where no request began for more than half of the time.

    Only rows that begin with the time in milliseconds are looked at, as JMeter writes them.
    """
    step = max(source.size // _LOOKS, _LOOK)
    looks = [
        (at, starts) for at in range(0, source.size, step) if (starts := _starts(source, at, at + _LOOK))
    ]
    if not looks:
        return None
    looks.append((source.size, _starts(source, max(source.size - _LOOK, 0), source.size) or looks[-1][1]))
    span = max(max(starts) for _, starts in looks) - min(min(starts) for _, starts in looks)
    for (at, starts), (after, later) in pairwise(looks):
        if 2 * (max(later) - min(starts)) > span > _LEAST:
            still = max(_pauses(_starts(source, at, after + _LOOK)), default=0)
            if 2 * still > span and still > _LEAST:
                said = (
                    f"no request began for {still // _SECOND} of {span // _SECOND} s; are these several runs?"
                )
                return Notice("W_IDLE", said)
    return None


def _starts(source: Source, at: int, end: int) -> list[int]:
    data = b"".join(source.part(_LOOK, at, min(end, source.size)))
    return [int(start) for start in _START.findall(data)]


def _pauses(starts: list[int]) -> Iterator[int]:
    return (after - before for before, after in pairwise(sorted(starts)))
