"""Gatling's ``assertions.json``: the simulation's own limits, each met or not."""

from __future__ import annotations

from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Measurement, Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """How many assertions there are and how many are not met.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    document = require(decode(source), dict, "the document", source.name)
    assertions = require(document.get("assertions"), list, "assertions", source.name)
    if not assertions:
        raise EvidenceError("E_NO_SAMPLES", "the simulation asserts nothing", file=source.name)
    results = [require(one, dict, "an assertion", source.name).get("result") for one in assertions]
    failed = sum(not require(result, bool, "result of an assertion", source.name) for result in results)
    extra = (
        Measurement("load.thresholds.total", Decimal(len(results))),
        Measurement("load.thresholds.failed", Decimal(failed)),
    )
    return Reading("gatling-assertions", extra=extra, facts={"tool": "Gatling"})
