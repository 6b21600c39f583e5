"""Playwright's JSON report: a test is a spec in one project, its results are attempts.

``status`` is Playwright's own verdict over the attempts: ``expected`` (also an expected failure),
``unexpected``, ``flaky``, ``skipped``. Errors outside of tests count as errored.
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
from flightrules.evidence.records.case_reading import json_case_reading, refuse_hidden
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {"expected": PASSED, "unexpected": FAILED, "flaky": FLAKY, "skipped": SKIPPED}
_RESULTS = ("passed", "failed", "timedOut", "skipped", "interrupted")


def read(source: Source, _head: Head) -> Reading:
    """The tests of all projects.

    Raises:
        EvidenceError: E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, E_CONTRADICTION, and as ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    stats = mapping(root.get("stats"), "stats", source.name, optional=True)  # complete since 1.40
    writer = CaseWriter()
    for path, spec in _specs(objects(root.get("suites"), "suites", source.name), source):
        before = len(writer)
        for test in objects(spec.get("tests"), "tests", source.name):
            _add(writer, path, spec, test, source)
        if spec.get("ok") is False and {FAILED, ERRORED}.isdisjoint(writer.statuses[before:]):
            writer.add(text(spec, "title"), ERRORED, classname=path[0], file=text(spec, "file"))
    for error in objects(root.get("errors"), "errors", source.name, optional=True):
        writer.add(text(error, "message")[:200] or "error outside of tests", ERRORED)
    cases = writer.cases()
    unexpected = _declared(stats, ("unexpected",))
    refuse_hidden(unexpected, cases, source.name, "stats")
    facts, said = earliest([text(stats, "startTime")])
    version = text(root, "config", "version")
    facts |= {"tool": "playwright"} | ({"tool_version": version} if version else {})
    outside = len(objects(root.get("errors"), "errors", source.name, optional=True))
    return json_case_reading(
        "playwright",
        source,
        cases,
        notices=said,
        facts=facts,
        declared=_declared(stats, tuple(_STATUSES)) + outside if "expected" in stats else None,
    )


def _specs(suites: list[dict[str, Any]], source: Source) -> Iterator[tuple[list[str], dict[str, Any]]]:
    waiting: list[tuple[list[str], dict[str, Any]]] = [([], suite) for suite in reversed(suites)]
    while waiting:
        above, suite = waiting.pop()
        path = [*above, text(suite, "title")]
        for spec in objects(suite.get("specs"), "specs", source.name, optional=True):
            yield path, spec
        below = objects(suite.get("suites"), "suites", source.name, optional=True)
        waiting.extend((path, one) for one in reversed(below))


def _add(
    writer: CaseWriter, path: list[str], spec: dict[str, Any], test: dict[str, Any], source: Source
) -> None:
    status = text(test, "status")
    results = objects(test.get("results"), "results", source.name, optional=True)
    if status not in _STATUSES:
        raise EvidenceError(
            "E_ENUM", f"the status {status[:40]!r} is none of {', '.join(_STATUSES)}", file=source.name
        )
    end, last = _STATUSES[status], text(results[-1], "status") if results else ""
    if last and last not in _RESULTS:
        raise EvidenceError(
            "E_ENUM", f"the result {last[:40]!r} is none of {', '.join(_RESULTS)}", file=source.name
        )
    if end == FAILED and last == "interrupted":
        end = ERRORED
    if end == PASSED and last and last != (text(test, "expectedStatus") or last):
        end = FAILED  # whatever the summary of its attempts says
    project = text(test, "projectName")
    name = " > ".join([*path[1:], text(spec, "title")])
    writer.add(
        f"{name} [{project}]" if project else name,
        end,
        classname=path[0],
        suite=project,
        file=text(spec, "file"),
    )


def _declared(stats: dict[str, Any], keys: tuple[str, ...]) -> int:
    counts = [stats.get(key, 0) for key in keys]
    return sum(one for one in counts if isinstance(one, int))
