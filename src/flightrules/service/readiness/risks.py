"""The risk register of a release: how bad, how likely, what is done, by whom, looked at again when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from flightrules.service.door.refusals import ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.readiness.models import Risk
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = ["MATRIX", "TREATMENT", "RiskFacts", "change_risk", "priority", "record_risk"]

_L = Risk.Level
MATRIX: dict[tuple[str, str], str] = {
    (_L.LOW, _L.LOW): "low",
    (_L.LOW, _L.MEDIUM): "low",
    (_L.LOW, _L.HIGH): "medium",
    (_L.MEDIUM, _L.LOW): "low",
    (_L.MEDIUM, _L.MEDIUM): "medium",
    (_L.MEDIUM, _L.HIGH): "high",
    (_L.HIGH, _L.LOW): "medium",
    (_L.HIGH, _L.MEDIUM): "high",
    (_L.HIGH, _L.HIGH): "top",
}
"""Priority by impact and probability."""

TREATMENT = {
    "top": "treat before anything else",
    "high": "mitigate, and show that it works",
    "medium": "watch it",
    "low": "accept it knowingly",
}
"""What each priority asks for."""


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What is said of a risk."""

    title: str
    impact: str
    probability: str
    owner: str
    review_on: date
    mitigation: str = ""
    state: str = Risk.State.OPEN


def priority(impact: str, probability: str) -> str:
    """The priority of a risk: ``top``, ``high``, ``medium`` or ``low``."""
    return MATRIX[impact, probability]


@act
def record_risk(*, release: str, facts: RiskFacts, by: Actor, at: datetime) -> Risk:
    """Put a risk into the register of a release.

    Raises:
        InvalidError: E_RISK_MITIGATION, for one that weighs much and says nothing of what is done about it.
    """
    row = locked(release, by, at)
    require(by, Power.MANAGE_READINESS, product=row.product_id, at=at)
    require_open(row)
    _require_mitigation(facts.impact, facts.probability, facts.mitigation)
    risk = Risk.objects.create(release=row, recorded_at=at, **asdict(facts))
    _record(Tag.RISK_RECORDED, risk, row, asdict(facts), by=by, at=at)
    return risk


@act
def change_risk(*, key: str, changes: Mapping[str, Any], by: Actor, at: datetime) -> Risk:
    """Change what is said of a risk: review it, treat it, close it.

    Raises:
        InvalidError: E_RISK_MITIGATION.
    """
    release = Risk.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if release is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(release), by, at)
    require(by, Power.MANAGE_READINESS, product=row.product_id, at=at)
    risk = Risk.objects.select_for_update().get(pk=key)
    changed = {name: value for name, value in changes.items() if getattr(risk, name) != value}
    for name, value in changed.items():
        setattr(risk, name, value)
    _require_mitigation(risk.impact, risk.probability, risk.mitigation)
    risk.revision += 1
    risk.save()
    _record(Tag.RISK_CHANGED, risk, row, {"changed": sorted(changed), **changed}, by=by, at=at)
    return risk


def _require_mitigation(impact: str, probability: str, mitigation: str) -> None:
    if priority(impact, probability) in ("top", "high") and not mitigation.strip():
        raise InvalidError(
            "E_RISK_MITIGATION",
            "a risk that weighs this much needs a mitigation",
            hint="say what is done about it",
        )


def _record(
    tag: Tag, risk: Risk, release: Release, facts: Mapping[str, Any], *, by: Actor, at: datetime
) -> None:
    plain = {
        name: str(facts[name]) for name in ("impact", "probability", "state", "review_on") if name in facts
    }
    texts = "\n".join(f"{name}: {facts[name]}" for name in ("title", "mitigation", "owner") if name in facts)
    data = {
        "release": str(release.key),
        "priority": priority(risk.impact, risk.probability),
        **plain,
        **({"changed": facts["changed"]} if "changed" in facts else {}),
        **({"texts": commit_to(texts, about=by.key)} if texts else {}),
    }
    append(
        stream=product_stream(release.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"risk/{risk.key}",
        data=data,
    )
