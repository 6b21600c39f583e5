"""What Cypress gives to ``cypress.run()`` and ``after:run``: specs with their tests and attempts.

A spec that broke outside of its tests carries an error; a run that did not start says so.
"""

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
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = {"passed": PASSED, "failed": FAILED, "pending": SKIPPED, "skipped": SKIPPED}


def read(source: Source, _head: Head) -> Reading:
    """The tests of all specs.

    Raises:
        EvidenceError: E_ENUM, E_CONTRADICTION, E_WRONG_TYPE, E_MISSING_FIELD, and as ``json_case_reading``.
    """
    report = mapping(decode(source, free_text=True), "the report", source.name)
    writer = CaseWriter()
    for run in objects(report.get("runs"), "runs", source.name):
        file = text(run, "spec", "relative") or text(run, "spec", "name")
        if run.get("error"):
            writer.add(file or "spec", ERRORED, suite=file, file=file)
        for test in objects(run.get("tests"), "tests", source.name, optional=bool(run.get("error"))):
            _add(writer, test, file, source)
    cases = writer.cases()
    refuse_hidden(whole(report.get("totalFailed", 0), "totalFailed", source.name), cases, source.name)
    facts, said = earliest([text(report, "startedTestsAt")])
    version = text(report, "cypressVersion")
    facts |= {"tool": "Cypress"} | ({"tool_version": version} if version else {})
    return json_case_reading("cypress", source, cases, notices=said, facts=facts)


def _add(writer: CaseWriter, test: dict[str, Any], file: str, source: Source) -> None:
    state = text(test, "state")
    if state not in _STATES:
        raise EvidenceError(
            "E_ENUM", f"the state {state[:40]!r} is none of {', '.join(_STATES)}", file=source.name
        )
    attempts = objects(test.get("attempts"), "attempts", source.name, optional=True)
    retried = any(text(one, "state") == "failed" for one in attempts)
    titles = test.get("title")
    names = [one for one in titles if isinstance(one, str)] if isinstance(titles, list) else []
    end = FLAKY if _STATES[state] == PASSED and retried else _STATES[state]
    writer.add(" > ".join(names) or text(test, "title"), end, suite=file, file=file)
