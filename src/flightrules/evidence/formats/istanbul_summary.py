"""istanbul's ``coverage-summary.json``: totals by file, no line numbers.

The files are added up; ``total`` is only compared. A summary cannot tell new code.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Measurement, Notice, Reading
from flightrules.evidence.reading.fields import mapping
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.lines import LINE_DEFINITIONS, total_measurements
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches in total.

    Raises:
        EvidenceError: E_NO_LINES, E_CONTRADICTION, E_WRONG_TYPE, E_MISSING_FIELD, E_NEGATIVE.
    """
    name = source.name
    document = mapping(decode(source), "the report", name)
    total = _counts(mapping(document.pop("total", None), "total", name), "total", name)
    files = [_counts(mapping(one, path, name), path, name) for path, one in document.items()]
    counted = [sum(column) for column in zip(*files, strict=True)] if files else total
    if not counted[1]:
        message = "the summary counts no line" + ("" if files else " and names no file")
        raise EvidenceError(
            "E_NO_LINES", message, file=name, hint="check nyc's include and that the tests load the code"
        )
    notices = []
    if files and counted != total:
        text = f"total: {total[0]} of {total[1]} lines, the files: {counted[0]} of {counted[1]}"
        notices.append(Notice("W_COUNT_MISMATCH", text))
    return Reading(
        "istanbul-summary",
        extra=_measurements(counted),
        notices=tuple(notices),
        definitions=dict(LINE_DEFINITIONS),
    )


def _measurements(counted: list[int]) -> tuple[Measurement, ...]:
    lines = total_measurements("lines", counted[0], counted[1])
    return (*lines, *(total_measurements("branches", counted[2], counted[3]) if counted[3] else ()))


def _counts(one: dict[str, Any], what: str, name: str) -> list[int]:
    """Lines covered and existing, branches covered and existing."""
    numbers = []
    for kind in ("lines", "branches"):
        found = mapping(one.get(kind), f"{what}.{kind}", name)
        covered, total = (whole(found.get(key), f"{what}.{kind}.{key}", name) for key in ("covered", "total"))
        if covered > total:
            raise EvidenceError(
                "E_CONTRADICTION", f"{what}: {covered} of {total} {kind} are covered", file=name
            )
        numbers += [covered, total]
    return numbers
