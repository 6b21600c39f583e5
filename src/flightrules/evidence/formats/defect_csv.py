"""Defects as a comma-separated table whose header names the columns: id, severity, status, and more."""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import table
from flightrules.evidence.records.defect_table import defect_of
from flightrules.evidence.records.tracker_answers import tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, head: Head) -> Reading:
    """All rows; only a comma separates cells, since guessing the separator can shift them."""
    header = head.text.partition("\n")[0]
    if "," not in header:
        other = next((one for one in (";", "\t", "|") if one in header), "?")
        raise EvidenceError(
            "E_HEADER",
            f"the header is separated by {other!r}, not by commas",
            file=source.name,
            line=1,
            hint="export with commas",
        )
    records = (defect_of(row, line, source.name) for line, row in table(source))
    return tracker_reading("defect-table", records, tool="CSV")
