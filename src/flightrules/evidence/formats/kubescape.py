"""Kubescape's JSON report (version 2): the outcome of every control on every resource."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_PASSED_OVER = ("passed", "skipped", "irrelevant", "")

_BANDS = ((Decimal(9), "critical"), (Decimal(7), "high"), (Decimal(4), "medium"), (Decimal(1), "low"))


def read(source: Source, _head: Head) -> Reading:
    """Count failed controls, one for each resource; those passed by an exception are suppressed.

    Raises:
        EvidenceError: E_NO_RUNS where no control or resource was looked at, E_WRONG_TYPE.
    """
    scan = Scan("Kubescape", source.name)
    report = mapping(decode(source), "the report", source.name)
    summary = mapping(report.get("summaryDetails"), "summaryDetails", source.name)
    controls = mapping(summary.get("controls"), "summaryDetails.controls", source.name)
    results = objects(report.get("results"), "results", source.name)
    if not controls or not results:
        raise scan.no_run("no control or no resource was looked at")
    for result in results:
        for one in objects(result.get("controls"), "results[].controls", source.name, optional=True):
            _add(scan, one, text(result, "resourceID"), controls)
    scan.fact(taken_at=text(report, "generationTime"))
    scan.define(finding="one for each failed control and resource", suppressed="passed by an exception")
    return scan.reading("kubescape")


def _add(scan: Scan, one: dict[str, Any], resource: str, controls: dict[str, Any]) -> None:
    status = text(one, "status", "status") or text(one, "status")
    excepted = text(one, "status", "subStatus") == "w/exceptions"
    if status in _PASSED_OVER and not excepted:
        return
    name = text(one, "controlID")
    scan.add(
        name,
        _severity(controls.get(name)),
        path=resource,
        title=text(one, "name"),
        state="suppressed" if excepted else "live",
    )


def _severity(control: Any) -> str:
    stated = severity(text(control, "severity"))
    factor = control.get("scoreFactor") if isinstance(control, dict) else None
    if stated != "unknown" or isinstance(factor, bool) or not isinstance(factor, (int, Decimal)):
        return stated
    return next((level for floor, level in _BANDS if factor >= floor), "unknown")
