"""The readiness report as a PDF, set when it is asked for from a layout that was kept with the report."""

from __future__ import annotations

from flightrules.reports import pdf
from flightrules.service.door.refusals import ConflictError
from flightrules.service.readiness.models import GateRun
from flightrules.service.readiness.queries import report_bytes
from flightrules.service.records import blobs

__all__ = ["LAYOUT", "report_in_print"]

LAYOUT = "layout"
"""Where the digest of the layout stands, beside those of the report's forms."""

_LIMIT = 1 << 19  # set in about a second


def report_in_print(run: GateRun) -> bytes:
    """The report as a PDF: the same bytes each time.

    Raises:
        ForeignError: E_NO_SUCH. UsageError: E_EXTRA.
        ConflictError: E_TOO_LONG_FOR_PRINT, E_EVIDENCE_TAMPERED, E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    layout, record = report_bytes(run, LAYOUT), blobs.intact_bytes(run.reports["json"])
    if len(layout) > _LIMIT:
        raise ConflictError("E_TOO_LONG_FOR_PRINT", "the report is too long for a PDF", hint="ask for html")
    return pdf.from_layout(layout.decode(), record.decode(), run.judged_at or run.asked_at)
