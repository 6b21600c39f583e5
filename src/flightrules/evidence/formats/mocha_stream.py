"""Mocha's ``json-stream``: one event a line, each an array of its word and what it is about.

Pending tests have no event; the closing statistics alone know how many there were. A stream without
``end`` was cut off.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json import require
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_PENDING_LIMIT = 1_000_000


def read(source: Source, _head: Head) -> Reading:
    """The tests of the run.

    Raises:
        EvidenceError: E_ENUM, E_TRUNCATED, E_CONTRADICTION, E_WRONG_TYPE, and as ``json_case_reading``.
    """
    writer, stats = CaseWriter(), None
    for event in documents(source, free_text=True):
        word, about = _event(event, source)
        if stats is not None:
            raise EvidenceError(
                "E_MALFORMED", "events follow the end", file=source.name, hint="keep one run a file"
            )
        if word == "end":
            stats = about
        elif word != "start":
            _add(writer, word, about)
    if stats is None:
        raise EvidenceError(
            "E_TRUNCATED", "the stream has no end; the run broke off", file=source.name, hint="repeat the run"
        )
    pending = whole(stats.get("pending"), "pending", source.name)
    for at in range(min(pending, _PENDING_LIMIT)):
        writer.add(f"pending test {at + 1}", SKIPPED)
    return _reading(writer, stats, pending, source)


def _reading(writer: CaseWriter, stats: dict[str, Any], pending: int, source: Source) -> Reading:
    cases = writer.cases()
    stated = tuple(whole(stats.get(key), key, source.name) for key in ("passes", "failures"))
    seen = (cases.passed, cases.failed + cases.errored)
    if stated != seen or pending != cases.skipped:
        raise EvidenceError(
            "E_CONTRADICTION",
            f"the end states {stated[0]} passes and {stated[1]} failures, there are {seen[0]} and {seen[1]}",
            file=source.name,
            hint="write the report again, complete",
        )
    facts, said = earliest([text(stats, "start")])
    return json_case_reading("mocha-stream", source, cases, notices=said, facts=facts)


def _event(event: Any, source: Source) -> tuple[str, dict[str, Any]]:
    pair = require(event, list, "an event", source.name)
    word = pair[0] if pair else ""
    if len(pair) != 2 or word not in ("start", "pass", "fail", "end"):  # noqa: PLR2004 - word and object
        raise EvidenceError("E_ENUM", f"the event {str(word)[:40]!r} is unknown", file=source.name)
    return word, mapping(pair[1], f"the {word} event", source.name)


def _add(writer: CaseWriter, word: str, test: dict[str, Any]) -> None:
    retry = test.get("currentRetry")
    end = FLAKY if isinstance(retry, int) and retry > 0 else PASSED
    if word == "fail":
        end = ERRORED if '" hook' in text(test, "title") else FAILED
    writer.add(text(test, "fullTitle") or text(test, "title"), end, file=text(test, "file"))
