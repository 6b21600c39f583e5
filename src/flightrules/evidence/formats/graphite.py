"""Graphite's render API as JSON: targets with ``[value, seconds]`` points; ``null`` is no data."""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading, labelled
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, number
from flightrules.evidence.records.series import Point, Series, reading_of
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAIR = 2


def read(source: Source, _head: Head) -> Reading:
    """The targets of an answer.

    Raises:
        EvidenceError: E_NO_DATA, E_WRONG_TYPE, E_MISSING_FIELD, E_DUPLICATE_KEY.
    """
    missing: list[int] = []
    targets = require(decode(source), list, "the document", source.name)
    series = [_target(one, missing, source.name) for one in targets]
    notices = [Notice("W_GAP", f"{len(missing)} points hold no data")] if missing else []
    return reading_of("graphite", series, source.name, notices=notices, tool="Graphite")


def _target(one: Any, missing: list[int], name: str) -> Series:
    require(one, dict, "a target", name)
    points: list[Point] = []
    for pair in require(one.get("datapoints"), list, "datapoints", name):
        require(pair, list, "a point", name)
        if len(pair) != _PAIR:
            raise EvidenceError("E_WRONG_TYPE", f"a point has {len(pair)} parts", file=name)
        if pair[0] is None:
            missing.append(1)
            continue
        points.append(
            (amount(pair[1], "a point's time", name) * 1000, number(pair[0], "a point's value", name))
        )
    return Series(labelled(metric=require(one.get("target"), str, "target", name)), tuple(points))
