"""Answers that hold a secret, which is shown this once and not kept with the answer."""

from __future__ import annotations

from django.http import HttpResponse
from pydantic import BaseModel

__all__ = ["SecretAnswer"]


class SecretAnswer(HttpResponse):
    """A JSON answer; ``kept_content`` is what a repetition of the request gets, without what is secret."""

    def __init__(self, body: BaseModel, *shown_once: str) -> None:
        super().__init__(body.model_dump_json(), status=201, content_type="application/json")
        kept = body.model_copy(update=dict.fromkeys(shown_once, ""))
        self.kept_content = kept.model_dump_json().encode()
