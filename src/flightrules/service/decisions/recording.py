"""What every decision does to the release and to the ledger, however it came about."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, UUIDField

from flightrules.engine.decision import Outcome
from flightrules.service.decisions.begun import begins_at_once
from flightrules.service.decisions.dossiers import Dossier
from flightrules.service.decisions.models import GOING, Decision, Moment, SignOff
from flightrules.service.decisions.situation import Found
from flightrules.service.decisions.standing import end_decision
from flightrules.service.door.questions import Question
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import append, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.clock import stop_clock
from flightrules.service.releases.queries import Release
from flightrules.service.releases.states import move

__all__ = ["move_release", "put_on_record", "supersede"]

_GOING = Question(
    lambda release, moment: Decision.objects.filter(
        release=release, moment=moment, outcome__in=GOING, voided_at__isnull=True
    ),
    UUIDField(),
    CharField(),
)


def supersede(decision: Decision, row: Release, *, by: Actor, at: datetime) -> None:
    """End the decision of the same moment that let the release go before."""
    former = _GOING.first(row.pk, decision.moment)
    if former is not None:
        end_decision(former, row, "superseded by another decision", by=by, at=at)


def move_release(row: Release, decision: Decision, dossier: Dossier, *, by: Actor, at: datetime) -> None:
    """Where the release stands after it was decided; what is deferred stays where it is."""
    states = type(row).State
    before = row.state
    if decision.outcome == Outcome.CANCELLED:
        move(row, states.WITHDRAWN)
    elif decision.outcome == Outcome.NO_GO and row.state == states.READY:
        move(row, states.IN_TEST)
    elif decision.outcome in GOING and decision.moment == Moment.FINAL:
        if row.state == states.DRAFT and begins_at_once(dossier.book):
            move(row, states.IN_TEST)  # nobody agreed on what testing begins with
        move(row, states.DECIDED)
    if row.state != before:
        row.save(update_fields=["state"])
    if row.state in (states.DECIDED, states.WITHDRAWN):
        stop_clock(row, f"the release was decided: {decision.outcome}", run="", by=by, at=at)


def put_on_record(
    decision: Decision, signed: SignOff, row: Release, found: Found, *, by: Actor, at: datetime
) -> None:
    """The entry of a decision, with all that counted for it."""
    append(
        stream=product_stream(row.product_id),
        tag=Tag.DECISION_RECORDED,
        by=by,
        at=at,
        subject=f"decision/{decision.key}",
        data={
            "release": str(row.key),
            "poll": str(decision.poll_id) if decision.poll_id else None,
            "override": str(decision.override_id) if decision.override_id else None,
            "moment": str(decision.moment),
            "outcome": str(decision.outcome),
            "dossier": {"sha256": decision.dossier},
            "record": {"sha256": decision.record},
            "role": decision.role,
            "signed": str(signed.key),
            "counted": [str(one.key) for one in found.signed()],
            "environment": decision.environment,
            "artefacts": dict(decision.artefacts),
            "conditions": decision.conditions,
            "valid_until": decision.valid_until.isoformat(),
            "release_state": str(row.state),
        },
    )
