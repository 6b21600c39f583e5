"""``xcrun xccov view --report --json``: executable and covered lines by file of each target, no line numbers.

The files are added up; the totals are only compared. Bundles of tests (``.xctest``) are not the product and
are left out. A summary cannot tell new code.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.lines import LINE_DEFINITIONS, total_measurements
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Lines in total.

    Raises:
        EvidenceError: E_NO_LINES, E_CONTRADICTION, E_WRONG_TYPE, E_MISSING_FIELD, E_NEGATIVE.
    """
    name = source.name
    document = mapping(decode(source), "the report", name)
    targets = objects(document.get("targets"), "targets", name)
    product = [one for one in targets if not text(one, "name").endswith(".xctest")]
    covered = total = 0
    for target in product:
        for file in objects(target.get("files"), "files of a target", name):
            ran, lines = _counts(file, text(file, "path") or text(file, "name"), name)
            covered, total = covered + ran, total + lines
    if not total:
        raise EvidenceError(
            "E_NO_LINES",
            "no file of the product has a line",
            file=name,
            hint="leave --only-targets out, and gather coverage for the product's targets",
        )
    declared = _counts(document, "the report", name) if len(product) == len(targets) else (covered, total)
    notices = []
    if declared != (covered, total):
        what = f"total: {declared[0]} of {declared[1]} lines, the files: {covered} of {total}"
        notices.append(Notice("W_COUNT_MISMATCH", what))
    return Reading(
        "xccov",
        extra=tuple(total_measurements("lines", covered, total)),
        notices=tuple(notices),
        definitions=dict(LINE_DEFINITIONS),
    )


def _counts(one: dict[str, Any], what: str, name: str) -> tuple[int, int]:
    covered, total = (
        whole(one.get(key), f"{key} of {what}", name) for key in ("coveredLines", "executableLines")
    )
    if covered > total:
        raise EvidenceError("E_CONTRADICTION", f"{what}: {covered} of {total} lines are covered", file=name)
    return covered, total
