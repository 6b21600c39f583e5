"""JMeter results as CSV (JTL) with a header, in JMeter's own delimiters: comma, semicolon, tab.

Quirks: messages and labels may be quoted and span lines; the columns depend on the test's settings;
time stamps may be formatted dates; an answer of class 5xx can be marked ``success=true``.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import partial

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.row_blocks import NoCutError, blocks, halfway
from flightrules.evidence.records.jtl_idle import idle_notice
from flightrules.evidence.records.jtl_rows import Layout
from flightrules.evidence.records.jtl_tally import JtlPart, JtlTally
from flightrules.evidence.source import Source
from flightrules.values import replace

__all__ = ["read"]

_TAIL = 64 << 10
_EPOCH_DIGITS = 13
_TWO_FROM = 16 << 20  # another process costs 10 ms, 16 MiB cost 100


def read(source: Source, _head: Head) -> Reading:
    """Samples of a JTL file.

    Raises:
        EvidenceError: E_HEADER, E_MISSING_FIELD, E_DUPLICATE_KEY, E_NO_ROWS, E_ROW_WIDTH, E_NUMBER,
            E_NEGATIVE, E_NONFINITE, E_ENUM, E_RUN_CRASHED, E_REFERENCE and what broken text gives.
    """
    expected = _last_start(source)
    tally = _in_two(source, expected) or _tally(source, expected)
    if tally is not None and tally.is_misled:
        tally = _tally(source, 0)
    if tally is None or tally.is_empty:
        message = "the table has a header and no rows"
        raise EvidenceError("E_NO_ROWS", message, file=source.name, hint="check that the load test ran")
    reading, idle = tally.reading(), idle_notice(source)
    return replace(reading, notices=(*reading.notices, idle)) if idle is not None else reading


def _last_start(source: Source) -> int:
    """When the row in the last line starts; 0 where that is not plain. Nothing rests on it unproven."""
    tail = b"".join(source.part(_TAIL, max(source.size - _TAIL, 0), source.size))
    start = tail[tail.rstrip().rfind(b"\n") + 1 :][:_EPOCH_DIGITS]
    return int(start) if len(start) == _EPOCH_DIGITS and start.isdigit() else 0


def _tally(source: Source, expected: int, end: int | None = None) -> JtlTally | None:
    """The rows of the whole file or of its first part; ``None`` where there is no header."""
    tally: JtlTally | None = None
    for whole in blocks(source, 0, end):
        block = whole
        if tally is None:
            header, block = block.after_first()
            tally = JtlTally(_layout(header, source), source, expected)
        tally.take(block)
    return tally


def _in_two(source: Source, expected: int) -> JtlTally | None:
    """The rows of a large file, counted by two processes where that is possible.

    Blocks are the same as in one process and nothing counted in one depends on another, so neither does
    the sum. Wherever anything is odd nothing is given: who reads all from the start tells what it is.
    """
    cut = halfway(source) if source.beside is not None and source.size >= _TWO_FROM else 0
    if source.beside is None or not cut:
        return None
    second = source.beside(partial(_second, source, expected, cut))
    try:
        tally = _tally(source, expected, cut)
        if tally is not None:
            tally.settle()  # not when the other process has ended
    except (EvidenceError, NoCutError):
        tally = None
    part = second()
    if tally is None or part is None:
        return None
    try:
        tally.join(part)
    except EvidenceError:
        return None
    return tally


def _second(source: Source, expected: int, cut: int) -> JtlPart:
    header, _ = next(blocks(source)).after_first()
    tally = JtlTally(_layout(header, source), source, expected)
    for block in blocks(source, cut):
        tally.take(block)
    return tally.part()


def _layout(header: str, source: Source) -> Layout:
    delimiter = max(",;\t", key=header.count)
    try:
        names = [cell.strip() for cell in next(csv.reader(header.splitlines(), delimiter=delimiter))]
    except csv.Error as error:
        message = f"the header is no row: {error}"
        raise EvidenceError("E_HEADER", message, file=source.name, line=1) from None
    if "elapsed" not in names:
        raise EvidenceError(
            "E_HEADER",
            "the table has no header that names the column elapsed",
            file=source.name,
            line=1,
            hint="set jmeter.save.saveservice.print_field_names=true; columns are found by name",
        )
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        message = f"the column {twice!r} stands twice in the header"
        raise EvidenceError("E_DUPLICATE_KEY", message, file=source.name, line=1)
    at = {name: place for place, name in enumerate(names)}
    raw = header.split(delimiter)
    return Layout(
        delimiter,
        len(names),
        at.get("timeStamp", -1),
        at["elapsed"],
        at.get("label", -1),
        at.get("responseCode", -1),
        at.get("success", -1),
        at.get("allThreads", -1),
        sum(1 for cell in raw if cell.startswith('"'))
        if raw[-1].startswith('"') and raw[0][:1] != '"'
        else 0,
    )
