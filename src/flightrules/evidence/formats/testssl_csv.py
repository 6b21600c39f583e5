"""testssl.sh results as a table: one row for each check, passed ones included."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import table
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.records.tls_checks import add_checks
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the checks that did not pass.

    Raises:
        EvidenceError: E_SCAN_FAILED for a fatal problem, E_PARTIAL, E_ENUM, and the faults of tables.
    """
    scan = Scan("testssl.sh", source.name)
    rows = table(source, required=("id", "severity", "finding"))
    checks = [row for _, row in rows]
    add_checks(scan, [{**row, "place": f"{row.get('fqdn/ip', '')}:{row.get('port', '')}"} for row in checks])
    return scan.reading("testssl-csv")
