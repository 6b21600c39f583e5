"""The one way in which a sign-off of this room comes to be: proved, worded, put on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, UUIDField

from flightrules.engine.dossier import Difference
from flightrules.service.decisions.dossiers import Dossier, changes_since
from flightrules.service.decisions.models import HandedOut, Override, Poll, SignOff
from flightrules.service.decisions.seats import on_record
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import ConflictError
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.powers import role_key
from flightrules.service.people.queries import name_of
from flightrules.service.people.seats import Seat
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release

__all__ = ["Word", "as_said", "proof_word", "require_current", "sign", "terms_of"]

_NAMED = 20
_HANDED_OUT = Question(
    lambda release, person, dossier: HandedOut.objects.filter(
        release=release, person=person, dossier=dossier
    ),
    UUIDField(),
    CharField(),
    CharField(),
)
_SHOWN = (HandedOut, Poll, Override, SignOff)


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody signs.

    Attributes:
        act: one of ``SignOff.Act``; ``about`` the subject that a confirmation in the browser names.
        choice: what it says; ``meaning`` the same in a sentence.
        reason, conditions: as checked.
        terms: what was said beside act and choice, as it was sent; the proof is bound to it.
        poll, override: of which, for a vote or a side of an override.
    """

    act: SignOff.Act
    about: str
    choice: str
    meaning: str
    terms: Mapping[str, str]
    reason: str = ""
    conditions: list[str] = field(default_factory=list)
    poll: Poll | None = None
    override: Override | None = None


def terms_of(*, reason: str = "", conditions: Iterable[str] = (), role: str = "") -> dict[str, str]:
    """What a signer says beside the choice, in the form that a proof is bound to: texts, as sent."""
    return {"role": role_key(role), "reason": reason, "conditions": "\n".join(conditions)}


def proof_word(act: str, choice: str) -> str:
    """The act as a confirmation in the browser names it, with the choice: ``vote:go``, ``verdict:no-go``."""
    return f"{act}:{choice.casefold().replace(' ', '-')}"


def require_current(seen: str, now: Dossier, release: Release) -> None:
    """Refuse a signature under something else than what lies on the table.

    Raises:
        ConflictError: E_DOSSIER_STALE, with the differences to what this person has seen.
    """
    if seen == now.digest:
        return
    raise on_record(
        ConflictError(
            "E_DOSSIER_STALE",
            "what you saw is not what lies here now",
            hint="read the dossier again, then sign its digest",
            dossier=now.digest,
            differences=_differences(seen, now, release),
        ),
        release,
    )


def _differences(seen: str, now: Dossier, release: Release) -> list[dict[str, str]]:
    """To what lay here before. Of bytes that were never shown of this release nothing is told, nor read."""
    if not any(one.objects.filter(release=release, dossier=seen).exists() for one in _SHOWN):
        return []
    try:
        return as_said(changes_since(seen, now))
    except ConflictError:  # its bytes are gone, or were altered
        return []


def as_said(changes: tuple[Difference, ...]) -> list[dict[str, str]]:
    """Differences as a reader gets them; a long list is cut."""
    return [
        {"part": one.part, "what": one.what, "was": one.was[:200], "now": one.now[:200]}
        for one in changes[:_NAMED]
    ]


def sign(
    release: Release, seat: Seat, role: str, dossier: Dossier, word: Word, *, by: Actor, at: datetime
) -> SignOff:
    """Take the signer's proof, then write the sign-off and its entry; part of the caller's act.

    Raises:
        UnauthenticatedError: E_REAUTH_REQUIRED. DeniedError: E_PROOF_OF_MACHINE.
    """
    terms = {"dossier": dossier.digest, **word.terms}
    proof = require_signed_terms(
        by, at=at, act=proof_word(word.act, word.choice), about=word.about, terms=terms
    )
    name = name_of(by.key) or by.key
    row = SignOff(
        release=release,
        act=word.act,
        poll=word.poll,
        override=word.override,
        choice=word.choice,
        role=role,
        holder=seat.holder,
        through=seat.through,
        person=by.key,
        account=by.account_key,
        printed_name=commit_to(name, about=by.key)["commitment"],
        meaning=word.meaning,
        reason=commit_to(word.reason, about=by.key)["commitment"] if word.reason else "",
        conditions=word.conditions,
        dossier=dossier.digest,
        shown=dossier.shown,
        opened_at=_handed_out(release, by.key, dossier.digest),
        components=proof.components,
        proved_at=proof.proved_at,
        at=at,
    )
    row.save(force_insert=True)
    append(
        stream=product_stream(release.product_id),
        tag=Tag.SIGNED_OFF,
        by=by,
        at=at,
        subject=f"sign-off/{row.key}",
        data=_told(row),
    )
    return row


def _handed_out(release: Release, person: str, dossier: str) -> datetime | None:
    found = _HANDED_OUT.first(release.pk, person, dossier)
    return None if found is None else found.at


def _told(row: SignOff) -> dict[str, Any]:
    """The sign-off as its entry tells it: everything but the name and the reason, which are commitments."""
    return {
        "release": str(row.release_id),
        "act": row.act,
        "poll": str(row.poll_id) if row.poll_id else None,
        "override": str(row.override_id) if row.override_id else None,
        "choice": row.choice,
        "role": row.role,
        "holder": row.holder,
        "through": row.through,
        "person": row.person,
        "name": {"commitment": row.printed_name},
        "meaning": row.meaning,
        "reason": {"commitment": row.reason} if row.reason else None,
        "conditions": row.conditions,
        "dossier": {"sha256": row.dossier},
        "shown": row.shown,
        "opened_at": row.opened_at.isoformat() if row.opened_at else None,
        "components": row.components,
        "proved_at": row.proved_at.isoformat(),
    }
