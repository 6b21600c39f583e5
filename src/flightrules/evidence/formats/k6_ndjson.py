"""k6's ``--out json``: one JSON object per line, one line per sample; files of gigabytes are usual.

Lines have a fixed shape, so the durations are cut out by pattern; the tags behind them repeat and
are decoded once each. A piece of the file whose lines do not all fit the pattern is decoded whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.json import decode_text, require
from flightrules.evidence.reading.numbers import amount
from flightrules.evidence.records.durations import Durations
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.records.span import moment
from flightrules.evidence.source import Source

__all__ = ["read"]

_TIMED = b'{"metric":"http_req_duration","type":"Point","data":{"time":"'
_USERS = b'{"metric":"vus","type":"Point","data":{"time":"'
_NAMES = (b'"http_req_duration"', b'"vus"')
_KEY = b'"value":'
_DIGITS = b"0123456789.eE+-"
_PARTS = 5
_LONGEST = 1e18
_MEMO_LIMIT = 50_000
_ENDPOINT_LIMIT = 50_000
_CHUNK = 1 << 20
_LINE_LIMIT = 4 << 20
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
    stream = _Stream(source)
    line = 1
    for piece in _pieces(source):
        line += stream.take(piece, line)
    return stream.reading()


def _pieces(source: Source) -> Iterator[bytes]:
    """Whole lines, in pieces."""
    rest = b""
    for chunk in source.chunks(_CHUNK):
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield rest + chunk[:cut]
            rest = chunk[cut:]
        else:
            rest += chunk
            if len(rest) > _LINE_LIMIT:
                raise EvidenceError("E_FIELD_TOO_LONG", "one line is longer than 4 MiB", file=source.name)
    if rest.strip():
        yield rest


class _Stream:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._good: dict[str, array[float]] = {}
        self._bad: dict[str, array[float]] = {}
        self._memo: dict[bytes, Callable[[float], None]] = {}
        self._users = 0
        self._edges = [b'"data":~', b""]

    def take(self, piece: bytes, line: int) -> int:
        """Take the samples of some whole lines; the number of lines."""
        lines = piece.split(b"\n")
        memo, edges = self._memo, self._edges
        rest: list[tuple[int, bytes]] = []
        values: list[bytes] = []
        for number, one in enumerate(lines, line):
            if not one.startswith(_TIMED):
                rest.append((number, one))
                continue
            try:
                _, _, when, value, tail = one.split(b",", 4)
                memo[tail](float(value[8:]))
            except (KeyError, ValueError):
                self._first_of(number, one)
                continue
            values.append(value)
            edges[0] = min(edges[0], when)
            edges[1] = max(edges[1], when)
        self._refuse_unplain(values, line)
        self._others(rest, last=len(lines) + line - 1)
        return len(lines) - 1

    def _refuse_unplain(self, values: list[bytes], line: int) -> None:
        """``float`` reads ``1_0`` and ``nan``; JSON does not."""
        plain = _KEY.translate(None, _DIGITS)
        if b"".join(values).translate(None, _DIGITS) == plain * len(values):
            return
        found = next(one for one in values if one.translate(None, _DIGITS) != plain).removeprefix(_KEY)
        endless = found.lower().strip(b" -+") in (b"nan", b"inf", b"infinity")
        message = f"a value is not written as a number: {found[:40].decode('utf-8', 'replace')!r}"
        raise EvidenceError(
            "E_NONFINITE" if endless else "E_NUMBER", message, file=self._source.name, line=line
        )

    def _others(self, rest: list[tuple[int, bytes]], last: int) -> None:
        """Samples in another layout and users; of all other lines only the last must be whole."""
        peak: dict[bytes, tuple[int, bytes]] = {}
        for number, one in rest:
            if one.startswith(_USERS):
                peak[one.rpartition(_KEY)[2]] = number, one
            elif _NAMES[0] in one or _NAMES[1] in one or (number == last and one.strip()):
                self._decode(number, one)
        for number, one in peak.values():
            self._decode(number, one)

    def _first_of(self, line: int, raw: bytes) -> None:
        """A sample with tags that were not met before; later ones with the same tags are not decoded."""
        add = self._decode(line, raw)
        parts = raw.split(b",", 4)
        if add is not None and len(parts) == _PARTS and parts[3].startswith(_KEY):
            if len(self._memo) > _MEMO_LIMIT:
                self._memo.clear()
            self._memo[parts[4]] = add

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

    def _decode(self, line: int, raw: bytes) -> Callable[[float], None] | None:
        """One line as JSON; where its samples go, if it is one of a duration."""
        name = self._source.name
        record = require(decode_text(self._text(raw), name, line=line), dict, "a line", name)
        if record.get("type") != "Point" or record.get("metric") not in ("vus", "http_req_duration"):
            return None
        data = require(record.get("data"), dict, "data", name)
        value = amount(data.get("value"), record["metric"], name)
        if record["metric"] == "vus":
            self._users = max(self._users, int(value))
            return None
        add = self._adder(data)
        add(float(value))
        when = f'"data":{{"time":"{require(data.get("time"), str, "time", name)}"'.encode()
        self._edges = [min(self._edges[0], when), max(self._edges[1], when)]
        return add

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise EvidenceError("E_ENCODING", "a line is not valid UTF-8", file=self._source.name) from None

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
        moments = [moment(edge[16:-1].decode("ascii", "replace"))[0] for edge in self._edges]
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


def _is_good(tags: dict[str, Any]) -> bool:
    expected = tags.get("expected_response")
    if expected in ("true", "false"):
        return bool(expected == "true")
    status = str(tags.get("status", "0"))
    return len(status) == _STATUS_DIGITS and status.isdecimal() and 0 < int(status) < _OK_BELOW
