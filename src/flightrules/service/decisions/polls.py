"""Polls: opened once everything that is to be decided on lies there, kept up to date, given up."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import UUIDField

from flightrules.service.decisions.asking import Asking, asking_of, is_high_stakes
from flightrules.service.decisions.begun import require_begun
from flightrules.service.decisions.counting import live_verdict, live_votes
from flightrules.service.decisions.dossiers import Dossier, dossier_of, keep
from flightrules.service.decisions.involved import involved_in
from flightrules.service.decisions.models import GOING, Decision, Moment, Poll
from flightrules.service.decisions.refreshing import bring_over, is_outdated, refresh
from flightrules.service.decisions.seats import able, on_record, require_satisfiable
from flightrules.service.decisions.telling import ask
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import ConflictError, ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.readiness.queries import require_standing
from flightrules.service.records.actor import SYSTEM, Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked, require_approvable
from flightrules.service.releases.states import require_open

__all__ = ["close_poll", "locked_poll", "open_poll", "refresh_poll", "require_open_poll", "sweep_poll"]

_POLL = Question(lambda key: Poll.objects.filter(pk=key), UUIDField())
_HELD = Question(lambda key: Poll.objects.select_for_update().filter(pk=key), UUIDField())


@act
def open_poll(*, release: str, moment: str, by: Actor, at: datetime) -> Poll:
    """Ask the required roles whether a release may go; they are told.

    At the final poll votes of the authorisation count on where what they rest on is the same.

    Args:
        release: key of the release.
        moment: ``authorisation`` or ``final``.
        by: who may manage releases.
        at: when.

    Raises:
        InvalidError: E_NOT_APPROVABLE. ConflictError: E_RELEASE_STATE, E_NO_RULEBOOK, E_RUN_STALE,
            E_EVIDENCE_TAMPERED, E_POLL_UNSATISFIABLE, E_POLL_OPEN, E_ESCALATION_PATH.
    """
    row = locked(release, by, at)
    require(by, Power.MANAGE_RELEASES, product=row.product_id, at=at)
    require_open(row)
    require_approvable(row)
    dossier = dossier_of(row, at)
    require_begun(row, dossier.book)
    asking = asking_of(dossier.book, row)
    _require_path(dossier, row)
    _require_judged(dossier, row, at)
    parts = involved_in(dossier.inputs, at)
    excluded = {*parts.requester, *parts.attestors, *parts.change_authors}
    require_satisfiable(asking, row, at, but=excluded)
    keep(dossier)
    poll = _made(row, moment, dossier, by, at)
    append(
        stream=product_stream(row.product_id),
        tag=Tag.POLL_OPENED,
        by=by,
        at=at,
        subject=f"poll/{poll.key}",
        data={
            "release": str(row.key),
            "moment": poll.moment,
            "edition": dossier.inputs.edition.number,
            "dossier": {"sha256": dossier.digest},
            "shown": dossier.shown,
            "asked": poll.asked,
        },
    )
    former = _authorised(row)
    if poll.moment == Moment.FINAL and former is not None:
        bring_over(former, poll, row, dossier, by=by, at=at)
    _ask_missing(poll, asking, row, excluded, at)
    return poll


@act
def close_poll(*, key: str, reason: str, by: Actor, at: datetime) -> Poll:
    """Give a poll up; its votes stay on record and decide nothing.

    Raises:
        ConflictError: E_POLL_CLOSED.
    """
    poll, row = locked_poll(key, by, at)
    require(by, Power.MANAGE_RELEASES, product=row.product_id, at=at)
    require_open_poll(poll, row)
    poll.closed_at, poll.closed_because = at, reason[:200]
    poll.save(update_fields=["closed_at", "closed_because"])
    append(
        stream=product_stream(row.product_id),
        tag=Tag.POLL_CLOSED,
        by=by,
        at=at,
        subject=f"poll/{poll.key}",
        data={"release": str(row.key), "reason": commit_to(reason, about=by.key)},
    )
    return poll


@act
def refresh_poll(*, key: str, by: Actor, at: datetime) -> Poll:
    """Bring an open poll up to what is there now: what does not count any more is voided, and asked again.

    Raises:
        ConflictError: E_POLL_CLOSED, E_NO_RULEBOOK.
    """
    poll, row = locked_poll(key, by, at)
    require(by, Power.MANAGE_RELEASES, product=row.product_id, at=at)
    require_open_poll(poll, row)
    refresh(poll, row, dossier_of(row, at), by=by, at=at)
    return poll


def sweep_poll(key: str, at: datetime) -> None:
    """The same in the background; a poll that was closed meanwhile is left as it is."""
    found = Poll.objects.select_related("release").filter(pk=key, closed_at__isnull=True).first()
    if found is not None and is_outdated(found, found.release, dossier_of(found.release, at), at):
        refresh_poll(key=key, by=SYSTEM, at=at)


def locked_poll(key: str, by: Actor, at: datetime) -> tuple[Poll, Release]:
    """The poll and its release, both held until the transaction ends.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = _POLL.first(key)
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(found.release_id), by, at)
    return _HELD.rows(key)[0], row


def require_open_poll(poll: Poll, release: Release) -> None:
    """Refuse what may only be done while people are asked.

    Raises:
        ConflictError: E_POLL_CLOSED.
    """
    if poll.closed_at is not None:
        raise on_record(
            ConflictError("E_POLL_CLOSED", f"the poll is closed: {poll.closed_because or 'it was decided'}"),
            release,
        )


def _require_path(dossier: Dossier, release: Release) -> None:
    """Before much is at stake it is agreed on where a disagreement goes."""
    reachable = any(level.contacts for level in dossier.book.authority.escalation)
    if is_high_stakes(dossier.book, release) and not reachable:
        raise on_record(
            ConflictError(
                "E_ESCALATION_PATH",
                "much is at stake with this release, and no path of escalation was agreed on",
                hint="agree on `authority.escalation` in the rulebook, with contacts",
            ),
            release,
        )


def _require_judged(dossier: Dossier, release: Release, at: datetime) -> None:
    """Every required gate has a run that can be relied on."""
    for gate, run in dossier.runs.items():
        if run is None:
            raise on_record(
                ConflictError("E_RUN_STALE", f"the gate {gate} was not judged yet", hint="run the gate"),
                release,
            )
        try:
            require_standing(run)
        except ConflictError as refusal:
            raise on_record(refusal, release) from None
        if run.stands_until is not None and run.stands_until <= at:
            raise on_record(
                ConflictError(
                    "E_RUN_STALE",
                    f"what the gate {gate} rests on has expired",
                    hint="measure and judge it again",
                ),
                release,
            )


def _ask_missing(poll: Poll, asking: Asking, release: Release, excluded: set[str], at: datetime) -> None:
    """Tell who can sign what is still missing; whose word was carried over is not asked again."""
    heard = {one.role for one in live_votes(poll)}
    missing = [role for role in asking.roles if role not in heard]
    missing += [asking.verdict] if live_verdict(release) is None and asking.verdict not in missing else []
    if missing:
        people = {one for role in missing for one in able(role, release, at, but=excluded)}
        ask(poll, release, people, missing, at)


def _made(release: Release, moment: str, dossier: Dossier, by: Actor, at: datetime) -> Poll:
    try:
        with transaction.atomic():
            return Poll.objects.create(
                release=release,
                moment=moment,
                edition=dossier.inputs.edition,
                dossier=dossier.digest,
                asked=asking_of(dossier.book, release).to_json(),
                opened_by=by.key,
                opened_at=at,
            )
    except IntegrityError:
        raise on_record(
            ConflictError(
                "E_POLL_OPEN", "a poll on this release is open", hint="decide it or close it first"
            ),
            release,
        ) from None


def _authorised(release: Release) -> Poll | None:
    """The poll of the authorisation that stands."""
    standing = Decision.objects.filter(
        release=release, moment=Moment.AUTHORISATION, outcome__in=GOING, voided_at__isnull=True
    )
    found = standing.select_related("poll").order_by("-at").first()
    return found.poll if found is not None else None
