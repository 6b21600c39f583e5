"""Newman (Postman) JSON: every assertion of every execution is a case.

A request without an answer, and a script that threw, are errored. A collection without assertions
proves nothing and is refused.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.case_reading import json_case_reading, refuse_hidden
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """The assertions of the run.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_RUN_CRASHED, E_CONTRADICTION,
            and as ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    run = mapping(root.get("run"), "run", source.name)
    if run.get("error"):
        raise EvidenceError(
            "E_RUN_CRASHED",
            f"Newman reports: {text(run, 'error', 'message')[:200]}",
            file=source.name,
            hint="mend the collection run",
        )
    writer = CaseWriter()
    suite = text(root, "collection", "info", "name") or text(root, "collection", "name")
    for execution in objects(run.get("executions"), "run.executions", source.name):
        _add(writer, execution, suite, source)
    cases = writer.cases()
    failures = objects(run.get("failures"), "run.failures", source.name, optional=True)
    if failures and cases.total and not cases.failed + cases.errored:
        raise EvidenceError(
            "E_CONTRADICTION",
            f"run.failures lists {len(failures)}, the executions hold none",
            file=source.name,
        )
    stats = mapping(run.get("stats"), "run.stats", source.name, optional=True)
    stated = mapping(stats.get("assertions"), "run.stats.assertions", source.name, optional=True)
    refuse_hidden(
        whole(stated.get("failed", 0), "failed assertions", source.name), cases, source.name, "run.stats"
    )
    started = run.get("timings", {}).get("started") if isinstance(run.get("timings"), dict) else None
    at = (
        rfc3339(started)
        if isinstance(started, int) and not isinstance(started, bool) and started > 0
        else None
    )
    facts = {"tool": "newman"} | ({"taken_at": at} if at else {})
    return json_case_reading("newman", source, cases, facts=facts)


def _add(writer: CaseWriter, execution: dict[str, Any], suite: str, source: Source) -> None:
    request = text(execution, "item", "name")
    if execution.get("requestError"):
        writer.add("request", ERRORED, classname=request, suite=suite)
    for key in ("prerequestScript", "testScript"):
        scripts = objects(execution.get(key), key, source.name, optional=True)
        for script in scripts:
            if script.get("error"):
                writer.add(key, ERRORED, classname=request, suite=suite)
    for assertion in objects(execution.get("assertions"), "assertions", source.name, optional=True):
        skipped = assertion.get("skipped") is True
        end = SKIPPED if skipped else FAILED if assertion.get("error") else PASSED
        writer.add(text(assertion, "assertion"), end, classname=request, suite=suite)
