"""Flightrules: release criteria agreed before launch, evidence measured, verdicts signed.

The library's door::

    book = load_rulebook(open(".flightrules.yml", "rb").read())
    reading = read_evidence("reports/junit.xml")
    verdict = evaluate(book.exit_gate(), Case(book, facts, as_of))

Everything loads when it is first used.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # loading typing takes longer than printing the version
if TYPE_CHECKING:
    from typing import Any

    from flightrules.engine.criterion_result import Case
    from flightrules.engine.evaluate import evaluate
    from flightrules.engine.facts import Facts, Found
    from flightrules.errors import FlightrulesError
    from flightrules.evidence.registry import read_evidence
    from flightrules.ledger.verification import verify_attestation
    from flightrules.rules.grammar import parse
    from flightrules.rules.loading import load_rulebook

__all__ = [
    "Case",
    "Facts",
    "FlightrulesError",
    "Found",
    "evaluate",
    "load_rulebook",
    "parse",
    "read_evidence",
    "verify_attestation",
]

_ROOMS = {
    "Case": "engine.criterion_result",
    "Facts": "engine.facts",
    "Found": "engine.facts",
    "FlightrulesError": "errors",
    "evaluate": "engine.evaluate",
    "load_rulebook": "rules.loading",
    "parse": "rules.grammar",
    "read_evidence": "evidence.registry",
    "verify_attestation": "ledger.verification",
}


def __getattr__(name: str) -> Any:
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"module 'flightrules' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"flightrules.{room}"), name)
