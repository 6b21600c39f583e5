"""Who asks: by API token or by session; makes the ``Actor`` that everything behind the door trusts.

An actor is always the owner of what was shown. There is no header, parameter or page by which one person acts
as another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth
from ninja.utils import check_csrf

from flightrules.service.door.asked import TimedRequest
from flightrules.service.door.refusals import DeniedError, UnauthenticatedError
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.models import Account, ApiToken
from flightrules.service.people.one_time import digest_of
from flightrules.service.people.proofs import prove
from flightrules.service.people.second_factor import lacks_second_factor
from flightrules.service.people.session_proofs import proved_in, remember_in, session_digest
from flightrules.service.people.signing import require_signed_terms, require_signing_proof
from flightrules.service.people.vouched import require_vouched
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import OFFICE, record_denied

__all__ = [
    "PROOF_HEADER",
    "SessionDoor",
    "TokenDoor",
    "remember_proof",
    "require_fresh_proof",
    "require_second_factor",
    "require_signed_terms",
    "require_signing_proof",
    "session_actor",
]

PROOF_HEADER = "Flightrules-Proof"
"""A code of the caller's authenticator app, sent with the very request that needs a fresh proof."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NOTED = timedelta(minutes=1)
"""How often a use, and how often a refused use, of one token is noted."""

# In plain SQL, without a model for the answer: with one it took a fifth of a reading request.
_BY_DIGEST = """
SELECT token.key, token.machine_id, account.person_id, account.key, token.scopes, token.proved_at,
       token.proved_by, token.product, token.revoked_at IS NOT NULL, token.expires_at <= %s,
       token.machine_id IS NOT NULL AND machine.disabled_at IS NOT NULL,
       token.account_id IS NOT NULL AND NOT account.is_active,
       token.account_id IS NOT NULL AND person.disabled_at IS NOT NULL,
       token.last_used_at IS NULL OR token.last_used_at <= %s
FROM people_apitoken token
LEFT JOIN people_account account ON account.id = token.account_id
LEFT JOIN people_person person ON person.key = account.person_id
LEFT JOIN people_machine machine ON machine.key = token.machine_id
WHERE token.digest = %s
"""
_WHY = (
    "the token was revoked",
    "the token has expired",
    "the machine is disabled",
    "the account is disabled",
    "the person is disabled",
)


class TokenDoor(HttpBearer):
    """``Authorization: Bearer TOKEN``; disabled owners, expired and revoked tokens are nobody."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The owner of the token, or nothing."""
        asked = cast("AskedRequest", request)
        at = asked.asked_at
        found = _found(token, at)
        if found is None:
            return None
        actor, why, is_to_note = found
        if why:
            _note_denied(actor, why, at)
            return None
        if is_to_note:
            _note_use(str(actor.token_key), at)
        return _with_proof(asked, actor)


class SessionDoor(SessionAuth):
    """The browser's session; state changes need the CSRF token as well.

    Whoever sends an ``Authorization`` header is asked about that alone: a wrong token is nobody, whatever the
    browser's session says. And forgery is looked for once somebody is signed in, for nobody else has anything
    that could be forged: they are told that they are not known.
    """

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:  # noqa: ARG002 -- the framework's signature; the session was looked up before
        """The signed-in person, or nothing.

        Raises:
            DeniedError: E_SECOND_FACTOR, for powers beyond reading without one; E_ACCOUNT_UNVOUCHED; E_CSRF.
        """
        actor = None if "Authorization" in request.headers else session_actor(request)
        if actor is None:
            return None
        if check_csrf(request) is not None:
            raise DeniedError(
                "E_CSRF",
                "the request does not carry the token against forged ones (CSRF)",
                hint="send the value of the cookie csrftoken as X-CSRFToken, or use an API token",
            )
        asked = cast("AskedRequest", request)
        require_second_factor(asked)
        if asked.method not in _SAFE:
            require_vouched(actor)
        return _with_proof(asked, actor)


def session_actor(request: HttpRequest) -> Actor | None:
    """The person that the session belongs to, as an actor."""
    account: Any = request.user
    if not isinstance(account, Account) or not account.is_active or account.person.disabled_at:
        return None
    proved_at, components = proved_in(request, account)
    return Actor(
        key=str(account.person_id),
        kind=Kind.PERSON,
        account_key=str(account.key),
        via="session",
        proved_at=proved_at,
        components=components,
        session=session_digest(request),
    )


def require_second_factor(request: TimedRequest) -> None:
    """Refuse a session whose person may do more than read and has no second factor.

    Raises:
        DeniedError: E_SECOND_FACTOR.
    """
    account: Any = request.user
    if lacks_second_factor(account, request.asked_at):
        raise DeniedError(
            "E_SECOND_FACTOR",
            "your roles ask for a second factor",
            hint="add a passkey or an authenticator app on the security page",
        )


def remember_proof(request: HttpRequest, by: Actor, at: datetime) -> None:
    """Let a proof that was just given hold for what follows with the same token or session."""
    if by.token_key is not None:
        ApiToken.objects.filter(pk=by.token_key).update(proved_at=at, proved_by=by.components)
    else:
        remember_in(request, by.components, at)


def require_fresh_proof(by: Actor, *, at: datetime, max_age: timedelta) -> None:
    """Refuse unless the person proved who they are within ``max_age`` before ``at``.

    Raises:
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    if by.proved_at is not None and timedelta(0) <= at - by.proved_at <= max_age:
        return
    raise UnauthenticatedError(
        "E_REAUTH_REQUIRED",
        "this needs a fresh proof of who you are",
        hint=f"sign in again, or send a code of your authenticator app as {PROOF_HEADER}",
        max_age_seconds=int(max_age.total_seconds()),
    )


def _with_proof(request: AskedRequest, actor: Actor) -> Actor:
    code = request.headers.get(PROOF_HEADER)
    if code is not None:
        actor = prove(by=actor, code=code, at=request.asked_at)
    request.actor = actor
    return actor


def _found(token: str, at: datetime) -> tuple[Actor, str, bool] | None:
    """Whose token it is; why it lets nobody in, empty when it does; and whether this use is to be noted.

    A use is noted to the minute: a reading request writes no more than that.
    """
    moments = [connection.ops.adapt_datetimefield_value(moment) for moment in (at, at - _NOTED)]
    with connection.cursor() as cursor:
        cursor.execute(_BY_DIGEST, [*moments, digest_of(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    *owner, revoked, expired, machine_off, account_off, person_off, is_to_note = row
    faults = (revoked, expired, machine_off, account_off, person_off)
    why = next((said for said, holds in zip(_WHY, faults, strict=True) if holds), "")
    return _owner(*owner), why, bool(is_to_note)


def _owner(  # noqa: PLR0913, PLR0917 -- the columns of the row
    token: Any,
    machine: Any,
    person: Any,
    account: Any,
    scopes: str,
    proved_at: Any,
    proved_by: int,
    product: str,
) -> Actor:
    key, scope = str(UUID(str(token))), frozenset(json.loads(scopes))
    if machine is not None:
        one = str(UUID(str(machine)))
        return Actor(one, Kind.MACHINE, one, "token", key, scope, product=product)
    if proved_at is not None and proved_at.tzinfo is None:  # SQLite keeps moments in UTC without saying so
        proved_at = proved_at.replace(tzinfo=UTC)
    holder, door = str(UUID(str(person))), str(UUID(str(account)))
    return Actor(holder, Kind.PERSON, door, "token", key, scope, proved_at, proved_by, product=product)


def _note_use(token: str, at: datetime) -> None:
    """Note that a token was used; left out while somebody else writes, for who looks waits for nobody."""
    if connection.vendor == "sqlite":
        with _without_waiting():
            ApiToken.objects.filter(pk=token).update(last_used_at=at)
        return
    with transaction.atomic():
        free = ApiToken.objects.select_for_update(skip_locked=True).filter(pk=token)
        if free.values_list("pk", flat=True).first() is not None:
            ApiToken.objects.filter(pk=token).update(last_used_at=at)


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Waits for SQLite a tenth of a second at most, and then does without what is in it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        patience = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA busy_timeout = 100")
        try:
            yield
        except OperationalError:
            if connection.in_atomic_block:
                raise
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")


def _note_denied(owner: Actor, why: str, at: datetime) -> None:
    """Put a refused use on record, at most once a minute for each token."""
    with transaction.atomic():
        first = ApiToken.objects.filter(
            Q(denied_at__isnull=True) | Q(denied_at__lte=at - _NOTED), pk=str(owner.token_key)
        ).update(denied_at=at)
        if first:
            refusal = DeniedError("E_TOKEN_REFUSED", why).about(OFFICE, f"token/{owner.token_key}")
            record_denied(refusal, by=owner, at=at, asked="authenticate")
