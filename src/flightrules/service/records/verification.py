"""Verify the ledger in the database: every stored byte, column and hash, against every signed head.

What can be compared here is what the database and the home hold. Who owns both can cut off the newest entries
and put an older signed head in its place; that is seen with a head that was kept elsewhere, an anchor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError

from flightrules.ledger.history import Head, judge_anchors, judge_heads
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.merkle import HASH_SIZE
from flightrules.ledger.trail import Columns, Fault, Part, Trail, follow
from flightrules.service.records.beside import alone, beside
from flightrules.service.records.models import Checkpoint, Entry, Office, Stream
from flightrules.service.records.queries import batches, leaves, stream_names

__all__ = ["StreamReport", "verify_ledger", "verify_stream"]

STRETCH = 1 << 20  # entries followed at a time; their hashes take 20 MB on the way between two processes
WORTH_TWO = 40_000  # a process of its own takes 30 ms to begin and to answer, so many entries 150


@dataclass(frozen=True, slots=True)
class StreamReport:
    """What was found in one stream; ``faults`` begins with the first bad entry."""

    stream: str
    size: int
    root: str
    heads: int
    anchors: int
    faults: tuple[Fault, ...] = field(default=())
    keys: tuple[PublicKey, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.faults


def verify_ledger(
    *,
    keys: Sequence[PublicKey],
    anchors: Mapping[str, Head] | None = None,
    streams: Sequence[str] | None = None,
) -> Iterator[StreamReport]:
    """Verify stream by stream, the office first.

    Args:
        keys: public keys that count; others follow from the ledger itself, from any stream that holds.
        anchors: heads from outside, by where each came from. One that belongs to no stream is a fault: the
            stream may have been taken away.
        streams: only these; by default all.
    """
    left = dict(anchors or {})
    known = tuple(keys)
    again: list[tuple[Stream, dict[str, Head]]] = []
    for name in stream_names() if streams is None else streams:
        tip = Stream.objects.filter(name=name).first()
        if tip is None:
            yield StreamReport(name, 0, "", 0, 0, (Fault(0, "E_NO_SUCH", "there is no such stream"),))
            continue
        own = {path: left.pop(path) for path in [path for path in left if _stream_of(left[path]) == name]}
        report = verify_stream(tip, keys=known, anchors=own)
        known = tuple(dict.fromkeys((*known, *report.keys)))
        if any(fault.code == "E_SIGNATURE" for fault in report.faults):
            again.append((tip, own))
        else:
            yield report
    for tip, own in again:  # the key that signed it may have been learnt meanwhile
        yield verify_stream(tip, keys=known, anchors=own)
    if left and streams is None:
        yield StreamReport("", 0, "", 0, len(left), tuple(_strange(path, one) for path, one in left.items()))


def verify_stream(
    tip: Stream, *, keys: Sequence[PublicKey], anchors: Mapping[str, Head] | None = None
) -> StreamReport:
    """Verify one stream up to the tip that is given; entries that are added meanwhile are not looked at."""
    anchors = anchors or {}
    kept = list(
        Checkpoint.objects.filter(stream=tip, size__lte=tip.size).order_by("size").values_list("size", "note")
    )
    beyond = (
        Checkpoint.objects.filter(stream=tip, size__gt=tip.size).order_by("size").values_list("size", "note")
    )
    sizes = [size for size, _ in kept] + [tip.size] + [one.head.size for one in anchors.values()]
    trail = Trail(tip.name, sizes=[size for size in sizes if 0 <= size <= tip.size])
    _follow(trail, tip)
    if trail.fault is None and trail.size < tip.size:
        trail.fault = Fault(
            trail.size, "E_SUCCESSION", f"the entries from {trail.size} to {tip.size - 1} are missing"
        )
    origin = f"flightrules/{_office()}/{tip.name}"
    faults, known = judge_heads(trail, origin, tip.head, [*kept, *_still_beyond(tip, beyond)], keys)
    faults += judge_anchors(trail, origin, anchors, known)
    faults += [trail.fault] if trail.fault else _tip_faults(tip, trail)
    return StreamReport(
        tip.name,
        trail.size,
        trail.frontier.root.hex(),
        len(kept) + 1,
        len(anchors),
        tuple(sorted(faults, key=lambda fault: fault.seq)),
        known,
    )


def _stream_of(anchor: Head) -> str:
    """The stream that an anchor speaks of, whatever the installation."""
    return anchor.head.origin.partition("/")[2].partition("/")[2]


def _follow(trail: Trail, tip: Stream) -> None:
    """Every row up to the tip; where the database cannot be read any more is where the ledger ends."""
    try:
        for start in range(0, tip.size, STRETCH):
            _follow_stretch(trail, tip, start, min(start + STRETCH, tip.size))
    except DatabaseError as error:
        said = (str(error).splitlines() or ["?"])[0][:100]
        trail.fault = Fault(
            trail.size, "E_DATABASE", f"the database cannot be read from about here on: {said}"
        )


def _follow_stretch(trail: Trail, tip: Stream, start: int, end: int) -> None:
    """Some entries; the later ones in another process where that pays, and its part is taken whole or not.

    This process has the tree to grow as well, so it follows the smaller part.
    """
    if end - start < WORTH_TWO or not alone():
        _take(trail, tip, start, end)
        return
    middle = start + (end - start) * 2 // 5
    answer = beside(lambda: _part(tip, middle, end))
    try:
        _take(trail, tip, start, middle)
    finally:
        part = answer()
    if part is None or not trail.take_part(part):
        _take(trail, tip, middle, end)


def _take(trail: Trail, tip: Stream, start: int, end: int) -> None:
    for columns in batches(tip, end, start):
        trail.take(_well_formed(columns))


def _part(tip: Stream, start: int, end: int) -> Part | None:
    """The entries from ``start`` on, held against the hash that is stored before them."""
    before = next(iter(leaves(tip, start, start - 1))).hex()
    part = follow(tip.name, map(_well_formed, batches(tip, end, start)), start, before)
    return part if part is not None and len(part.hashes) == (end - start) * HASH_SIZE else None


def _tip_faults(tip: Stream, trail: Trail) -> list[Fault]:
    """The tip's own columns, and entries behind it; read again, for others may be writing."""
    faults = []
    if bytes(tip.frontier) != trail.frontier.to_bytes() or (tip.size and bytes(tip.last).hex() != trail.last):
        faults.append(Fault(trail.size, "E_LEDGER_TIP", "the stored edge of the tree is another"))
    last = Entry.objects.filter(stream=tip).order_by("-seq").values_list("seq", flat=True).first()
    now = Stream.objects.get(pk=tip.pk)
    if last is not None and last >= now.size:
        faults.append(Fault(now.size, "E_SUCCESSION", "it stands behind the signed head"))
    return faults


def _still_beyond(tip: Stream, beyond: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Heads kept for more entries than there are, unless others have added those meanwhile."""
    found = list(beyond)
    size = Stream.objects.values_list("size", flat=True).get(pk=tip.pk) if found else tip.size
    return [(kept, note) for kept, note in found if kept > size]


def _well_formed(columns: list[Sequence[Any]]) -> Columns:
    """Columns of their types; SQLite takes anything anywhere, so a wrong type becomes a wrong value."""
    seqs, *texts, bodies, leaves = columns
    if set(map(type, seqs)) == {int} and set(map(type, bodies)) | set(map(type, leaves)) == {bytes}:
        return columns
    shown = [list(map(str, column)) for column in texts]
    return [list(map(_whole, seqs)), *shown, list(map(_raw, bodies)), list(map(_raw, leaves))]


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else -1


def _raw(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _strange(path: str, one: Head) -> Fault:
    message = f"{path}: the anchor is of {one.head.origin:.100}, which is not here"
    return Fault(0, "E_ORIGIN", message)


def _office() -> str:
    found = Office.objects.first()
    return found.key.hex if found else ""
