"""GoogleTest's own JSON (``--gtest_output=json``)."""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading, refuse_hidden
from flightrules.evidence.records.cases import FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_RESULTS = {"COMPLETED": PASSED, "SKIPPED": SKIPPED, "SUPPRESSED": SKIPPED}


def read(source: Source, _head: Head) -> Reading:
    """The tests of all suites.

    Raises:
        EvidenceError: E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, E_CONTRADICTION, and as ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    writer = CaseWriter()
    for suite in objects(root.get("testsuites"), "testsuites", source.name):
        for test in objects(suite.get("testsuite"), "testsuite", source.name):
            end = _end(test, source)
            writer.add(
                text(test, "name"),
                end,
                classname=text(test, "classname"),
                suite=text(suite, "name"),
                file=text(test, "file"),
            )
    cases = writer.cases()
    failures = whole(root.get("failures"), "failures", source.name)
    refuse_hidden(failures, cases, source.name)
    facts, said = earliest([text(root, "timestamp")])
    declared = whole(root.get("tests"), "tests", source.name)
    return json_case_reading("gtest-json", source, cases, notices=said, facts=facts, declared=declared)


def _end(test: dict[str, Any], source: Source) -> int:
    if objects(test.get("failures"), "failures", source.name, optional=True):
        return FAILED
    result = text(test, "result")
    if text(test, "status") == "NOTRUN":
        return SKIPPED
    if text(test, "status") not in ("", "RUN"):
        what = f"the status {text(test, 'status')[:40]!r} is neither RUN nor NOTRUN"
        raise EvidenceError("E_ENUM", what, file=source.name)
    if result not in _RESULTS:
        raise EvidenceError(
            "E_ENUM", f"the result {result[:40]!r} is none of {', '.join(_RESULTS)}", file=source.name
        )
    return _RESULTS[result]
