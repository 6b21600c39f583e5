"""DefectDojo's Generic Findings Import as a table. Columns are found by name; several may be absent."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import table
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_REASONS = ("FalsePositive", "Duplicate", "OutOfScope", "RiskAccepted")


def read(source: Source, _head: Head) -> Reading:
    """Count the rows; false positives and duplicates are suppressed, mitigated ones left out.

    Raises:
        EvidenceError: E_NO_ROWS, E_ROW_WIDTH, E_UNTERMINATED_QUOTE and the other faults of tables.
    """
    scan = Scan("DefectDojo", source.name)
    for _, row in table(source, required=("Title", "Severity")):
        scan.add(
            row.get("Vulnerability Id") or row.get("CVE") or row["Title"],
            severity(row["Severity"]),
            path=row.get("Url", ""),
            title=row["Title"],
            identity=[row["Title"], row.get("Description", "")],
            state=_state(row),
        )
    scan.define(
        suppressed="false positive and duplicate; mitigated ones are left out; "
        "inactive without such a reason counts"
    )
    return scan.reading("defectdojo-csv")


def _state(row: dict[str, str]) -> str:
    if _true(row.get("IsMitigated", "")):
        return "fixed"
    return "suppressed" if any(_true(row.get(column, "")) for column in _REASONS) else "live"


def _true(cell: str) -> bool:
    return cell.strip().lower() in ("true", "t", "yes", "1")
