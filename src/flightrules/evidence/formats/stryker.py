"""Stryker's mutation report (``mutation-testing-report-schema``), as JavaScript, .NET and Scala write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.mutants import MUTANT_DEFINITIONS, Mutant, Mutants
from flightrules.evidence.source import Source

__all__ = ["read"]

_OUTCOMES = {
    "Killed": "killed",
    "Timeout": "killed",
    "Survived": "survived",
    "NoCoverage": "uncovered",
    "CompileError": "invalid",
    "RuntimeError": "invalid",
    "Ignored": "invalid",
    "Pending": "invalid",
}


def read(source: Source, _head: Head) -> Reading:
    """Mutants by outcome; a status that the schema does not know counts as survived.

    Raises:
        EvidenceError: E_NO_CASES, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    document = mapping(decode(source, free_text=True), "the report", source.name)
    unknown: Counter[str] = Counter()
    mutants = Mutants(_mutants(document, unknown, source.name))
    notices = mutants.require_some(source.name)
    if unknown:
        notices += (Notice("W_UNKNOWN_TAG", f"unknown states of mutants: {', '.join(sorted(unknown)[:5])}"),)
    facts = {
        "tool": text(document, "framework", "name") or "stryker",
        "tool_version": text(document, "framework", "version"),
    }
    known = {key: value for key, value in facts.items() if value}
    return Reading("stryker", mutants, notices=notices, facts=known, definitions=dict(MUTANT_DEFINITIONS))


def _mutants(document: dict[str, object], unknown: Counter[str], name: str) -> Iterator[Mutant]:
    for path, one in mapping(document.get("files"), "files", name).items():
        what = f"files[{path!r}]"
        listed = objects(mapping(one, what, name).get("mutants"), f"{what}.mutants", name)
        for at, mutant in enumerate(listed):
            status = require(mutant.get("status"), str, f"{what}.status", name)
            outcome = _OUTCOMES.get(status)
            if outcome is None:
                unknown[status[:40]] += 1
            yield Mutant(f"{path}|{text(mutant, 'id') or at}", outcome or "survived")
