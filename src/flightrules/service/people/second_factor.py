"""Who needs a second factor: everybody whose roles allow more than reading."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings

from flightrules.service.people.models import Account
from flightrules.service.people.powers import Power, powers_of
from flightrules.service.people.seats import live_grants

__all__ = ["lacks_second_factor", "needs_second_factor"]

_ENOUGH = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def needs_second_factor(account: Account, at: datetime) -> bool:
    """Whether any role of the person, even one in cool-down, allows more than reading."""
    if settings.FLIGHTRULES_SECOND_FACTOR_OPTIONAL:
        return False
    roles = live_grants(at, cooling=True).filter(person_id=account.person_id).values_list("role", flat=True)
    return bool(powers_of(roles) - {Power.READ})


def lacks_second_factor(account: Account, at: datetime) -> bool:
    """Whether the account needs a second factor and has neither a passkey nor an authenticator app."""
    has = Authenticator.objects.filter(user=account, type__in=_ENOUGH).exists()
    return not has and needs_second_factor(account, at)
