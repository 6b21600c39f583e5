"""Ruff's JSON: one array of violations, or one line for each (``json-lines``).

A violation without a code is a syntax error.
"""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the violations; Ruff states a severity only in newer versions.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_NO_RUNS.
    """
    scan = Scan("Ruff", source.name)
    found = list(documents(source))
    violations = objects(
        found[0] if found and isinstance(found[0], list) else found, "the report", source.name
    )
    if not violations:
        raise scan.no_run(
            "the report lists no violation and no file that was looked at",
            instead="ruff check --output-format sarif",
        )
    for one in violations:
        code = text(one, "code")
        scan.add(
            code or "syntax-error",
            severity(text(one, "severity") or ("" if code else "error")),
            path=text(one, "filename"),
            line=text(one, "location", "row"),
            title=text(one, "message"),
        )
    return scan.reading("ruff-json")
