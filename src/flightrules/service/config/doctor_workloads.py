"""What is unsafe or broken in how pipelines are let in without a stored token.

The providers' keys are really asked for; where that is not possible nothing is said to be in order.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import DatabaseError

from flightrules.service.door.refusals import UnavailableError
from flightrules.service.people.queries import audiences_taken
from flightrules.service.people.workload_tokens import count_keys

__all__ = ["keys_missing", "made_for_others", "plain_http"]


def plain_http(_at: datetime) -> str | None:
    """A provider whose keys anybody on the way could exchange for their own."""
    plain = [one for one in settings.FLIGHTRULES_WORKLOAD_ISSUERS if not one.startswith("https://")]
    return f"the tokens of {plain[0]} are verified with keys that come over plain http" if plain else None


def keys_missing(_at: datetime) -> str | None:
    """A provider that cannot be asked, or that shows no key; nothing is known then of its tokens."""
    found = []
    for issuer in settings.FLIGHTRULES_WORKLOAD_ISSUERS:
        try:
            if not count_keys(issuer):
                found.append(f"{issuer} shows no key that is taken")
        except UnavailableError as error:
            found.append(f"not looked at: {error.message}")
    return "; ".join(found) or None


def made_for_others(_at: datetime) -> str | None:
    """An audience that is not this service: whoever such a token is made for can show it here."""
    try:
        taken = audiences_taken()
    except DatabaseError:
        return None  # that it does not answer is a finding of its own
    own = settings.FLIGHTRULES_BASE_URL.rstrip("/")
    others = [one for one in taken if one.rstrip("/") != own]
    return f"tokens made for {others[0]!r} stand for a machine; this service is {own}" if others else None
