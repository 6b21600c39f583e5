"""An account that waits for it only looks until somebody has vouched that it is its person's."""

from __future__ import annotations

from django.db.models import UUIDField

from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import DeniedError
from flightrules.service.people.models import Account
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import OFFICE

__all__ = ["require_vouched"]

_UNVOUCHED = Question(lambda key: Account.objects.filter(key=key, awaits_vouching=True), UUIDField())


def require_vouched(by: Actor) -> None:
    """Refuse an account that nobody has vouched for.

    Raises:
        DeniedError: E_ACCOUNT_UNVOUCHED.
    """
    if _UNVOUCHED.first(by.account_key) is not None:
        raise DeniedError(
            "E_ACCOUNT_UNVOUCHED",
            "nobody has vouched yet that this account is yours",
            hint="ask a second person who manages people, or vouch for it through an earlier account",
        ).about(OFFICE, f"account/{by.account_key}")
