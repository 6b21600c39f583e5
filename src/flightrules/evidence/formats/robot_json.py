"""Robot Framework's JSON output (7.2 and later): suites within suites, and the tests of each.

A suite whose tear-down failed fails its tests, as in the XML. A run in which no keyword was executed is a
dry run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {"PASS": PASSED, "FAIL": FAILED, "SKIP": SKIPPED, "NOT RUN": SKIPPED}


def read(source: Source, _head: Head) -> Reading:
    """The tests or tasks of all suites.

    Raises:
        EvidenceError: E_ENUM, E_ALL_SKIPPED for a dry run, E_WRONG_TYPE, E_MISSING_FIELD, and as
            ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    writer, executed, passed_over = CaseWriter(), 0, 0
    for suite, path, torn in _suites(mapping(root.get("suite"), "suite", source.name), source):
        for test in objects(suite.get("tests"), "tests", source.name, optional=True):
            _add(writer, test, path, source, torn=torn)
            for word in _keywords(test):
                executed += word == "PASS"
                passed_over += word == "NOT RUN"
    cases = writer.cases()
    if passed_over and not executed and cases.passed:
        raise EvidenceError(
            "E_ALL_SKIPPED",
            "this is a dry run: no keyword was executed",
            file=source.name,
            hint="run the tests without --dryrun",
        )
    facts, said = earliest([text(root, "generated")])
    tool, _, rest = text(root, "generator").partition(" ")
    facts |= {"tool": tool, "tool_version": rest.partition(" ")[0]} if tool else {}
    return json_case_reading("robot-json", source, cases, notices=said, facts=facts)


def _suites(root: dict[str, Any], source: Source) -> Iterator[tuple[dict[str, Any], str, bool]]:
    """Each suite with its path, and whether its tear-down or one around it failed."""
    waiting = [(root, "", False)]
    while waiting:
        suite, above, torn = waiting.pop()
        path = f"{above}.{text(suite, 'name')}" if above else text(suite, "name")
        torn = torn or text(suite, "teardown", "status") == "FAIL"
        yield suite, path, torn
        inner = objects(suite.get("suites"), "suites", source.name, optional=True)
        waiting.extend((one, path, torn) for one in reversed(inner))


def _add(writer: CaseWriter, test: dict[str, Any], path: str, source: Source, *, torn: bool) -> None:
    word, name = text(test, "status"), text(test, "name")
    if word not in _STATUSES:
        raise EvidenceError(
            "E_ENUM", f"the test {name[:80]!r} has the status {word[:40]!r}", file=source.name
        )
    end = _STATUSES[word]
    writer.add(name, FAILED if torn and end == PASSED else end, classname=path, suite=path)


def _keywords(test: dict[str, Any]) -> Iterator[str]:
    """The ends of keywords that call no others."""
    waiting = [test]
    while waiting:
        one = waiting.pop()
        body = one.get("body")
        inner = [item for item in body if isinstance(item, dict)] if isinstance(body, list) else []
        calls = [item for item in inner if item.get("type") != "MESSAGE"]
        if not calls and one is not test and "name" in one:
            yield text(one, "status")
        waiting.extend(calls)
