"""Molotov's results as JSON Lines (a Taurus report): requests, scenario ends and numbers of workers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Measurement, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.json import decode_text, require
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.source import Source

__all__ = ["read"]

_DEFINITIONS = {**SAMPLE_DEFINITIONS, "load.failed": "requests without a response code of 2xx or 3xx"}


def read(source: Source, _head: Head) -> Reading:
    """Every request line as a sample; scenarios are counted apart.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE and what broken JSON gives.
    """
    samples = Samples()
    ended = {"scenario_success": 0, "scenario_failure": 0}
    for number, line in enumerate(lines(source), 1):
        if not line.strip():
            continue
        record = require(decode_text(line, source.name, line=number), dict, "a line", source.name)
        kind = record.get("type")
        if kind == "request":
            _request(record, samples, source)
        elif kind == "workers":
            samples.seen(None, None, whole(record.get("value"), "value", source.name))
        elif kind in ended:
            ended[kind] += 1
    if not samples.requests.total():
        raise EvidenceError("E_NO_SAMPLES", "the file holds no request", file=source.name)
    taken_at = rfc3339(samples.last)
    extra = (
        Measurement("load.scenarios.total", Decimal(sum(ended.values()))),
        Measurement("load.scenarios.failed", Decimal(ended["scenario_failure"])),
    )
    return Reading(
        "molotov",
        records=samples,
        extra=extra,
        facts={"tool": "Molotov"} | ({"taken_at": taken_at} if taken_at else {}),
        definitions=_DEFINITIONS,
    )


def _request(record: dict[str, Any], samples: Samples, source: Source) -> None:
    name = source.name
    ms = amount(record.get("elapsed"), "elapsed", name) * 1000
    code = str(record.get("responseCode", ""))
    good = len(code) == 3 and code[0] in "23" and code.isdecimal()  # noqa: PLR2004  HTTP
    samples.add(require(record.get("label", ""), str, "label", name), ms.normalize() + 0, ok=good)
    end = amount(record.get("ts"), "ts", name) * 1000
    samples.seen(max(end - ms, Decimal(0)), end)
