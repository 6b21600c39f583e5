"""Schemathesis' stream of events (``--report ndjson``): each case with its checks, and whether the run ended.

Its newer summary (``--report json``) holds sums without cases and is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import refuse_bad_text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.contracts import CONTRACT_DEFINITIONS, Contract, Contracts
from flightrules.evidence.source import Source

__all__ = ["read"]

_HARMLESS = ("success", "skip", "")
_TELLING = ("Initialize", "EngineStarted", "EngineFinished")
_ERRORS = ("NonFatalError", "FatalError")


def read(source: Source, head: Head) -> Reading:
    """Cases by outcome; an error outside of any case is a failed contract of its own.

    Raises:
        EvidenceError: E_PARTIAL where the run did not end, E_NO_CASES, E_NO_DATA, E_UNRECOGNISED for the
            summary, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    if head.has("schemathesis_version", "test_cases"):
        raise EvidenceError(
            "E_UNRECOGNISED",
            "this is Schemathesis' summary; it holds sums and no cases",
            file=name,
            line=1,
            column=1,
            hint="run schemathesis with --report ndjson or --report junit",
        )
    first: dict[str, dict[str, Any]] = {}
    # requests hold whatever was tried on the service, NUL characters too
    contracts = Contracts(_contracts(documents(source, free_text=True), first, name))
    ended = first.get("EngineFinished")
    notices = contracts.require_result(name)
    if ended is None or text(ended, "stop_reason") not in ("", "completed"):
        if not contracts.count("failed"):
            raise EvidenceError(
                "E_PARTIAL", "the run did not come to its end", file=name, hint="let the run end"
            )
        notices = (*notices, Notice("W_ABORTED", "the run did not come to its end"))
    return Reading(
        "schemathesis-events",
        contracts,
        notices=notices,
        facts=_facts(first, name),
        definitions=dict(CONTRACT_DEFINITIONS),
    )


def _event(record: Any, name: str) -> tuple[str, dict[str, Any]]:
    """One record is ``{kind: {…}}``."""
    fields = mapping(record, "an event", name)
    kind = next(iter(fields), "")
    return kind, mapping(fields.get(kind, {}), "an event's fields", name)


def _contracts(records: Iterable[Any], first: dict[str, dict[str, Any]], name: str) -> Iterator[Contract]:
    """The contracts of all events; the first event of each kind that tells of the run goes to ``first``."""
    for at, record in enumerate(records):
        kind, event = _event(record, name)
        if kind in _ERRORS:
            yield _contract(f"{kind}|{text(event, 'label') or at}", "failed", name)
        elif kind == "ScenarioFinished":
            yield from _cases(event, name)
        elif kind in _TELLING:
            first.setdefault(kind, event)


def _cases(event: dict[str, Any], name: str) -> Iterator[Contract]:
    recorder = mapping(event.get("recorder"), "recorder", name, optional=True)
    label, bad = text(recorder, "label"), 0
    for case, checks in mapping(recorder.get("checks"), "recorder.checks", name, optional=True).items():
        outcome = _outcome(objects(checks, "recorder.checks[]", name))
        bad += outcome == "failed"
        yield _contract(f"{label}|{case}", outcome, name)
    if text(event, "status") not in _HARMLESS and not bad:
        yield _contract(f"{label}|{text(event, 'phase')}", "failed", name)


def _outcome(checks: list[dict[str, Any]]) -> str:
    found = {text(one, "status") for one in checks}
    if found - {"success", "skip"}:
        return "failed"
    return "passed" if "success" in found else "unknown"


def _contract(identity: str, outcome: str, name: str) -> Contract:
    refuse_bad_text(identity, name)
    return Contract(identity, outcome)


def _facts(first: dict[str, dict[str, Any]], name: str) -> dict[str, str]:
    seconds = first.get("EngineStarted", {}).get("timestamp")
    taken = rfc3339(seconds * 1000) if isinstance(seconds, Decimal) else None
    version = text(first.get("Initialize", {}), "schemathesis_version")
    refuse_bad_text(version, name)
    facts = {"tool": "schemathesis", "tool_version": version, "taken_at": taken or ""}
    return {key: value for key, value in facts.items() if value}
