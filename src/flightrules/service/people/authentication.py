"""Who asks: by API token or by session; makes the ``Actor`` that everything behind the door trusts."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from flightrules.service.people.models import Account, ApiToken
from flightrules.service.records.actor import Actor, Kind

__all__ = ["SessionDoor", "TokenDoor"]


class TokenDoor(HttpBearer):
    """``Authorization: Bearer TOKEN``; disabled owners, expired and revoked tokens are nobody."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The owner of the token, or nothing."""
        at = request.asked_at  # type: ignore[attr-defined]
        found = (
            ApiToken.objects.select_related("account", "machine")
            .filter(
                Q(expires_at__gt=at),
                digest=hashlib.sha256(token.encode()).hexdigest(),
                revoked_at__isnull=True,
            )
            .first()
        )
        actor = _owner(found) if found else None
        if found and actor:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=at)
            request.actor = actor  # type: ignore[attr-defined]
        return actor


class SessionDoor(SessionAuth):
    """The browser's session; state changes need the CSRF token as well."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """The signed-in person, or nothing."""
        account: Any = request.user
        if not isinstance(account, Account) or not account.is_active or account.person.disabled_at:
            return None
        actor = Actor(
            key=str(account.person_id), kind=Kind.PERSON, account_key=str(account.key), via="session"
        )
        request.actor = actor  # type: ignore[attr-defined]
        return actor


def _owner(token: ApiToken) -> Actor | None:
    scopes = frozenset(token.scopes)
    if token.machine is not None:
        if token.machine.disabled_at:
            return None
        key = str(token.machine.key)
        return Actor(key, Kind.MACHINE, key, "token", str(token.key), scopes)
    account = token.account
    if account is None or not account.is_active or account.person.disabled_at:
        return None
    return Actor(str(account.person_id), Kind.PERSON, str(account.key), "token", str(token.key), scopes)
