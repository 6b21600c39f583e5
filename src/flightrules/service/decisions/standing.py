"""Whether a decision can be relied on now; and its end, when it cannot or when people take it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.service.blockers.services import bring_back
from flightrules.service.catalogue.queries import edition_in_force
from flightrules.service.decisions.dossiers import Dossier, changes_since, dossier_of
from flightrules.service.decisions.models import GOING, Decision, Moment, SignOff
from flightrules.service.decisions.rounds import Round
from flightrules.service.decisions.seats import on_record
from flightrules.service.decisions.telling import tell_voided
from flightrules.service.door.refusals import ConflictError, ForeignError, RefusalError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.readiness.queries import Standings
from flightrules.service.records.actor import SYSTEM, Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.clock import start_clock
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import move

__all__ = [
    "end_decision",
    "reopen_release",
    "standing_of_decision",
    "sweep_decision",
    "to_void",
    "void_decision",
    "why_undecided",
]

_AUTHORISED = frozenset({"release", "target", "rulebook", "artefacts"})
"""What an authorisation rests on; the rest is looked at again by the final poll, part by part."""

_NAMED = 5
_round = Round()


def standing_of_decision(
    decision: Decision, at: datetime, *, thorough: bool = True
) -> tuple[bool, tuple[str, ...]]:
    """Whether a decision lets the release go now, and each reason why not.

    Args:
        decision: any, also a no-go, which never does.
        at: when it is relied on.
        thorough: look at every byte of evidence again, as whoever deploys does; else at what is recorded.
    """
    if decision.voided_at is not None:
        return False, (f"it was voided: {decision.voided_because}",)
    if decision.outcome not in GOING:
        return False, (f"the outcome is {decision.outcome}",)
    reasons = []
    if at >= decision.valid_until:
        reasons.append(f"it was valid until {decision.valid_until:%Y-%m-%d %H:%M} UTC")
    release = decision.release
    if decision.moment == Moment.FINAL and release.state != type(release).State.DECIDED:
        reasons.append(f"the release is {release.state}")
    if edition_in_force(release.product_id) is None:
        return False, (*reasons, "no rulebook is in force")
    dossier = dossier_of(release, at)
    reasons += _changed(decision, dossier)
    if thorough and not reasons and decision.moment == Moment.FINAL:
        reasons += _stale(dossier, at)
    return not reasons, tuple(reasons)


def why_undecided(release: Release, at: datetime) -> str:
    """Why a release may not go now; empty where a decision lets it. For rooms that have asked already."""
    going = Decision.objects.filter(
        release=release, moment=Moment.FINAL, outcome__in=GOING, voided_at__isnull=True
    )
    decision = going.select_related("release__product").first()
    if decision is None:
        return "nobody has decided that it may go"
    return "; ".join(standing_of_decision(decision, at)[1])


def to_void(at: datetime, limit: int) -> Iterable[str]:
    """Keys of valid decisions that rest on something that has changed, of as many as one sweep looks at."""
    rows = Decision.objects.filter(outcome__in=GOING, voided_at__isnull=True, valid_until__gt=at)
    found = rows.order_by("at").values_list("key", "release__product_id")
    return _round.due({str(key): one for key, one in found}, lambda keys: _fallen(keys, at), at)[:limit]


def _fallen(keys: list[str], at: datetime) -> list[str]:
    rows = Decision.objects.filter(pk__in=keys).select_related("release__product").order_by("at")
    return [str(one.key) for one in rows if not _seems_to_stand(one, at)]


def sweep_decision(key: str, at: datetime) -> None:
    """Void one decision in the background, if it does not stand."""
    void_decision(key=key, by=SYSTEM, at=at)


@act
def void_decision(*, key: str, by: Actor, at: datetime) -> Decision:
    """Void a decision that does not stand; the release is in test again. One that stands is left as it is.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    release = Decision.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if release is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(release), by, at)
    require(by, Power.MANAGE_RELEASES, product=row.product_id, at=at)
    decision = Decision.objects.select_for_update().get(pk=key)
    decision.release = row
    stands, reasons = standing_of_decision(decision, at, thorough=False)
    if (
        stands
        or decision.voided_at is not None
        or decision.outcome not in GOING
        or at >= decision.valid_until
    ):
        return decision
    _back_to_test(row, decision, "a decision was voided", by=by, at=at)
    end_decision(decision, row, "; ".join(reasons[:_NAMED]), by=by, at=at)
    people = SignOff.objects.filter(release=row, voided_at__isnull=True).values_list("person", flat=True)
    tell_voided(decision, row, decision.voided_because, set(people), at)
    return decision


@act
def reopen_release(*, release: str, reason: str, by: Actor, at: datetime) -> Release:
    """Take a decided release back into test; the decision that let it go is voided with the reason.

    Raises:
        ConflictError: E_RELEASE_STATE.
    """
    row = locked(release, by, at)
    require(by, Power.MANAGE_RELEASES, product=row.product_id, at=at)
    if row.state != type(row).State.DECIDED:
        raise on_record(ConflictError("E_RELEASE_STATE", f"{row.version} is {row.state}, so it is open"), row)
    standing = Decision.objects.select_for_update().filter(
        release=row, moment=Moment.FINAL, outcome__in=GOING, voided_at__isnull=True
    )
    said = commit_to(reason, about=by.key)
    for decision in standing:
        _back_to_test(row, decision, "the release was opened again", by=by, at=at)
        end_decision(decision, row, "the release was opened again", reason=said, by=by, at=at)
    return row


def end_decision(
    decision: Decision,
    row: Release,
    why: str,
    *,
    reason: dict[str, str] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Let a decision stand no more, with its entry; part of the caller's act.

    Blockers that it overruled are open again.
    """
    decision.voided_at, decision.voided_because = at, why[:400]
    decision.save(update_fields=["voided_at", "voided_because"])
    append(
        stream=product_stream(row.product_id),
        tag=Tag.DECISION_VOIDED,
        by=by,
        at=at,
        subject=f"decision/{decision.key}",
        data={
            "release": str(row.key),
            "outcome": str(decision.outcome),
            "because": decision.voided_because,
            "reason": reason,
            "release_state": str(row.state),
        },
    )
    if decision.override_id is not None:
        bring_back(row, override=decision.override_id, by=by, at=at)


def _seems_to_stand(decision: Decision, at: datetime) -> bool:
    """What cannot be looked at is not voided; whoever relies on it is refused all the same."""
    try:
        return standing_of_decision(decision, at, thorough=False)[0]
    except RefusalError:
        return True


def _changed(decision: Decision, now: Dossier) -> list[str]:
    if decision.dossier == now.digest:
        return []
    try:
        changes = changes_since(decision.dossier, now)
    except ConflictError as refusal:
        return [refusal.message]
    if decision.moment == Moment.AUTHORISATION:
        changes = tuple(one for one in changes if one.part in _AUTHORISED)
    parts = dict.fromkeys(one.part for one in changes)
    return [f"{part} changed: {_some([one.what for one in changes if one.part == part])}" for part in parts]


def _stale(dossier: Dossier, at: datetime) -> list[str]:
    found = []
    standings = Standings(dossier.inputs.release, dossier.inputs)
    judged = [(gate, run) for gate, run in dossier.runs.items() if run is not None]
    for gate, run in judged:
        if run.stands_until is not None and run.stands_until <= at:
            found.append(f"what the gate {gate} rests on expired at {run.stands_until:%Y-%m-%d %H:%M} UTC")
        found += standings.of(run).reasons
    return found


def _back_to_test(row: Release, decision: Decision, because: str, *, by: Actor, at: datetime) -> None:
    """A decided release that nothing lets go any more can be worked on again."""
    states = type(row).State
    if decision.moment != Moment.FINAL or row.state != states.DECIDED:
        return
    move(row, states.IN_TEST)
    row.save(update_fields=["state"])
    if row.entry != type(row).Entry.FAILED or set(row.entry_failing) <= set(row.entry_overridden):
        start_clock(row, because, run="", by=by, at=at)


def _some(said: list[str]) -> str:
    more = f" and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return ", ".join(said[:_NAMED]) + more
