"""Sessions of a browser: found by account, ended everywhere at once."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from flightrules.service.people.models import Account

__all__ = ["end_sessions"]


def end_sessions(accounts: Iterable[Account]) -> int:
    """Forget every session of these accounts; returns how many there were.

    A session of a disabled account is refused at its next request in any case; this takes its row away.
    """
    known = UserSession.objects.filter(user__in=list(accounts))
    keys = list(known.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    known.delete()
    return len(keys)
