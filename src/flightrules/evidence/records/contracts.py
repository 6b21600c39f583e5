"""Contracts between services and whether their verification passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Measurement, Notice

__all__ = ["CONTRACT_DEFINITIONS", "Contract", "Contracts"]

CONTRACT_DEFINITIONS = {
    "contracts.total": "contracts, or interactions where the report lists them",
    "contracts.unknown": "contracts without a verification result; neither passed nor failed",
}
_OUTCOMES = ("failed", "unknown", "passed")


class Contract(NamedTuple):
    """One contract or interaction; ``outcome`` is passed, failed or unknown."""

    identity: str
    outcome: str


class Contracts:
    """The contracts of one or several reports; the same one counts once, by its worst outcome."""

    __slots__ = ("_by_identity",)

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._by_identity: dict[str, str] = {}
        for identity, outcome in contracts:
            old = self._by_identity.get(identity, "passed")
            self._by_identity[identity] = min(outcome, old, key=_OUTCOMES.index)

    def merge(self, other: Contracts) -> Contracts:
        """The contracts of both."""
        return Contracts(Contract(*pair) for one in (self, other) for pair in one._by_identity.items())  # noqa: SLF001

    def count(self, outcome: str) -> int:
        """How many contracts have this outcome."""
        return Counter(self._by_identity.values())[outcome]

    def measurements(self) -> Iterator[Measurement]:
        """``contracts.total``, ``passed``, ``failed`` and ``unknown``."""
        yield Measurement("contracts.total", Decimal(len(self._by_identity)))
        for outcome in ("passed", "failed", "unknown"):
            yield Measurement(f"contracts.{outcome}", Decimal(self.count(outcome)))

    def require_result(self, name: str) -> tuple[Notice, ...]:
        """Refuse what proves nothing: no contract, or none failed only because some were never verified.

        Raises:
            EvidenceError: E_NO_CASES, E_NO_DATA.
        """
        if not self._by_identity:
            hint = "check the selection of consumers and providers"
            raise EvidenceError("E_NO_CASES", "the report holds no contract", file=name, hint=hint)
        unknown = self.count("unknown")
        if unknown and not self.count("failed"):
            message = f"{unknown} of {len(self._by_identity)} contracts have no verification result"
            raise EvidenceError("E_NO_DATA", message, file=name, hint="verify them and repeat the query")
        return (
            (Notice("W_NOT_TESTED", f"{unknown} contracts have no verification result"),) if unknown else ()
        )
