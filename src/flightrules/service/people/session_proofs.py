"""What was proved in a browser session: at sign-in, when it asked again, or with a code sent to the API.

The sign-in library notes each step with its time. A passkey verifies who holds it, here always, and so shows
two components of a signature; the password and a code show one each, and both together within a short while
show all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from flightrules.service.people.models import Account

__all__ = ["proved_in", "remember_in", "session_digest"]

_PROVED = "flightrules_proved"
_TOGETHER = timedelta(minutes=2)
_ALL = 2


def proved_in(request: HttpRequest, account: Account) -> tuple[datetime | None, int]:
    """When this session's person last proved who they are, and how many components that showed."""
    steps = sorted(
        (datetime.fromtimestamp(record["at"], UTC), _shows(record))
        for record in get_authentication_records(request, account)
    )
    last, shown = _last(steps)
    kept = request.session.get(_PROVED)
    if kept is not None:
        at = datetime.fromisoformat(kept[0])
        if last is None or at >= last:
            return at, int(kept[1])
    return last, shown


def remember_in(request: HttpRequest, components: int, at: datetime) -> None:
    """Let a proof that was just given to the API hold for what follows in this session."""
    request.session[_PROVED] = [at.isoformat(), components]


def session_digest(request: HttpRequest) -> str:
    """The session by the SHA-256 of its key: the key itself is a secret."""
    key = request.session.session_key
    return hashlib.sha256(key.encode()).hexdigest() if key else ""


def _last(steps: list[tuple[datetime, str]]) -> tuple[datetime | None, int]:
    if not steps:
        return None, 0
    last = steps[-1][0]
    shown = {what for at, what in steps if last - at <= _TOGETHER}
    return last, _ALL if "passkey" in shown else min(len(shown), _ALL)


def _shows(record: Mapping[str, Any]) -> str:
    """Which component a step showed; a code and a recovery code are of one kind, what somebody has."""
    if record.get("method") != "mfa":
        return str(record.get("method"))
    return "passkey" if record.get("type") == "webauthn" else "code"
