"""zizmor's JSON report: findings in workflows of GitHub Actions; ignored ones are suppressed."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the findings.

    Raises:
        EvidenceError: E_NO_RUNS for an empty list, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("zizmor", source.name)
    found = objects(decode(source), "the report", source.name)
    if not found:
        raise scan.no_run("the list is empty", instead="zizmor --format sarif")
    for one in found:
        _add(scan, one)
    scan.define(suppressed="findings that a comment or the configuration ignores")
    return scan.reading("zizmor")


def _add(scan: Scan, one: dict[str, Any]) -> None:
    places = objects(one.get("locations"), "locations", scan.name, optional=True)
    place = next((each for each in places if text(each, "symbolic", "kind") == "Primary"), None)
    row = text(place, "concrete", "location", "start_point", "row")
    scan.add(
        text(one, "ident"),
        severity(text(one, "determinations", "severity")),
        path=text(place, "symbolic", "key", "Local", "verbatim_path")
        or text(place, "symbolic", "key", "Remote", "path"),
        line=str(int(row) + 1) if row.isdigit() else "",
        title=text(one, "desc"),
        identity=[text(place, "concrete", "feature")],
        state="suppressed" if one.get("ignored") is True else "live",
    )
