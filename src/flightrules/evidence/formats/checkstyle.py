"""Checkstyle's XML, which many linters write. Without any file it does not show that one was looked at."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import stream
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, head: Head) -> Reading:
    """Count the errors of all files; severity ``ignore`` is suppressed.

    Raises:
        EvidenceError: E_NO_RUNS without files, E_SCAN_FAILED where the checker broke, and the faults of XML.
    """
    scan = Scan("Checkstyle", source.name)
    files = broken = 0
    for file in stream(source, frozenset({"file"})):
        files += 1
        broken += bool(file.all("exception"))
        for one in file.all("error"):
            word = one.get("severity")
            scan.add(
                one.get("source"),
                severity(word),
                path=file.get("name"),
                line=one.get("line"),
                title=one.get("message"),
                state="suppressed" if word == "ignore" else "live",
            )
    if not files:
        raise scan.no_run(
            "the report lists no file that was looked at", instead="the linter's SARIF output, if it has one"
        )
    if broken and scan.empty:
        raise scan.failed(f"the checker broke on {broken} files")
    scan.not_tested(broken, "files on which the checker broke")
    scan.fact(tool_version=head.attributes.get("version", ""))
    scan.define(severity="error is high, warning is medium, info is info")
    return scan.reading("checkstyle-xml")
