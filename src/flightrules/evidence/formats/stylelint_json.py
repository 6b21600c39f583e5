"""Stylelint's JSON formatter: one entry for each style sheet, with or without warnings."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the warnings and parse errors of all sources; ignored sources were not looked at.

    Raises:
        EvidenceError: E_NO_RUNS, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Stylelint", source.name)
    files = objects(decode(source), "the report", source.name)
    ignored = sum(file.get("ignored") is True for file in files)
    if len(files) == ignored:
        raise scan.no_run("no style sheet was looked at")
    for file in files:
        path = text(file, "source")
        for one in objects(file.get("warnings"), "warnings", source.name):
            level, rule = severity(text(one, "severity")), text(one, "rule")
            scan.add(rule, level, path=path, line=text(one, "line"), title=text(one, "text"))
        for one in objects(file.get("parseErrors"), "parseErrors", source.name, optional=True):
            scan.add("parse error", "high", path=path, line=text(one, "line"), title=text(one, "text"))
    scan.not_tested(ignored, "style sheets were ignored")
    scan.define(severity="error is high, warning is medium")
    return scan.reading("stylelint-json")
