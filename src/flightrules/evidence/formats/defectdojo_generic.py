"""DefectDojo's findings in JSON: the Generic Findings Import format and the API's list of findings.

A finding that is merely inactive still counts: only a stated reason takes it out.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text, whole
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_REASONS = ("false_p", "out_of_scope", "risk_accepted", "duplicate")


def read(source: Source, _head: Head) -> Reading:
    """Count the findings; mitigated ones are left out, those with a stated reason are suppressed.

    Raises:
        EvidenceError: E_PARTIAL, E_NO_RUNS, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    report = mapping(decode(source), "the report", source.name)
    scan = Scan(text(report, "type") or "DefectDojo", source.name)
    paged = "findings" not in report
    items = objects(report.get("results" if paged else "findings"), "findings", source.name)
    if paged:
        _require_all_pages(scan, report, len(items))
    if not items:
        raise scan.no_run("the report lists no finding and does not show that a scan ran")
    for at, item in enumerate(items):
        _add(scan, item, f"findings[{at}]")
    scan.define(
        suppressed="false positive, out of scope, risk accepted, duplicate; mitigated ones are left out; "
        "inactive without such a reason counts"
    )
    return scan.reading("defectdojo-generic")


def _require_all_pages(scan: Scan, report: dict[str, Any], listed: int) -> None:
    total = whole(report.get("count"), "count", scan.name)
    if report.get("next") or report.get("previous") or total > listed:
        raise scan.partial(f"the answer holds {listed} of {total} findings", listed)


def _add(scan: Scan, item: dict[str, Any], what: str) -> None:
    title = require(item.get("title"), str, f"{what}.title", scan.name)
    word = require(item.get("severity"), str, f"{what}.severity", scan.name)
    if not title.strip():
        raise EvidenceError("E_MISSING_FIELD", f"{what}.title is empty", file=scan.name)
    rule = text(item, "vuln_id_from_tool") or text(item, "cve") or title
    component = " ".join(filter(None, (text(item, "component_name"), text(item, "component_version"))))
    scan.add(
        rule,
        severity(word),
        path=text(item, "file_path") or component,
        line=text(item, "line"),
        title=title,
        identity=[title, component, text(item, "unique_id_from_tool")],
        state=_state(item, what, scan.name),
    )


def _state(item: dict[str, Any], what: str, name: str) -> str:
    flags = {key: _flag(item, key, what, name) for key in (*_REASONS, "is_mitigated")}
    if flags.pop("is_mitigated"):
        return "fixed"
    return "suppressed" if any(flags.values()) else "live"


def _flag(item: dict[str, Any], key: str, what: str, name: str) -> bool:
    value = item.get(key)
    return value is not None and bool(require(value, bool, f"{what}.{key}", name))
