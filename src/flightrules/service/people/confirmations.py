"""Confirmations in the browser of what is signed with a token: asked for, shown, given or refused, used once.

Whoever works from the command line, or has nothing but a passkey, confirms one act on one digest on a page of
their own account. It holds for that act and digest, for the token that asked, once, for a few minutes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import CharField, DateTimeField, UUIDField

from flightrules.engine.process_rules import ALL_COMPONENTS
from flightrules.ledger.signed_terms import terms_digest
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import (
    ConflictError,
    DeniedError,
    ForeignError,
    InvalidError,
    UnauthenticatedError,
)
from flightrules.service.people.models import ApiToken, Confirmation
from flightrules.service.people.signed_words import is_of_terms
from flightrules.service.people.vouched import require_vouched
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import OFFICE, act, append
from flightrules.service.records.tags import Tag

__all__ = [
    "HOLDS",
    "ConfirmationState",
    "asked_by",
    "confirm",
    "confirm_in_browser",
    "refuse",
    "shown_to",
    "state_of",
    "taken",
]

HOLDS = timedelta(minutes=5)
"""How long after it was asked for a confirmation can be given and used."""

_OPEN_LIMIT = 5
_CONFIRMED = Question(
    lambda token, act, about, digest, at: (
        Confirmation.objects.select_for_update()
        .filter(
            token__key=token,
            act=act,
            about=about,
            digest=digest,
            confirmed_at__lte=at,
            used_at__isnull=True,
            expires_at__gt=at,
        )
        .order_by("confirmed_at")[:1]
    ),
    UUIDField(),
    CharField(),
    CharField(),
    CharField(),
    DateTimeField(),
)
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another


class ConfirmationState(StrEnum):
    """Where a confirmation stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    USED = "used"
    EXPIRED = "expired"


@act
def confirm_in_browser(
    *, what: str, about: str, digest: str, terms: Mapping[str, str] | None = None, by: Actor, at: datetime
) -> Confirmation:
    """Ask that the caller confirms one act in the browser.

    Args:
        what: the act, in a word that the act itself asks for when it is signed.
        about: ``kind/key`` of what it is about.
        digest: SHA-256 of what is signed, in hexadecimal.
        terms: what the digest is over, to be shown where it is confirmed.
        by: a person with a token.
        at: now.

    Raises:
        DeniedError: E_PROOF_OF_MACHINE. ConflictError: E_CONFIRMATION_SESSION, E_CONFIRMATIONS_OPEN.
        InvalidError: E_CONFIRMATION_TERMS.
    """
    if by.kind is not Kind.PERSON:
        raise DeniedError("E_PROOF_OF_MACHINE", "a machine proves nothing and signs nothing")
    if by.token_key is None:
        raise ConflictError("E_CONFIRMATION_SESSION", "who is in the browser already signs there")
    if terms is None and is_of_terms(what):
        raise InvalidError(
            "E_CONFIRMATION_TERMS",
            "who confirms this has to see its terms",
            hint="send them along with the digest over them",
        )
    if terms is not None and terms_digest(what, about, terms) != digest:
        raise InvalidError(
            "E_CONFIRMATION_TERMS",
            "the digest is not that of these terms",
            hint="nobody is shown one thing and signs another; see how the digest of terms is made",
        )
    token = ApiToken.objects.select_for_update().get(pk=by.token_key)
    waiting = Confirmation.objects.filter(
        token=token, expires_at__gt=at, confirmed_at__isnull=True, refused_at__isnull=True
    )
    if waiting.count() >= _OPEN_LIMIT:
        raise ConflictError(
            "E_CONFIRMATIONS_OPEN",
            f"{_OPEN_LIMIT} confirmations of this token wait already",
            hint="confirm or refuse one in the browser, or wait until they expire",
        )
    made = Confirmation.objects.create(
        token=token,
        act=what,
        about=about,
        digest=digest,
        terms=dict(terms or {}),
        code=_short_code(),
        asked_at=at,
        expires_at=at + HOLDS,
    )
    data = {"act": what, "about": about, "digest": digest, "token": str(token.key)}
    append(stream=OFFICE, tag=Tag.CONFIRMATION_ASKED, by=by, at=at, subject=_subject(made), data=data)
    return made


@act
def confirm(*, key: str, by: Actor, at: datetime) -> Confirmation:
    """Confirm, as the person who asked, with a fresh proof of all components given in the browser for it.

    Raises:
        ForeignError: E_NO_SUCH. DeniedError: E_CONFIRMATION_OF_OTHER, E_ACCOUNT_UNVOUCHED.
        ConflictError: E_CONFIRMATION_OVER. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    found = _waiting(key, by, at)
    require_vouched(by)
    if not is_proved_for(found, by, at):
        raise UnauthenticatedError(
            "E_REAUTH_REQUIRED",
            "confirm with all components of your signature: a passkey, or password and code",
            components=2,
        ).about(OFFICE, _subject(found))
    found.confirmed_at = at
    found.save(update_fields=["confirmed_at"])
    data = {"act": found.act, "about": found.about, "digest": found.digest}
    append(stream=OFFICE, tag=Tag.CONFIRMED, by=by, at=at, subject=_subject(found), data=data)
    return found


@act
def refuse(*, key: str, by: Actor, at: datetime) -> Confirmation:
    """Refuse, as the person whose token asked: it was not they who asked, or they think better of it.

    Raises:
        ForeignError: E_NO_SUCH. DeniedError: E_CONFIRMATION_OF_OTHER. ConflictError: E_CONFIRMATION_OVER.
    """
    found = _waiting(key, by, at)
    found.refused_at = at
    found.save(update_fields=["refused_at"])
    data = {"act": found.act, "about": found.about, "digest": found.digest}
    append(stream=OFFICE, tag=Tag.CONFIRMATION_REFUSED, by=by, at=at, subject=_subject(found), data=data)
    return found


def is_proved_for(found: Confirmation, by: Actor, at: datetime) -> bool:
    """Whether all components were shown in this browser session since the confirmation was asked for."""
    return (
        by.via == "session"
        and by.proved_at is not None
        and found.asked_at <= by.proved_at <= at
        and by.components >= ALL_COMPONENTS
    )


def shown_to(key: str, by: Actor) -> Confirmation:
    """The confirmation, for the page of the person whose token asked.

    Raises:
        ForeignError: E_NO_SUCH, for everybody else as well.
    """
    found = _found(key)
    if found is None or not _is_of(found, by):
        raise _none()
    return found


def asked_by(key: str, by: Actor) -> Confirmation:
    """The confirmation, for the token that asked.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = _found(key)
    if found is None or by.token_key != str(found.token_id):
        raise _none()
    return found


def state_of(found: Confirmation, at: datetime) -> ConfirmationState:
    """Where it stands at this moment."""
    if found.used_at is not None:
        return ConfirmationState.USED
    if found.refused_at is not None:
        return ConfirmationState.REFUSED
    if found.expires_at <= at:
        return ConfirmationState.EXPIRED
    return ConfirmationState.CONFIRMED if found.confirmed_at is not None else ConfirmationState.WAITING


def taken(by: Actor, *, at: datetime, act: str, about: str, digest: str) -> datetime | None:
    """Use up what was confirmed for exactly this; returns when it was confirmed, or None."""
    if by.token_key is None or not (act and about and digest):
        return None
    found = _CONFIRMED.first(by.token_key, act, about, digest, at)
    if found is None:
        return None
    found.used_at = at
    found.save(update_fields=["used_at"])
    return found.confirmed_at


def _waiting(key: str, by: Actor, at: datetime) -> Confirmation:
    found = Confirmation.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise _none()
    if not _is_of(found, by):
        raise DeniedError(
            "E_CONFIRMATION_OF_OTHER", "this is for the person to confirm who asked for it"
        ).about(OFFICE, _subject(found))
    state = state_of(found, at)
    if state is not ConfirmationState.WAITING:
        raise ConflictError("E_CONFIRMATION_OVER", f"this confirmation is {state} and waits no more").about(
            OFFICE, _subject(found)
        )
    return found


def _found(key: str) -> Confirmation | None:
    return Confirmation.objects.select_related("token__account").filter(pk=key).first()


def _is_of(found: Confirmation, by: Actor) -> bool:
    """The same person, through whichever account of theirs; and never with the token that asked."""
    account = found.token.account
    return account is not None and by.kind is Kind.PERSON and str(account.person_id) == by.key


def _subject(found: Confirmation) -> str:
    return f"confirmation/{found.key}"


def _short_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _none() -> ForeignError:
    return ForeignError("E_NO_SUCH", "there is no such confirmation here")
