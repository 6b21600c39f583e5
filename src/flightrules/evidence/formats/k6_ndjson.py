"""k6's ``--out json``: one JSON object per line, one line per sample; files of gigabytes are usual.

Lines have a fixed shape, so the durations are cut out without decoding; the tags behind them repeat and
are decoded once each. Lines that speak of durations or users in another shape are decoded whole.
"""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from operator import call, itemgetter
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.json import decode_text, require
from flightrules.evidence.reading.numbers import amount
from flightrules.evidence.reading.row_blocks import halfway
from flightrules.evidence.records.durations import Durations
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.records.span import moment
from flightrules.evidence.source import Source

__all__ = ["read"]

_TIMED = b'{"metric":"http_req_duration","type":"Point","data":{"time":"'
_USERS = b'{"metric":"vus","type":"Point","data":{"time":"'
_NAMES = (b'"http_req_duration"', b'"vus"')
_KEY = b'"value":'
_NEXT = b"," + _KEY
_QUOTE = b'",'
_DIGITS = b"0123456789.eE+-"
_OF_TIMES = b"0123456789T:.Z+-"
_PLAIN_NUMBERS = re.compile(rb"(?:,(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+)++")
_END_OF_USERS = re.compile(rb'vus"')  # a pattern that starts with its rarest letter is found fastest
_last = itemgetter(slice(-1, None))
_LONGEST = 1e18
_MEMO_LIMIT = 50_000
_ENDPOINT_LIMIT = 50_000
_CHUNK = 1 << 16  # larger pieces are given back to the system each time, which costs 5 %
_LINE_LIMIT = 4 << 20
_TWO_FROM = 8 << 20  # another process costs 10 ms, 8 MiB cost 50
_OK_BELOW = 400
_STATUS_DIGITS = 3
_DEFINITIONS = {
    **SAMPLE_DEFINITIONS,
    "load.failed": "samples of http_req_duration tagged expected_response=false; without the tag, "
    "those with no status or one of 400 and above",
    "load.duration": "from the first to the last sample's time stamp",
}


def read(source: Source, _head: Head) -> Reading:
    """Every ``http_req_duration`` sample, per name; the peak of ``vus``.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_TRUNCATED, E_MALFORMED, E_NEGATIVE, E_NONFINITE, E_FIELD_TOO_LONG.
    """
    return (_in_two(source) or _stream(source)).reading()


def _stream(source: Source, start: int = 0, end: int | None = None) -> _Stream:
    """What the lines of the whole file say, or those of a part."""
    stream, offset = _Stream(source), start
    for piece in _pieces(source, start, end):
        stream.take(piece, offset)
        offset += len(piece)
    return stream


def _in_two(source: Source) -> _Stream | None:
    """What a large file says, read by two processes where that is possible.

    Pieces are the same as in one process, and nothing that is kept of one depends on another. Wherever
    anything is to be refused nothing is given: who reads all from the start tells what it is.
    """
    cut = halfway(source, _CHUNK) if source.beside is not None and source.size >= _TWO_FROM else 0
    if source.beside is None or not cut:
        return None
    second = source.beside(partial(_second, source, cut))
    try:
        stream = _stream(source, 0, cut)
    except EvidenceError:
        stream = None
    part = second()
    return stream if stream is not None and part is not None and stream.join(part) else None


def _second(source: Source, cut: int) -> _Part:
    return _stream(source, cut).part()


def _pieces(source: Source, start: int, end: int | None) -> Iterator[bytes]:
    """Whole lines, in pieces; the last may lack its line end."""
    rest = b""
    whole = end is None and not start
    for chunk in source.chunks(_CHUNK) if whole else source.part(_CHUNK, start, end or source.size):
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield b"".join((rest, memoryview(chunk)[:cut]))
            rest = chunk[cut:]
        else:
            rest += chunk
            if len(rest) > _LINE_LIMIT:
                raise EvidenceError("E_FIELD_TOO_LONG", "one line is longer than 4 MiB", file=source.name)
    if rest.strip():
        yield rest


_Part = tuple[dict[str, bytes], dict[str, bytes], int, list[bytes]]
"""Durations of good and bad requests by name, as bytes; the most users; the first and the last time."""


class _Stream:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._piece = b""
        self._offset = 0
        self._good: dict[str, array[float]] = {}
        self._bad: dict[str, array[float]] = {}
        self._memo: dict[bytes, Callable[[float], None]] = {}
        self._known_users: set[bytes] = set()
        self._users = 0
        self._edges = [b"~", b""]

    def take(self, piece: bytes, offset: int) -> None:
        """Take the samples of some whole lines, which start at that byte of the file."""
        self._piece, self._offset = piece, offset
        if not piece.endswith(b"\n"):
            self._require_whole(piece.rpartition(b"\n")[2])
            piece += b"\n"
        timed, users = piece.split(_TIMED), _users(piece)
        if users is None or len(timed) - 1 != piece.count(_NAMES[0]) or not _are_lines(timed):
            piece = self._without_odd_lines(piece)
            timed, users = piece.split(_TIMED), _users(piece)
        self._take_users(users or [])
        self._take_timed([part[: part.find(b"\n")] for part in timed[1:]])

    def _require_whole(self, last: bytes) -> None:
        """The last line may be cut short, whatever it is about."""
        if not last.startswith((_TIMED, _USERS)):
            self._decode(last)

    def _without_odd_lines(self, piece: bytes) -> bytes:
        """Take the samples and users in other layouts; the lines that are left."""
        usual: list[bytes] = []
        for line in piece.split(b"\n"):
            usual_names = line.count(_NAMES[0]) + len(_END_OF_USERS.findall(line)) == 1
            if usual_names and line.startswith((_TIMED, _USERS)):
                usual.append(line + b"\n")
            elif _NAMES[0] in line or _NAMES[1] in line:
                self._take_decoded(line)
        return b"".join(usual)

    def _take_decoded(self, line: bytes) -> None:
        try:
            self._take_record(line)
        except EvidenceError as error:
            error.line = error.line or self._line_of(line)
            raise

    def _take_record(self, line: bytes) -> None:
        record = self._decode(line)
        if record.get("type") != "Point" or record.get("metric") not in ("vus", "http_req_duration"):
            return
        name = self._source.name
        data = require(record.get("data"), dict, "data", name)
        value = amount(data.get("value"), record["metric"], name)
        if record["metric"] == "vus":
            self._users = max(self._users, int(value))
            return
        self._adder(data)(float(value))
        self._see_times([f'{require(data.get("time"), str, "time", name)}"'.encode()])

    def _take_users(self, lines: list[bytes]) -> None:
        """The lines repeat but for their time, so few are decoded."""
        cells = [line[len(_USERS) :].partition(b",") for line in lines]
        new = {rest: line for line, (_, _, rest) in zip(lines, cells, strict=True)}
        alike = _are_times([time for time, _, _ in cells])
        for line in [new[rest] for rest in new.keys() - self._known_users] if alike else lines:
            self._take_decoded(line)
        if len(self._known_users) > _MEMO_LIMIT:
            self._known_users.clear()
        self._known_users.update(new)

    def _take_timed(self, lines: list[bytes]) -> None:
        """Cut the lines into time, value and tags; if one of them cannot be cut so, all are decoded."""
        if not lines:
            return
        cut = _cut(lines)
        if cut is None:
            for line in lines:
                self._refuse_unplain(line)
                self._take_decoded(_TIMED + line)
            return
        times, values, tails = cut
        adders: list[Any] = list(map(self._memo.get, tails))
        if None in adders:
            adders = [
                self._memo.get(tail) or self._learn(line, tail)
                for line, tail in zip(lines, tails, strict=True)
            ]
        deque(map(call, adders, values), maxlen=0)
        self._see_times(times)

    def _learn(self, line: bytes, tail: bytes) -> Callable[[float], None]:
        """Where samples with tags go that were not met before; later ones with the same are not decoded."""
        record = self._decode(_TIMED + line)
        data = require(record.get("data"), dict, "data", self._source.name)
        amount(data.get("value"), "http_req_duration", self._source.name)
        if len(self._memo) > _MEMO_LIMIT:
            self._memo.clear()
        add = self._memo[tail] = self._adder(data)
        return add

    def _see_times(self, times: Sequence[bytes]) -> None:
        self._edges = [min(self._edges[0], *times), max(self._edges[1], *times)]

    def _refuse_unplain(self, line: bytes) -> None:
        """``float`` reads ``1_0`` and ``nan``; JSON does not."""
        value = line.split(b",", 2)[1:2]
        found = value[0].removeprefix(_KEY) if value else b""
        if not found.translate(None, _DIGITS) or not _is_float(found):
            return
        endless = found.lower().strip(b" -+") in (b"nan", b"inf", b"infinity")
        message = f"a value is not written as a number: {found[:40].decode('utf-8', 'replace')!r}"
        code = "E_NONFINITE" if endless else "E_NUMBER"
        raise EvidenceError(code, message, file=self._source.name, line=self._line_of(_TIMED + line))

    def _adder(self, data: Any) -> Callable[[float], None]:
        name = self._source.name
        tags = require(data, dict, "data", name).get("tags") or {}
        require(tags, dict, "tags", name)
        endpoint = str(tags.get("name") or tags.get("url") or "")
        bucket = self._good if _is_good(tags) else self._bad
        if endpoint not in bucket:
            if len(self._good) + len(self._bad) >= _ENDPOINT_LIMIT:
                message = f"the samples have more than {_ENDPOINT_LIMIT} names"
                hint = "group URLs under one name with the name tag"
                raise EvidenceError("E_TOO_MANY_ITEMS", message, file=name, hint=hint)
            bucket[endpoint] = array("d")
        return bucket[endpoint].append

    def _decode(self, raw: bytes) -> dict[str, Any]:
        """One line as JSON."""
        name = self._source.name
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise EvidenceError("E_ENCODING", "a line is not valid UTF-8", file=name) from None
        try:
            record: dict[str, Any] = require(decode_text(text, name), dict, "a line", name)
        except EvidenceError as error:
            if error.line is not None:
                error.line += self._line_of(raw) - 1
            raise
        return record

    def _line_of(self, raw: bytes) -> int:
        """The number of a line of the piece at hand; reads the file again, so for errors only."""
        before = self._offset + max(self._piece.find(raw), 0)
        line = 1
        for chunk in self._source.chunks(_CHUNK):
            line += chunk[:before].count(b"\n")
            before -= len(chunk)
            if before <= 0:
                break
        return line

    def part(self) -> _Part:
        """What was taken, for another process."""
        good, bad = (
            {name: values.tobytes() for name, values in bucket.items()} for bucket in (self._good, self._bad)
        )
        return good, bad, self._users, self._edges

    def join(self, part: _Part) -> bool:
        """Take what was taken of the lines behind these; false where that makes too many names."""
        good, bad, users, edges = part
        for bucket, added in ((self._good, good), (self._bad, bad)):
            for name, values in added.items():
                bucket.setdefault(name, array("d")).frombytes(values)
        self._users = max(self._users, users)
        self._see_times(edges)
        return len(self._good) + len(self._bad) <= _ENDPOINT_LIMIT

    def reading(self) -> Reading:
        samples = Samples(users=self._users or None)
        for endpoint in sorted(self._good.keys() | self._bad.keys()):
            good, bad = (bucket.get(endpoint, array("d")) for bucket in (self._good, self._bad))
            durations = Durations(good + bad)
            samples.add_all(endpoint, durations, requests=len(good) + len(bad), failed=len(bad))
        if not samples.requests.total():
            message = "the file holds no sample of http_req_duration"
            raise EvidenceError(
                "E_NO_SAMPLES", message, file=self._source.name, hint="check that the run started"
            )
        self._refuse_impossible(samples)
        moments = [moment(edge[:-1].decode("ascii", "replace"))[0] for edge in self._edges]
        notices = []
        if None in moments:
            notices.append(Notice("W_TIME", "some samples' times cannot be read; they are left out"))
        known = [Decimal(one) for one in moments if one is not None]
        samples.seen(min(known, default=None), max(known, default=None))
        taken_at = rfc3339(samples.last)
        return Reading(
            "k6-ndjson",
            records=samples,
            notices=tuple(notices),
            facts={"tool": "k6"} | ({"taken_at": taken_at} if taken_at else {}),
            definitions=_DEFINITIONS,
        )

    def _refuse_impossible(self, samples: Samples) -> None:
        for durations in samples.durations.values():
            if durations.loose and min(durations.loose) < 0:
                raise EvidenceError("E_NEGATIVE", "a duration is below zero", file=self._source.name)
            if durations.loose and max(durations.loose) > _LONGEST:
                raise EvidenceError("E_RANGE", "a duration is impossibly long", file=self._source.name)


def _are_lines(parts: list[bytes]) -> bool:
    """Whether each part but the last ends with a line end, so that all the others start a line."""
    return parts[0][-1:] in (b"", b"\n") and set(map(_last, parts[1:-1])) <= {b"\n"}


def _users(piece: bytes) -> list[bytes] | None:
    """The lines of users; None if users are spoken of anywhere else."""
    lines: list[bytes] = []
    for found in _END_OF_USERS.finditer(piece):
        start = found.start() - _USERS.find(_END_OF_USERS.pattern)
        if not piece.startswith(_USERS, start) or piece[start - 1 : start] not in (b"", b"\n"):
            return None
        lines.append(piece[start : piece.find(b"\n", start)])
    return lines


def _cut(lines: list[bytes]) -> tuple[Sequence[bytes], Sequence[float], Sequence[bytes]] | None:
    """Times, values and tags, if all lines hold them in this order, plainly written, and nothing else."""
    try:
        times, values, tails = zip(*[line.split(b",", 2) for line in lines], strict=True)
    except ValueError:
        return None
    numbers = _numbers(values)
    return (times, numbers, tails) if numbers and _are_times(times) else None


def _numbers(values: Sequence[bytes]) -> list[float] | None:
    """What stands behind the key, which begins each; ``None`` if that is not a plain number in each."""
    cells = b",".join((b"", *values))
    numbers = cells.replace(_NEXT, b",")
    if cells.count(_NEXT) != len(values) or not _PLAIN_NUMBERS.fullmatch(numbers):
        return None
    return list(map(float, numbers[1:].split(b",")))


def _are_times(times: Sequence[bytes]) -> bool:
    """Whether each is plain up to its quote, with which it ends."""
    cells = b",".join((*times, b""))
    return cells.count(_QUOTE) == len(times) and cells.translate(None, _OF_TIMES) == _QUOTE * len(times)


def _is_float(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_good(tags: dict[str, Any]) -> bool:
    expected = tags.get("expected_response")
    if expected in ("true", "false"):
        return bool(expected == "true")
    status = str(tags.get("status", "0"))
    return len(status) == _STATUS_DIGITS and status.isdecimal() and 0 < int(status) < _OK_BELOW
