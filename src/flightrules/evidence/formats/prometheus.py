"""Answers of Prometheus' HTTP API to instant and range queries.

Quirks: an empty answer means that nothing matched and never that all is well; values are texts and
may be ``NaN`` or ``+Inf``; a range answer (matrix) is not the value that an instant query gives;
``warnings`` announce a partial answer, and so does ``isPartial`` of VictoriaMetrics.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Labels, Notice, Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount
from flightrules.evidence.reading.text import decimal
from flightrules.evidence.records.series import Point, Series, reading_of
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAIR = 2


def read(source: Source, _head: Head) -> Reading:
    """The series of a vector, matrix or scalar.

    Raises:
        EvidenceError: E_API_ERROR, E_PARTIAL, E_NO_DATA, E_NONFINITE, E_NUMBER, E_WRONG_TYPE, E_ENUM,
            E_MISSING_FIELD, E_DUPLICATE_KEY.
    """
    name = source.name
    document = require(decode(source), dict, "the document", name)
    status = require(document.get("status"), str, "status", name)
    if status != "success":
        message = f"the API answered {status[:40]!r}: {str(document.get('error', ''))[:120]}"
        raise EvidenceError("E_API_ERROR", message, file=name, hint="mend the query and repeat it")
    warnings = require(document.get("warnings") or [], list, "warnings", name)
    if warnings:
        message = f"the answer is partial; the API warns: {str(warnings[0])[:120]}"
        raise EvidenceError("E_PARTIAL", message, file=name, hint="repeat the query when all stores answer")
    if document.get("isPartial", False) is not False:
        message = "the answer is partial: isPartial is set, so some stores did not answer"
        raise EvidenceError("E_PARTIAL", message, file=name, hint="repeat the query when all stores answer")
    data = require(document.get("data"), dict, "data", name)
    notices = [
        Notice("W_NOT_TESTED", str(one)[:200])
        for one in require(document.get("infos") or [], list, "infos", name)
    ]
    return reading_of("prometheus", _series(data, name), name, notices=notices, tool="Prometheus")


def _series(data: dict[str, Any], name: str) -> list[Series]:
    kind = require(data.get("resultType"), str, "data.resultType", name)
    result = require(data.get("result"), list, "data.result", name)
    if kind == "scalar":
        return [Series((), (_point(result, name),), instant=True)]
    if kind not in ("vector", "matrix"):
        message = f"resultType is {kind[:40]!r}; expected vector, matrix or scalar"
        raise EvidenceError("E_ENUM", message, file=name)
    found: list[Series] = []
    for one in result:
        require(one, dict, "a series", name)
        labels = _labels(require(one.get("metric"), dict, "metric", name), name)
        found.append(_vector_item(one, labels, name) if kind == "vector" else _matrix_item(one, labels, name))
    return found


def _labels(metric: dict[str, Any], name: str) -> Labels:
    """Label pairs; the metric's own name becomes ``metric``, unless a label is called so."""
    own = "__name__" if "metric" in metric else "metric"
    pairs = (
        (own if key == "__name__" else key, require(text, str, f"label {key}", name))
        for key, text in metric.items()
    )
    return tuple(sorted(pairs))


def _vector_item(one: dict[str, Any], labels: Labels, name: str) -> Series:
    if "value" not in one:
        found = "values" if "values" in one else "histogram" if "histogram" in one else "no value"
        raise EvidenceError("E_WRONG_TYPE", f"a vector's series holds {found}; expected one value", file=name)
    return Series(labels, (_point(one["value"], name),), instant=True)


def _matrix_item(one: dict[str, Any], labels: Labels, name: str) -> Series:
    if "values" not in one:
        raise EvidenceError("E_WRONG_TYPE", "a matrix' series holds no list of values", file=name)
    points = require(one["values"], list, "values", name)
    return Series(labels, tuple(_point(point, name) for point in points))


def _point(pair: Any, name: str) -> Point:
    """``[seconds, "value"]``."""
    require(pair, list, "a point", name)
    if len(pair) != _PAIR:
        raise EvidenceError(
            "E_WRONG_TYPE", f"a point has {len(pair)} parts; expected time and value", file=name
        )
    seconds = amount(pair[0], "a point's time", name)
    return seconds * 1000, decimal(require(pair[1], str, "a point's value", name), "a value", name) + Decimal(
        0
    )
