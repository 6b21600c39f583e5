"""Answers that carry a secret which is shown once: what is kept under an idempotency key is the rest of it."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Schema

__all__ = ["SecretAnswer"]


class SecretAnswer(HttpResponse):
    """A JSON answer; ``kept_content`` is what a repetition of the request gets, with the secret left empty."""

    def __init__(self, body: Schema, *, secret: str) -> None:
        super().__init__(body.model_dump_json(), status=201, content_type="application/json")
        self.kept_content = body.model_copy(update={secret: ""}).model_dump_json().encode()
