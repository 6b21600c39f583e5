"""WAVE's JSON report (WebAIM's API): errors and contrast errors are violations, alerts need a person.

WAVE states neither impact nor standard. Only report types 3 and 4 name the elements; of the others only the
counts are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.violations import VIOLATION_DEFINITIONS, Violation, Violations, violation
from flightrules.evidence.source import Source

__all__ = ["read"]

_LIMIT = 100_000


def read(source: Source, _head: Head) -> Reading:
    """Violations, one for each element that is counted.

    Raises:
        EvidenceError: E_SCAN_FAILED, E_COUNT_MISMATCH, E_RANGE, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    name = source.name
    report = mapping(decode(source, free_text=True), "the report", name)
    if mapping(report.get("status"), "status", name).get("success") is not True:
        why = text(report, "status", "error") or "status.success is not true"
        raise EvidenceError("E_SCAN_FAILED", f"WAVE reports: {why[:150]}", file=name, hint="repeat the run")
    categories = mapping(report.get("categories"), "categories", name)
    page = text(report, "statistics", "pageurl")
    found = [*_category(categories, "error", page, name)]
    if "contrast" in categories:
        found += _category(categories, "contrast", page, name)
    alerts = whole(mapping(categories.get("alert", {}), "alert", name).get("count", 0), "alert.count", name)
    notices = (Notice("W_NOT_TESTED", f"{alerts} alerts need a person"),) if alerts else ()
    definitions = dict(VIOLATION_DEFINITIONS)
    return Reading(
        "wave", Violations(found), notices=notices, facts={"tool": "WAVE"}, definitions=definitions
    )


def _category(categories: dict[str, Any], key: str, page: str, name: str) -> Iterator[Violation]:
    category = mapping(categories.get(key), f"categories.{key}", name)
    announced, seen = whole(category.get("count"), f"{key}.count", name), 0
    items = category.get("items")
    for rule, item in mapping(items, f"{key}.items", name).items() if items else ():
        entry = mapping(item, rule, name)
        count = whole(entry.get("count"), f"{rule}.count", name)
        seen += count
        if seen > _LIMIT:
            raise EvidenceError("E_RANGE", f"{key} counts more than {_LIMIT} elements", file=name)
        places = require(entry.get("selectors") or [], list, f"{rule}.selectors", name)[:count]
        for place, _ in zip_longest(places, range(count), fillvalue=""):
            yield violation(rule, "", (), page, str(place), text(entry, "description"))
    if seen < announced:
        what = f"{key} announces {announced} and lists {seen}"
        raise EvidenceError("E_COUNT_MISMATCH", what, file=name, hint="ask for report type 2 or higher")
