"""Mochawesome JSON (Mocha, Cypress): suites in suites, each test with its state.

Hooks that failed stand beside the tests and are errored.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading, refuse_hidden
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = ("passed", "failed", "pending", "skipped")


def read(source: Source, _head: Head) -> Reading:
    """The tests of all files.

    Raises:
        EvidenceError: E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, E_CONTRADICTION, and as ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    stats = mapping(root.get("stats"), "stats", source.name)
    writer, hooks = CaseWriter(), 0
    found = root.get("results")
    results = [] if found == [False] else objects(found, "results", source.name)  # false: nothing ran
    for suite in _suites(results, source):
        file, title = text(suite, "fullFile") or text(suite, "file"), text(suite, "title")
        for test in objects(suite.get("tests"), "tests", source.name, optional=True):
            writer.add(
                text(test, "fullTitle") or text(test, "title"), _end(test, source), suite=title, file=file
            )
        for side in ("beforeHooks", "afterHooks"):
            for hook in objects(suite.get(side), side, source.name, optional=True):
                if hook.get("fail") is True or text(hook, "state") == "failed":
                    hooks += 1
                    writer.add(
                        text(hook, "fullTitle") or text(hook, "title"), ERRORED, suite=title, file=file
                    )
    cases = writer.cases()
    failures = whole(stats.get("failures"), "stats.failures", source.name)
    refuse_hidden(failures, cases, source.name, "stats")
    facts, said = earliest([text(stats, "start")])
    declared = whole(stats.get("tests"), "stats.tests", source.name) + hooks
    return json_case_reading("mochawesome", source, cases, notices=said, facts=facts, declared=declared)


def _suites(suites: list[dict[str, Any]], source: Source) -> Iterator[dict[str, Any]]:
    waiting = list(reversed(suites))
    while waiting:
        suite = waiting.pop()
        yield suite
        waiting.extend(reversed(objects(suite.get("suites"), "suites", source.name, optional=True)))


def _end(test: dict[str, Any], source: Source) -> int:
    state = text(test, "state")
    if state and state not in _STATES:
        raise EvidenceError(
            "E_ENUM", f"the state {state[:40]!r} is none of {', '.join(_STATES)}", file=source.name
        )
    if test.get("fail") is True or state == "failed":
        return FAILED
    if test.get("pass") is True or state == "passed":
        return PASSED
    if test.get("pending") is True or test.get("skipped") is True or state in ("pending", "skipped"):
        return SKIPPED
    raise EvidenceError("E_ENUM", f"the test {text(test, 'title')[:80]!r} has no state", file=source.name)
