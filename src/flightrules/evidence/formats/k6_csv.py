"""k6's ``--out csv``: one row per sample of every metric; the tag columns vary by version and options."""

from __future__ import annotations

from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.reading.text import table
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.records.span import moment
from flightrules.evidence.source import Source

__all__ = ["read"]

_REQUIRED = ("metric_name", "timestamp", "metric_value")
_OK_BELOW = 400
_STATUS_DIGITS = 3
_EPOCH_DIGITS = {10: 1000, 13: 1}
_DEFINITIONS = {
    **SAMPLE_DEFINITIONS,
    "load.failed": "rows of http_req_duration with expected_response=false; without the column, those "
    "with no status or one of 400 and above",
    "load.duration": "from the first to the last sample's time stamp",
}


def read(source: Source, _head: Head) -> Reading:
    """Every ``http_req_duration`` row, per name; the peak of ``vus``.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_NUMBER, E_NEGATIVE, E_NONFINITE and what broken tables give.
    """
    samples = Samples()
    declared = Decimal(0)
    untimed = 0
    for line, row in table(source, required=_REQUIRED):
        metric = row["metric_name"]
        if metric not in ("http_req_duration", "http_reqs", "vus"):
            continue
        value = quantity(row["metric_value"], metric, source.name, line)
        if metric == "vus":
            samples.seen(None, None, int(value))
        elif metric == "http_reqs":
            declared += value
        else:
            samples.add(row.get("name") or row.get("url") or "", value, ok=_is_good(row))
            when = _when(row["timestamp"])
            untimed += when is None
            samples.seen(when, when)
    return _reading(samples, declared, untimed, source)


def _is_good(row: dict[str, str]) -> bool:
    if row.get("expected_response") in ("true", "false"):
        return row["expected_response"] == "true"
    status = row.get("status", "")
    return len(status) == _STATUS_DIGITS and status.isdecimal() and 0 < int(status) < _OK_BELOW


def _when(text: str) -> Decimal | None:
    if text.isdecimal() and len(text) in _EPOCH_DIGITS:
        return Decimal(text) * _EPOCH_DIGITS[len(text)]
    found = None if text.isdecimal() else moment(text)[0]
    return None if found is None else Decimal(found)


def _reading(samples: Samples, declared: Decimal, untimed: int, source: Source) -> Reading:
    counted = samples.requests.total()
    if not counted:
        message = "the file holds no sample of http_req_duration"
        raise EvidenceError("E_NO_SAMPLES", message, file=source.name, hint="check that the run started")
    notices = []
    if declared and declared != counted:
        message = f"http_reqs counts {declared} requests, http_req_duration has {counted} samples"
        notices.append(Notice("W_COUNT_MISMATCH", message))
    if untimed:
        notices.append(Notice("W_TIME", f"the times of {untimed} samples cannot be read; they are left out"))
    taken_at = rfc3339(samples.last)
    return Reading(
        "k6-csv",
        records=samples,
        notices=tuple(notices),
        facts={"tool": "k6"} | ({"taken_at": taken_at} if taken_at else {}),
        definitions=_DEFINITIONS,
    )
