"""The answer to whoever deploys: open or not, and every reason against it with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flightrules.engine.deploy_conditions import Proof
from flightrules.service.clearance.decided import Decision
from flightrules.service.releases.queries import Release

__all__ = ["CLOSED", "WAITING", "Clearance", "ConditionStanding", "Reason"]

CLOSED = "CLOSED"
WAITING = "WAITING"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against: stable code, sentence, what to do; ``waits`` where time or people can lift it."""

    code: str
    text: str
    fix: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class ConditionStanding:
    """A condition of the decision, and how it stands at the moment of the question."""

    text: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class Clearance:
    """Whether exactly this artefact may go to exactly this environment at ``as_of``.

    Attributes:
        artefact: SHA-256 in hexadecimal, as asked.
        environment: as asked, or the rulebook's own word for it where it is known.
        reasons: why not; empty where it is open.
        basis: what lets it through: ``decision``, or ``gates`` where the class lets them decide.
        remarks: what to know although it does not keep it shut.
    """

    artefact: str
    environment: str
    as_of: datetime
    reasons: tuple[Reason, ...]
    release: Release | None = None
    decision: Decision | None = None
    conditions: tuple[ConditionStanding, ...] = ()
    basis: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Nothing stands against it, and something lets it through."""
        return not self.reasons and self.basis in ("decision", "gates")

    @property
    def state(self) -> str:
        """``GO``, ``CONDITIONAL GO`` or ``GO BY OVERRIDE`` where it is open; else WAITING or CLOSED."""
        if self.is_open:
            return str(self.decision.outcome) if self.decision and self.basis == "decision" else "GO"
        waits = bool(self.reasons) and all(one.waits for one in self.reasons)
        return WAITING if waits else CLOSED

    def to_json(self) -> dict[str, Any]:
        """The answer as REST gives it; ``data`` is what Argo's web metric looks at."""
        return {
            "open": self.is_open,
            "state": self.state,
            "data": {"ok": self.is_open, "state": self.state, "score": int(self.is_open)},
            "artefact": self.artefact,
            "environment": self.environment,
            "basis": self.basis if self.is_open else "",
            "reasons": [{"code": one.code, "text": one.text, "fix": one.fix} for one in self.reasons],
            "conditions": [_condition(one) for one in self.conditions],
            "remarks": list(self.remarks),
            "decision": _decision(self.decision),
            "release": _release(self.release),
            "as_of": self.as_of,
        }


def _condition(one: ConditionStanding) -> dict[str, Any]:
    reading = one.proof.reading
    return {
        "text": one.text,
        "state": one.proof.state.value,
        "reason": one.proof.reason,
        "taken_at": reading.taken_at if reading else None,
    }


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "key": decision.key,
        "outcome": decision.outcome,
        "moment": decision.moment,
        "environment": decision.environment,
        "dossier": decision.dossier,
        "record": decision.record,
        "at": decision.at,
        "valid_until": decision.valid_until,
    }


def _release(release: Release | None) -> dict[str, Any] | None:
    if release is None:
        return None
    return {"key": release.key, "product": release.product_id, "version": release.version}
