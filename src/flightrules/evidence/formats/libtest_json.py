"""Rust's libtest events (``cargo test -- --format json``, cargo-nextest's libtest-json): one a line.

A test that started and never ended is errored; a suite that failed without a failed test too.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_ENDS = {"ok": PASSED, "failed": FAILED, "timeout": ERRORED, "ignored": SKIPPED, "allowed_failure": PASSED}


def read(source: Source, _head: Head) -> Reading:
    """The tests of all binaries.

    Raises:
        EvidenceError: E_ENUM, E_TRUNCATED, E_RUN_CRASHED, and as ``json_case_reading``.
    """
    writer, open_suites, failed_suites = CaseWriter(), 0, 0
    running: dict[str, None] = {}
    for event in documents(source, free_text=True):
        kind, word = text(mapping(event, "an event", source.name), "type"), text(event, "event")
        if kind == "suite":
            open_suites += 1 if word == "started" else -1
            failed_suites += word not in ("started", "ok")
        elif kind == "test":
            _test(writer, running, event, word, source)
        elif kind not in ("bench", "report"):
            raise EvidenceError("E_ENUM", f"the event of a {kind[:40]!r} is unknown", file=source.name)
    for name in running:
        writer.add(name, ERRORED)
    cases = writer.cases()
    if open_suites > 0 and not running:
        raise EvidenceError(
            "E_TRUNCATED", "a suite started and never ended", file=source.name, hint="run the tests again"
        )
    if failed_suites and cases.total and not cases.failed + cases.errored:
        raise EvidenceError(
            "E_RUN_CRASHED",
            "a suite failed although no test did",
            file=source.name,
            hint="see the output of the run",
        )
    return json_case_reading("libtest", source, cases)


def _test(
    writer: CaseWriter, running: dict[str, None], event: dict[str, Any], word: str, source: Source
) -> None:
    name = text(event, "name")
    if word == "started":
        running[name] = None
        return
    if word not in _ENDS:
        raise EvidenceError("E_ENUM", f"the event {word[:40]!r} is unknown", file=source.name)
    if word != "timeout":  # libtest says timeout while the test goes on
        running.pop(name, None)
        writer.add(name, _ENDS[word])
