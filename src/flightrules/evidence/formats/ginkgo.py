"""Ginkgo's JSON report (``--json-report``): suites with their specs, set-ups and clean-ups.

A spec that passed after failed attempts is flaky. Set-ups and clean-ups count where they failed, and a suite
that did not succeed without a bad spec is errored.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = {
    "passed": PASSED,
    "failed": FAILED,
    **dict.fromkeys(("panicked", "aborted", "interrupted", "timedout"), ERRORED),
    **dict.fromkeys(("pending", "skipped"), SKIPPED),
}
_SPEC = "It"


def read(source: Source, _head: Head) -> Reading:
    """The specs of all suites.

    Raises:
        EvidenceError: E_ALL_SKIPPED for a dry run, E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, and as
            ``json_case_reading``.
    """
    writer, stamps = CaseWriter(), []
    for suite in objects(decode(source, free_text=True), "the report", source.name):
        stamps.append(text(suite, "StartTime"))
        _refuse_dry_run(suite, source)
        name, first = text(suite, "SuiteDescription"), len(writer)
        for spec in objects(suite.get("SpecReports"), "SpecReports", source.name, optional=True):
            _add(writer, spec, name, source)
        if suite.get("SuiteSucceeded") is not True and {FAILED, ERRORED}.isdisjoint(writer.statuses[first:]):
            writer.add(name or "suite", ERRORED, suite=name)
    facts, said = earliest(stamps)
    return json_case_reading("ginkgo", source, writer.cases(), notices=said, facts={"tool": "Ginkgo"} | facts)


def _refuse_dry_run(suite: dict[str, Any], source: Source) -> None:
    settings = suite.get("SuiteConfig")
    if isinstance(settings, dict) and settings.get("DryRun") is True:
        raise EvidenceError(
            "E_ALL_SKIPPED",
            "this is a dry run: no spec was executed",
            file=source.name,
            hint="run the specs without --dry-run",
        )


def _add(writer: CaseWriter, spec: dict[str, Any], suite: str, source: Source) -> None:
    state, kind = text(spec, "State"), text(spec, "LeafNodeType")
    if state not in _STATES:
        raise EvidenceError(
            "E_ENUM", f"the state {state[:40]!r} is none of {', '.join(_STATES)}", file=source.name
        )
    end = _STATES[state]
    if kind != _SPEC and end in (PASSED, SKIPPED):
        return
    attempts = spec.get("NumAttempts")
    retried = isinstance(attempts, int) and attempts > 1 and not spec.get("MaxMustPassRepeatedly")
    above = spec.get("ContainerHierarchyTexts")
    texts = [one for one in above if isinstance(one, str)] if isinstance(above, list) else []
    writer.add(
        " ".join([*texts, text(spec, "LeafNodeText") or kind]),
        FLAKY if end == PASSED and retried else end if kind == _SPEC else ERRORED,
        suite=suite,
        file=text(spec, "LeafNodeLocation", "FileName"),
    )
