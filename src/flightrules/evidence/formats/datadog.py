"""Answers of Datadog's query APIs: v1 (series of points), v2 scalar and v2 time series.

A point of ``null`` is a time without data and not a zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Labels, Notice, Reading, labelled
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, number, whole
from flightrules.evidence.records.series import Point, Series, reading_of
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAIR = 2


def read(source: Source, _head: Head) -> Reading:
    """The series of an answer.

    Raises:
        EvidenceError: E_API_ERROR, E_NO_DATA, E_WRONG_TYPE, E_MISSING_FIELD, E_COUNT_MISMATCH.
    """
    name = source.name
    document = require(decode(source), dict, "the document", name)
    problem = document.get("errors") or document.get("error")
    if problem or document.get("status", "ok") != "ok":
        message = f"the API refused the query: {str(problem or document.get('message', ''))[:120]}"
        raise EvidenceError("E_API_ERROR", message, file=name, hint="mend the query and repeat it")
    missing: list[int] = []
    if "series" in document:
        series = [_v1(one, missing, name) for one in require(document["series"], list, "series", name)]
    else:
        series = _v2(require(document.get("data"), dict, "data", name), missing, name)
    notices = [Notice("W_GAP", f"{sum(missing)} points hold no data")] if sum(missing) else []
    return reading_of("datadog", series, name, notices=notices, tool="Datadog")


def _v1(one: Any, missing: list[int], name: str) -> Series:
    require(one, dict, "a series", name)
    points: list[Point] = []
    for pair in require(one.get("pointlist"), list, "pointlist", name):
        require(pair, list, "a point", name)
        if len(pair) != _PAIR:
            raise EvidenceError("E_WRONG_TYPE", f"a point has {len(pair)} parts", file=name)
        if pair[1] is None:
            missing.append(1)
            continue
        points.append((amount(pair[0], "a point's time", name), number(pair[1], "a point's value", name)))
    named = {key: one[key] for key in ("metric", "scope") if isinstance(one.get(key), str) and one[key]}
    return Series(labelled(**named), tuple(points))


def _v2(data: dict[str, Any], missing: list[int], name: str) -> list[Series]:
    attributes = require(data.get("attributes"), dict, "data.attributes", name)
    if "columns" in attributes:
        return _scalar(require(attributes["columns"], list, "columns", name), missing, name)
    times = [amount(one, "a time", name) for one in require(attributes.get("times"), list, "times", name)]
    values = require(attributes.get("values"), list, "values", name)
    described = require(attributes.get("series"), list, "series", name)
    if len(values) != len(described):
        message = f"{len(described)} series and {len(values)} lists of values"
        raise EvidenceError("E_COUNT_MISMATCH", message, file=name)
    return [_timed(one, row, times, missing, name) for one, row in zip(described, values, strict=True)]


def _timed(one: Any, row: Any, times: list[Decimal], missing: list[int], name: str) -> Series:
    require(row, list, "a list of values", name)
    if len(row) != len(times):
        raise EvidenceError("E_COUNT_MISMATCH", f"{len(times)} times and {len(row)} values", file=name)
    missing.append(sum(value is None for value in row))
    points = (
        (time, number(value, "a value", name))
        for time, value in zip(times, row, strict=True)
        if value is not None
    )
    require(one, dict, "a series", name)
    tags = require(one.get("group_tags") or [], list, "group_tags", name)
    query = whole(one.get("query_index", 0), "query_index", name)
    labels = labelled(query=str(query), **({"tags": ",".join(map(str, tags))} if tags else {}))
    return Series(labels, tuple(points))


def _scalar(columns: list[Any], missing: list[int], name: str) -> list[Series]:
    """Columns of a table: ``group`` columns name the row, ``number`` columns hold values."""
    groups: list[tuple[str, list[Any]]] = []
    numbers: list[tuple[str, list[Any]]] = []
    for column in columns:
        require(column, dict, "a column", name)
        values = require(column.get("values"), list, "values", name)
        title = require(column.get("name", ""), str, "name of a column", name)
        (groups if column.get("type") == "group" else numbers).append((title, values))
    found: list[Series] = []
    for title, values in numbers:
        for row, value in enumerate(values):
            if value is None:
                missing.append(1)
                continue
            point = (Decimal(0), number(value, "a value", name))
            found.append(Series(_row_labels(title, groups, row), (point,), instant=True))
    return found


def _row_labels(title: str, groups: list[tuple[str, list[Any]]], row: int) -> Labels:
    pairs = {"metric": title} if title else {}
    for group, values in groups:
        if row < len(values):
            value = values[row]
            pairs[group] = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return tuple(sorted(pairs.items()))
