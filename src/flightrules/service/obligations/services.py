"""Writes of obligations: begun within other acts, paid in writing by who owes them, confirmed by another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flightrules.engine.relaxation import is_emergency, track_called
from flightrules.ledger.signed_terms import terms_digest
from flightrules.rules.exceptions import says_nothing
from flightrules.rules.obligation import Obligation as Rule
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError, InvalidError
from flightrules.service.obligations.acts import command_of
from flightrules.service.obligations.holders import speaks_for
from flightrules.service.obligations.models import Obligation
from flightrules.service.obligations.owed import levels_of, owed_after
from flightrules.service.obligations.telling import first_look, tell_written
from flightrules.service.people.access import require
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.powers import Power, role_key, stands_for
from flightrules.service.records.actor import Actor
from flightrules.service.records.queries import opened
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release

__all__ = ["confirm", "pay", "settle", "start"]


def start(*, event: str, release: Release, by: Actor, at: datetime, about: str = "") -> list[Obligation]:
    """Start the clock of everything that is owed after an event; part of the caller's act.

    Each debt is a row and an entry. One that is open for this event, or was ever started by the very thing
    that ``about`` names, is not started again.

    Args:
        event: ``decision``, ``override``, ``verbal-sign-off``, ``emergency-release`` or another of the
            rulebook's events.
        release: of which release.
        by: whose act it is.
        at: when the clock starts.
        about: ``kind/key`` of the decision, override or sign-off that it is owed after.
    """
    edition = edition_in_force(release.product_id)
    book = rulebook_of(edition) if edition else None
    rules = owed_after(event, book, track=release.track, release_class=release.release_class)
    made: list[Obligation] = []
    for rule in rules:
        same = Obligation.objects.filter(release=release, rule=rule.id, event=event, about=about)
        if (same if about else same.filter(paid_at__isnull=True)).exists():
            continue
        row = _row(rule, event, release, book, about, by, at)
        row.save(force_insert=True)
        _record(Tag.OBLIGATION_OWED, row, _owed(row), by=by, at=at)
        made.append(row)
    return made


def settle(
    *,
    release: Release,
    event: str,
    owners: Iterable[str],
    text: str,
    by: Actor,
    at: datetime,
    about: str = "",
) -> int:
    """Pay what these roles owe after an event, by an act that pays it: the written sign-off, an answer.

    What others owe after the same event stays theirs. Part of the caller's act, which has asked who may do
    it; returns how many debts were paid.
    """
    paying = tuple(owners)
    rows = Obligation.objects.select_for_update().filter(release=release, event=event, paid_at__isnull=True)
    rows = rows.filter(about=about) if about else rows
    found = [row for row in rows if any(stands_for(one, row.owner) for one in paying)]
    for row in found:
        _pay(row, text, by, at)
    return len(found)


@act
def pay(*, key: str, text: str, by: Actor, at: datetime) -> Obligation:
    """Write what is owed, in the role that owes it. Late is late: the entry and the row say by how much.

    Raises:
        DeniedError: E_ROLE_NOT_HELD. ConflictError: E_OBLIGATION_STATE, E_OBLIGATION_ACT.
        InvalidError: E_OBLIGATION_TEXT. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    row = _locked(key, by, at)
    _require_role(row, row.owner, by, at)
    if row.paid_at is not None:
        raise _in_the_way(row, "it is paid already; what was written stays as it is")
    _require_plain(row)
    if says_nothing(text):
        raise InvalidError("E_OBLIGATION_TEXT", "what is owed has to be written, and this says nothing")
    _require_proof("pay-obligation", row, text, by, at)
    _pay(row, text, by, at)
    return row


@act
def confirm(*, key: str, by: Actor, at: datetime) -> Obligation:
    """Confirm what was written, in the role that has to; never by the one who wrote it.

    Raises:
        DeniedError: E_ROLE_NOT_HELD. ConflictError: E_OBLIGATION_STATE, E_DISTINCT_PERSONS.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    row = _locked(key, by, at)
    if not row.confirmer:
        raise _in_the_way(row, "nobody has to confirm it")
    _require_role(row, row.confirmer, by, at)
    if row.paid_at is None:
        raise _in_the_way(row, "nothing was written yet that could be confirmed")
    if row.confirmed_at is not None:
        raise _in_the_way(row, "it is confirmed already")
    if row.paid_by == by.key:
        raise ConflictError(
            "E_DISTINCT_PERSONS",
            "you wrote it; another person confirms it",
            hint=f"ask another {role_words(row.confirmer)}",
        ).about(_stream(row), _subject(row))
    if not speaks_for(by, row.confirmer, row.release, at, apart={row.paid_by}):
        raise ConflictError(
            "E_DISTINCT_PERSONS",
            "who wrote it lent you the role; it is confirmed in a seat of another person",
            hint=f"ask another {role_words(row.confirmer)}",
        ).about(_stream(row), _subject(row))
    _require_proof("confirm-obligation", row, opened(row.text) or "", by, at)
    row.confirmed_at, row.confirmed_by, row.next_at = at, by.key, None
    row.save(update_fields=["confirmed_at", "confirmed_by", "next_at"])
    data = {
        "release": str(row.release_id),
        "rule": row.rule,
        "text": row.text,
        "late_s": _seconds_late(row, at),
    }
    _record(Tag.OBLIGATION_CONFIRMED, row, data, by=by, at=at)
    return row


def _require_plain(row: Obligation) -> None:
    """Refuse to pay with a text what only a signature of its own pays: a word that was given, an answer."""
    command = command_of(row)
    if command:
        raise ConflictError(
            "E_OBLIGATION_ACT",
            "this is owed as a signature of its own, by who has to give it, and not paid like other debts",
            hint=command,
        ).about(_stream(row), _subject(row))


def _require_proof(word: str, row: Obligation, text: str, by: Actor, at: datetime) -> None:
    """Whoever writes or confirms proves who they are, for exactly this text."""
    about = _subject(row)
    digest = terms_digest(word, about, {"text": text})
    require_signing_proof(by, at=at, act=word, about=about, digest=digest)


def _pay(row: Obligation, text: str, by: Actor, at: datetime) -> None:
    row.paid_at, row.paid_by = at, by.key
    row.next_at = row.next_at if row.confirmer else None
    row.text = commit_to(text, about=by.key)["commitment"]
    row.save(update_fields=["paid_at", "paid_by", "next_at", "text"])
    tell_written(row, at)
    data = {
        "release": str(row.release_id),
        "rule": row.rule,
        "due_at": row.due_at.isoformat(),
        "late_s": _seconds_late(row, at),
        "text": {"commitment": row.text},
    }
    _record(Tag.OBLIGATION_PAID, row, data, by=by, at=at)


def _row(
    rule: Rule, event: str, release: Release, book: Rulebook | None, about: str, by: Actor, at: datetime
) -> Obligation:
    track = track_called(book, release.track) if book else None
    row = Obligation(
        release=release,
        rule=rule.id,
        event=event,
        about=about,
        track=release.track,
        emergency=track is not None and is_emergency(track),
        what=rule.what,
        owner=role_key(rule.owner or "release_manager"),
        confirmer=role_key(rule.confirmed_by),
        escalates_to=role_key(rule.escalates_to),
        levels=levels_of(book),
        started_at=at,
        started_by=by.key,
        due_at=at + rule.within,
    )
    row.next_at = first_look(row)
    return row


def _owed(row: Obligation) -> dict[str, Any]:
    return {
        "release": str(row.release_id),
        "rule": row.rule,
        "event": row.event,
        "about": row.about,
        "what": row.what,
        "owner": row.owner,
        "confirmed_by": row.confirmer,
        "due_at": row.due_at.isoformat(),
    }


def _locked(key: str, by: Actor, at: datetime) -> Obligation:
    row = Obligation.objects.select_for_update(of=("self",)).select_related("release").filter(pk=key).first()
    if row is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    require(by, Power.READ, product=row.release.product_id, at=at)
    return row


def _require_role(row: Obligation, role: str, by: Actor, at: datetime) -> None:
    if not speaks_for(by, role, row.release, at):
        raise DeniedError(
            "E_ROLE_NOT_HELD",
            f"you do not hold the role {role_words(role)} here",
            hint=f"{role_words(role)} has to do it",
        ).about(_stream(row), _subject(row))


def _seconds_late(row: Obligation, at: datetime) -> int:
    return max(0, int((at - row.due_at).total_seconds()))


def _in_the_way(row: Obligation, why: str) -> ConflictError:
    return ConflictError("E_OBLIGATION_STATE", why).about(_stream(row), _subject(row))


def _stream(row: Obligation) -> str:
    return product_stream(row.release.product_id)


def _subject(row: Obligation) -> str:
    return f"obligation/{row.key}"


def _record(tag: Tag, row: Obligation, data: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    append(stream=_stream(row), tag=tag, by=by, at=at, subject=_subject(row), data=data)
