"""SonarQube security hotspots: the answer of ``api/hotspots/search``, complete and not one page of it."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text, whole
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the hotspots that wait for a review; the vulnerability probability is the severity.

    Raises:
        EvidenceError: E_PARTIAL, E_NO_RUNS, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("SonarQube hotspots", source.name)
    report = mapping(decode(source), "the report", source.name)
    hotspots = objects(report.get("hotspots"), "hotspots", source.name)
    paging = mapping(report.get("paging"), "paging", source.name, optional=True)
    if paging:
        total = whole(paging.get("total"), "paging.total", source.name)
        if total > len(hotspots):
            raise scan.partial(f"the answer holds {len(hotspots)} of {total} hotspots", len(hotspots))
        scan.compare(total, "paging.total", len(hotspots))
    elif not hotspots:
        raise scan.no_run("the answer lists no hotspot and no paging, so no analysis is shown")
    for one in hotspots:
        reviewed = text(one, "status").upper() == "REVIEWED"
        fixed = text(one, "resolution").upper() == "FIXED"
        scan.add(
            text(one, "ruleKey") or text(one, "securityCategory"),
            severity(text(one, "vulnerabilityProbability")),
            path=text(one, "component"),
            line=text(one, "line"),
            title=text(one, "message"),
            state="live" if not reviewed else "fixed" if fixed else "suppressed",
        )
    scan.define(
        severity="the hotspot's vulnerability probability",
        suppressed="reviewed as safe or acknowledged; reviewed as fixed is left out",
    )
    return scan.reading("sonarqube-hotspots")
