"""dbt's ``run_results.json``: tests, and models that could not be built.

``warn`` is a test that found rows below its limit of errors; dbt lets it pass. Models, seeds and snapshots
that were built are no tests.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = {
    **dict.fromkeys(("pass", "warn"), PASSED),
    "fail": FAILED,
    **dict.fromkeys(("error", "runtime error", "partial success"), ERRORED),
    **dict.fromkeys(("skipped", "no-op"), SKIPPED),
}
_BUILT = "success"
_TESTS = ("test", "unit_test")


def read(source: Source, _head: Head) -> Reading:
    """The tests of the invocation.

    Raises:
        EvidenceError: E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, and as ``json_case_reading``.
    """
    report = mapping(decode(source, free_text=True), "the report", source.name)
    writer, warned = CaseWriter(), 0
    for result in objects(report.get("results"), "results", source.name):
        _add(writer, result, source)
        warned += text(result, "status") == "warn"
    facts, said = earliest([text(report, "metadata", "generated_at")])
    if warned:
        said.append(Notice("W_THRESHOLD", f"{warned} tests found rows and only warn"))
    version = text(report, "metadata", "dbt_version")
    facts |= {"tool": "dbt"} | ({"tool_version": version} if version else {})
    return json_case_reading("dbt", source, writer.cases(), notices=said, facts=facts)


def _add(writer: CaseWriter, result: dict[str, Any], source: Source) -> None:
    word, name = text(result, "status"), text(result, "unique_id")
    kind = name.partition(".")[0]
    if word == _BUILT and kind not in _TESTS:
        return
    if word not in _STATES:
        raise EvidenceError(
            "E_ENUM", f"the status {word[:40]!r} is none of {', '.join(_STATES)}", file=source.name
        )
    end = _STATES[word]
    if kind in _TESTS or end in (FAILED, ERRORED):
        writer.add(name, end if kind in _TESTS else ERRORED, suite=kind)
