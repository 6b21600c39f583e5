"""PIT's ``mutations.xml``: one element for each mutant, with its status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.mutants import MUTANT_DEFINITIONS, Mutant, Mutants
from flightrules.evidence.source import Source

__all__ = ["read"]

_OUTCOMES = {
    "KILLED": "killed",
    "TIMED_OUT": "killed",
    "MEMORY_ERROR": "killed",
    "SURVIVED": "survived",
    "NO_COVERAGE": "uncovered",
    "NON_VIABLE": "invalid",
    "RUN_ERROR": "invalid",
    "NOT_STARTED": "invalid",
    "STARTED": "invalid",
}
_IDENTITY = ("mutatedClass", "mutatedMethod", "methodDescription", "lineNumber", "mutator", "description")


def read(source: Source, _head: Head) -> Reading:
    """Mutants by outcome.

    Raises:
        EvidenceError: E_NO_CASES, E_ENUM, E_CONTRADICTION and what broken XML gives.
    """
    notices: list[Notice] = []
    mutants = Mutants(_mutants(source, notices))
    found = (*notices, *mutants.require_some(source.name))
    return Reading(
        "pit", mutants, notices=found, facts={"tool": "pitest"}, definitions=dict(MUTANT_DEFINITIONS)
    )


def _mutants(source: Source, notices: list[Notice]) -> Iterator[Mutant]:
    seen: Counter[str] = Counter()
    for node in stream(source, frozenset({"mutation"}), notices=notices):
        identity = "|".join([node.text_of(key) for key in _IDENTITY] + _indexes(node))
        seen[identity] += 1
        yield Mutant(f"{identity}|{seen[identity]}", _outcome(node, source.name))


def _indexes(node: Node) -> list[str]:
    return [child.text for child in node.walk() if child.tag in ("index", "block")]


def _outcome(node: Node, name: str) -> str:
    status = node.get("status")
    outcome = _OUTCOMES.get(status)
    if outcome is None:
        message = f"unknown status {status[:40]!r}; known are {', '.join(sorted(_OUTCOMES))}"
        raise EvidenceError("E_ENUM", message, file=name, line=node.line)
    detected = node.get("detected")
    if (detected == "true" and outcome in ("survived", "uncovered")) or (
        detected == "false" and outcome == "killed"
    ):
        message = f"a mutant has the status {status} and detected={detected!r}"
        raise EvidenceError("E_CONTRADICTION", message, file=name, line=node.line)
    return outcome
