"""Measurements that a document states without records; names, units and ranges are checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Labels, Measurement
from flightrules.evidence.records.strict_object import StrictObject

__all__ = ["UNITS", "claims_of", "family"]

UNITS = ("1", "%", "ms", "s", "1/s", "B", "1/KLOC")
_METRIC = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+\Z", re.ASCII)
_LABEL = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)
_COUNTED = frozenset(
    {"tests", "coverage", "findings", "defects", "contracts", "a11y", "checklist", "stories", "api"}
)
_LOAD_UNITS = {"requests": "1", "failed": "1", "users": "1", "rps": "1/s", "duration": "s"}
_LEAST_ONE = {
    "tests.total": "E_NO_CASES",
    "coverage.lines.total": "E_NO_LINES",
    "load.requests": "E_NO_SAMPLES",
    "checklist.total": "E_NO_DATA",
    "contracts.total": "E_NO_CASES",
}
_WHOLE_OF = {
    "tests.passed": "tests.total",
    "tests.failed": "tests.total",
    "tests.errored": "tests.total",
    "tests.skipped": "tests.total",
    "coverage.lines.covered": "coverage.lines.total",
    "coverage.branches.covered": "coverage.branches.total",
    "contracts.passed": "contracts.total",
    "contracts.failed": "contracts.total",
    "checklist.done": "checklist.total",
    "load.failed": "load.requests",
    "stories.done": "stories.total",
}


def family(metric: str) -> str:
    """The first part of a metric's name."""
    return metric.partition(".")[0]


def claims_of(objects: list[StrictObject], name: str) -> tuple[Measurement, ...]:
    """The stated measurements, totals first.

    Raises:
        EvidenceError: E_ENUM, E_UNIT, E_NEGATIVE, E_NUMBER, E_RANGE, E_DUPLICATE_KEY, E_CONTRADICTION,
            E_UNKNOWN_FIELD, and the code of no evidence where a total is zero.
    """
    found: dict[tuple[str, Labels], Measurement] = {}
    for one in objects:
        claim = _claim(one)
        key = claim.metric, claim.labels
        if key in found:
            raise EvidenceError("E_DUPLICATE_KEY", f"{one.what}: {claim.metric} is stated twice", file=name)
        found[key] = claim
    _require_sense({key: one.value for key, one in found.items()}, name)
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0], key[1])))


def _claim(one: StrictObject) -> Measurement:
    metric, value, unit = one.text("metric"), one.number("value"), one.text("unit")
    labels = tuple(sorted(one.labels("labels").items()))
    one.close()
    if not _METRIC.match(metric):
        raise _fault(
            "E_ENUM", one, f"{metric[:60]!r} is no metric; write dotted lower-case words such as drills.total"
        )
    wrong = next((label for label, _ in labels if not _LABEL.match(label)), None)
    if wrong is not None:
        raise _fault("E_ENUM", one, f"{wrong[:60]!r} is no label; write a lower-case word")
    _require_unit(one, metric, unit)
    _require_range(one, metric, value)
    return Measurement(metric, value, unit, labels)


def _require_unit(one: StrictObject, metric: str, unit: str) -> None:
    if unit not in UNITS:
        raise _fault("E_UNIT", one, f"{unit[:20]!r} is no unit; allowed are {', '.join(UNITS)}")
    wanted = "1" if family(metric) in _COUNTED else None
    if family(metric) == "load":
        rest = metric.partition(".")[2]
        wanted = _LOAD_UNITS.get(rest) or ("ms" if re.match(r"p\d", rest) else None)
    if wanted is not None and unit != wanted:
        raise _fault("E_UNIT", one, f"{metric} has the unit {wanted!r}, not {unit!r}")


def _require_range(one: StrictObject, metric: str, value: Decimal) -> None:
    known = family(metric)
    if known not in _COUNTED and known != "load":
        return
    if value < 0:
        raise _fault("E_NEGATIVE", one, f"{metric} is below zero: {value}")
    if known in _COUNTED and value != value.to_integral_value():
        raise _fault("E_NUMBER", one, f"{metric} is not a whole number: {value}")


def _require_sense(values: Mapping[tuple[str, Labels], Decimal], name: str) -> None:
    """Nothing comes from nothing, and no part is larger than its whole."""
    for (metric, labels), value in values.items():
        if value == 0 and metric in _LEAST_ONE:
            raise EvidenceError(_LEAST_ONE[metric], f"{metric} is 0: nothing was measured", file=name)
        whole = _WHOLE_OF.get(metric)
        if whole is None:
            continue
        total = values.get((whole, labels))
        if total is None:
            raise EvidenceError("E_MISSING_FIELD", f"{metric} is stated without {whole}", file=name)
        if value > total:
            raise EvidenceError(
                "E_CONTRADICTION", f"{metric} {value} is more than {whole} {total}", file=name
            )


def _fault(code: str, one: StrictObject, message: str) -> EvidenceError:
    return EvidenceError(code, f"{one.what}: {message}", file=one.name, hint="see the generic format")
