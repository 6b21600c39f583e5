"""Mocha's JSON reporter: ``passes``, ``failures`` and ``pending`` list the tests by their end.

A failed hook stands among the failures and is no test; it counts as errored. A pass with
``currentRetry`` above zero is flaky.
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

_LISTS = (("passes", PASSED), ("failures", FAILED), ("pending", SKIPPED))


def read(source: Source, _head: Head) -> Reading:
    """The tests of the run.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_CONTRADICTION, E_ALL_SKIPPED for a dry run, and as
            ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    stats = mapping(root.get("stats"), "stats", source.name)
    writer, hooks = CaseWriter(), 0
    for key, status in _LISTS:
        for test in objects(root.get(key), key, source.name):
            hook = status == FAILED and '" hook' in text(test, "title")
            hooks += hook
            writer.add(_name(test), ERRORED if hook else _end(test, status), file=text(test, "file"))
    _refuse_dry_run(objects(root.get("passes"), "passes", source.name), source)
    cases = writer.cases()
    failures = whole(stats.get("failures"), "stats.failures", source.name)
    refuse_hidden(failures, cases, source.name, "stats")
    facts, said = earliest([text(stats, "start")])
    declared = whole(stats.get("tests"), "stats.tests", source.name) + hooks
    return json_case_reading("mocha", source, cases, notices=said, facts=facts, declared=declared)


def _refuse_dry_run(passes: list[dict[str, Any]], source: Source) -> None:
    """Without running a test Mocha gives it a speed and no duration."""
    if passes and all("speed" in one and "duration" not in one for one in passes):
        raise EvidenceError(
            "E_ALL_SKIPPED",
            "this is a dry run: no test was executed",
            file=source.name,
            hint="run the tests without --dry-run",
        )


def _name(test: dict[str, Any]) -> str:
    return text(test, "fullTitle") or text(test, "title")


def _end(test: dict[str, Any], status: int) -> int:
    retry = test.get("currentRetry")
    return FLAKY if status == PASSED and isinstance(retry, int) and retry > 0 else status
