"""Mutants: changed programs that tests should notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Measurement, Notice

__all__ = ["MUTANT_DEFINITIONS", "Mutant", "Mutants"]

MUTANT_DEFINITIONS = {
    "mutation.total": "mutants that could be judged: killed, survived and not covered",
    "mutation.killed": "a test failed or timed out",
    "mutation.survived": "tests ran over the mutant and all passed",
    "mutation.uncovered": "no test reaches the mutant; it counts as not killed",
}
_OUTCOMES = ("killed", "survived", "uncovered", "invalid")


class Mutant(NamedTuple):
    """One mutant; ``outcome`` is killed, survived, uncovered or invalid (not compiled, ignored, not run)."""

    identity: str
    outcome: str


class Mutants:
    """The mutants of one or several reports; the same mutant counts once, by its best-proven outcome."""

    __slots__ = ("_by_identity",)

    def __init__(self, mutants: Iterable[Mutant]) -> None:
        self._by_identity: dict[str, str] = {}
        for identity, outcome in mutants:
            old = self._by_identity.get(identity, "invalid")
            self._by_identity[identity] = min(outcome, old, key=_OUTCOMES.index)

    def merge(self, other: Mutants) -> Mutants:
        """The mutants of both."""
        return Mutants(Mutant(*pair) for one in (self, other) for pair in one._by_identity.items())  # noqa: SLF001

    def measurements(self) -> Iterator[Measurement]:
        """``mutation.total``, ``killed``, ``survived``, ``uncovered`` and ``invalid``."""
        counts = Counter(self._by_identity.values())
        yield Measurement("mutation.total", Decimal(sum(counts.values()) - counts["invalid"]))
        for outcome in _OUTCOMES:
            yield Measurement(f"mutation.{outcome}", Decimal(counts[outcome]))

    def require_some(self, name: str) -> tuple[Notice, ...]:
        """Warn of mutants that could not be judged.

        Raises:
            EvidenceError: E_NO_CASES where no mutant was judged.
        """
        counts = Counter(self._by_identity.values())
        if sum(counts.values()) == counts["invalid"]:
            hint = "check the selection of mutators and that the tests ran"
            raise EvidenceError("E_NO_CASES", "the report judges no mutant", file=name, hint=hint)
        if not counts["invalid"]:
            return ()
        return (
            Notice(
                "W_NOT_TESTED", f"{counts['invalid']} mutants could not be judged and are not in the total"
            ),
        )
