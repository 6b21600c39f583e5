"""Answers with a secret that is shown once; what is kept under an idempotency key is the rest of it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from ninja import Field, Schema

__all__ = ["InvitedOut", "SecretAnswer", "invited"]


class SecretAnswer(HttpResponse):
    """A JSON answer; ``kept_content`` is what a repetition of the request gets, without what is secret."""

    def __init__(self, body: Schema, *shown_once: str) -> None:
        super().__init__(body.model_dump_json(), status=201, content_type="application/json")
        kept = body.model_copy(update=dict.fromkeys(shown_once, ""))
        self.kept_content = kept.model_dump_json().encode()


class InvitedOut(Schema):
    """The person, and the one-time link, shown this once."""

    person: str
    code: str
    path: str = Field(description="where the link leads on this site")


def invited(person_key: str, code: str) -> SecretAnswer:
    """The answer to an invitation."""
    path = f"/invitation?{urlencode({'code': code})}"
    return SecretAnswer(InvitedOut(person=person_key, code=code, path=path), "code", "path")
