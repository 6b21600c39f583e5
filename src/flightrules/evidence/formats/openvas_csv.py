"""OpenVAS/Greenbone results as a table. The score gives the severity, not the word beside it."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import decimal, table
from flightrules.evidence.records.findings import severity, severity_of_cvss
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the rows; results of level Log are informational.

    Raises:
        EvidenceError: E_NO_ROWS, E_NUMBER and the other faults of tables.
    """
    scan = Scan("OpenVAS", source.name)
    for line, row in table(source, required=("IP", "Severity", "NVT Name")):
        score = row.get("CVSS", "").strip()
        word = row["Severity"].strip()
        scan.add(
            row.get("NVT OID", "") or row["NVT Name"],
            severity_of_cvss(decimal(score, "CVSS", source.name, line)) if score else severity(word),
            path=f"{row['IP']}:{row.get('Port', '')}/{row.get('Port Protocol', '')}",
            title=row["NVT Name"],
            state="suppressed" if word.lower() == "false positive" else "live",
        )
        scan.fact(taken_at=row.get("Timestamp", ""))
    scan.define(severity="band of the CVSS score; Log is informational")
    return scan.reading("openvas-csv")
