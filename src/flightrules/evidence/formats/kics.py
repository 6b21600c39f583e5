"""KICS' JSON report: queries, each with the files in which it matched."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text, whole
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the matches, one for each place.

    Raises:
        EvidenceError: E_NO_RUNS where no file or query was used, E_SCAN_FAILED, E_WRONG_TYPE.
    """
    scan = Scan("KICS", source.name)
    report = mapping(decode(source), "the report", source.name)
    queries = objects(report.get("queries"), "queries", source.name, optional=True)
    for query in queries:
        _add(scan, query)
    _require_run(scan, report)
    scan.compare(report.get("total_counter"), "total_counter", len(scan.live))
    scan.fact(tool_version=text(report, "kics_version"), taken_at=text(report, "end"))
    return scan.reading("kics")


def _require_run(scan: Scan, report: dict[str, Any]) -> None:
    parsed = whole(report.get("files_parsed", report.get("files_scanned")), "files_parsed", scan.name)
    if not scan.empty:
        parsed = max(parsed, 1)
    broken = report.get("files_failed_to_scan")
    if parsed == 0 and isinstance(broken, int) and broken:
        raise scan.failed(f"all {broken} files failed to be scanned")
    if parsed == 0 or whole(report.get("queries_total"), "queries_total", scan.name) == 0:
        raise scan.no_run("no file was parsed or no query was run")
    for key in ("files_failed_to_scan", "queries_failed_to_execute"):
        if isinstance(report.get(key), int):
            scan.not_tested(report[key], key.replace("_", " "))


def _add(scan: Scan, query: dict[str, Any]) -> None:
    for one in objects(query.get("files"), "queries[].files", scan.name):
        scan.add(
            text(query, "query_id") or text(query, "query_name"),
            severity(text(query, "severity")),
            path=text(one, "file_name"),
            line=text(one, "line"),
            title=text(query, "query_name"),
            identity=[text(one, "similarity_id") or text(one, "search_key")],
        )
