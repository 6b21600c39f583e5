"""Answers with a secret that is shown once; what is kept under an idempotency key is the rest of it."""

from __future__ import annotations

from urllib.parse import urlencode

from ninja import Field

from flightrules.service.door.answers import SecretAnswer
from flightrules.service.door.schemas import Shown

__all__ = ["InvitedOut", "SecretAnswer", "invited"]


class InvitedOut(Shown):
    """The person, and the one-time link, shown this once."""

    person: str
    code: str
    path: str = Field(description="where the link leads on this site")


def invited(person_key: str, code: str) -> SecretAnswer:
    """The answer to an invitation."""
    path = f"/invitation?{urlencode({'code': code})}"
    return SecretAnswer(InvitedOut(person=person_key, code=code, path=path), "code", "path")
