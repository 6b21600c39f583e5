"""Gitleaks' JSON report, version 8 and the older spelling. It states no severity.

The secret itself is never read into titles or fingerprints.
"""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the leaks.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_NO_RUNS.
    """
    scan = Scan("Gitleaks", source.name)
    leaks = objects(decode(source, free_text=True), "the report", source.name)
    if not leaks:
        raise scan.no_run(
            "the report lists no leak and does not show that a repository was looked at",
            instead="gitleaks --report-format sarif",
        )
    for one in leaks:
        scan.add(
            text(one, "RuleID") or text(one, "rule"),
            "unknown",
            path=text(one, "File") or text(one, "file"),
            line=text(one, "StartLine") or text(one, "lineNumber"),
            title=text(one, "Description") or text(one, "rule"),
            identity=[text(one, "Commit") or text(one, "commit")],
        )
    return scan.reading("gitleaks-json")
