"""Dockle's JSON report: one entry for each checkpoint that an image does not meet."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_FOUND = ("fatal", "warn", "info")
_IGNORED = ("PASS", "SKIP", "IGNORE")


def read(source: Source, _head: Head) -> Reading:
    """Count the checkpoints; fatal is critical, warn is medium, info is info.

    Raises:
        EvidenceError: E_NO_RUNS where no checkpoint was checked, E_COUNT_MISMATCH, E_WRONG_TYPE,
            E_MISSING_FIELD.
    """
    scan = Scan("Dockle", source.name)
    report = mapping(decode(source), "the report", source.name)
    summary = mapping(report.get("summary"), "summary", source.name)
    for one in objects(report.get("details"), "details", source.name, optional=True):
        word = text(one, "level").upper()
        if word not in _IGNORED:
            level, title = severity(word), text(one, "title")
            scan.add(text(one, "code"), level, path=text(report, "image"), title=title)
    stated = sum(whole(summary.get(key, 0), f"summary.{key}", source.name) for key in _FOUND)
    scan.compare(stated, "the summary", len(scan.live))
    if scan.empty and not summary.get("pass"):
        raise scan.no_run("no checkpoint was checked")
    scan.fact(tool_version=text(report, "version"))
    return scan.reading("dockle")
