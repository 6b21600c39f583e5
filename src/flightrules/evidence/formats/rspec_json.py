"""RSpec's JSON formatter. Errors outside of examples (a file that does not load) count as errored."""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.case_reading import json_case_reading, refuse_hidden
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {"passed": PASSED, "failed": FAILED, "pending": SKIPPED}


def read(source: Source, _head: Head) -> Reading:
    """The examples of the run.

    Raises:
        EvidenceError: E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, E_CONTRADICTION, and as ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    summary = mapping(root.get("summary"), "summary", source.name)
    writer = CaseWriter()
    for example in objects(root.get("examples"), "examples", source.name):
        status = text(example, "status")
        if status not in _STATUSES:
            raise EvidenceError(
                "E_ENUM", f"the status {status[:40]!r} is none of {', '.join(_STATUSES)}", file=source.name
            )
        writer.add(
            text(example, "full_description") or text(example, "id"),
            _STATUSES[status],
            file=text(example, "file_path"),
        )
    outside = whole(
        summary.get("errors_outside_of_examples_count", 0), "errors_outside_of_examples_count", source.name
    )
    for number in range(min(outside, 1000)):
        writer.add(f"error outside of examples {number + 1}", ERRORED)
    cases = writer.cases()
    failures = whole(summary.get("failure_count"), "failure_count", source.name)
    refuse_hidden(failures, cases, source.name, "the summary")
    declared = whole(summary.get("example_count"), "example_count", source.name) + outside
    facts = {"tool": "rspec", "tool_version": text(root, "version")}
    return json_case_reading("rspec", source, cases, facts=facts, declared=declared)
