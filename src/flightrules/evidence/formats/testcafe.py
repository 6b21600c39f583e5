"""TestCafe's JSON report: fixtures with their tests; one with errors failed, an unstable one is flaky."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading, refuse_hidden
from flightrules.evidence.records.cases import FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """The tests of all fixtures.

    Raises:
        EvidenceError: E_CONTRADICTION, E_WRONG_TYPE, E_MISSING_FIELD, and as ``json_case_reading``.
    """
    name = source.name
    report = mapping(decode(source, free_text=True), "the report", name)
    writer = CaseWriter()
    for fixture in objects(report.get("fixtures"), "fixtures", name):
        suite, file = text(fixture, "name"), text(fixture, "path")
        for test in objects(fixture.get("tests"), "tests", name):
            writer.add(text(test, "name"), _end(test, name), suite=suite, file=file)
    cases = writer.cases()
    total, passed, skipped = (whole(report.get(key, 0), key, name) for key in ("total", "passed", "skipped"))
    refuse_hidden(max(0, total - passed - skipped), cases, name)
    facts, said = earliest([text(report, "startTime")])
    return json_case_reading(
        "testcafe", source, cases, notices=said, facts={"tool": "TestCafe"} | facts, declared=total
    )


def _end(test: dict[str, Any], name: str) -> int:
    if require(test.get("errs"), list, "errs", name):
        return FAILED
    if test.get("skipped") is True:
        return SKIPPED
    return FLAKY if test.get("unstable") is True else PASSED
