"""How answers are worded in JSON, and those that hold a secret, which is not kept with the answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.renderers import BaseRenderer
from pydantic import BaseModel
from pydantic_core import to_json

__all__ = ["JsonAnswers", "SecretAnswer"]


class JsonAnswers(BaseRenderer):
    """JSON as changes are answered in it: the framework's encoder asks Python for every key and moment."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002 -- the framework's form
        """The bytes of an answer."""
        return to_json(data)


class SecretAnswer(HttpResponse):
    """A JSON answer; ``kept_content`` is what a repetition of the request gets, without what is secret."""

    def __init__(self, body: BaseModel, *shown_once: str) -> None:
        super().__init__(body.model_dump_json(), status=201, content_type="application/json")
        kept = body.model_copy(update=dict.fromkeys(shown_once, ""))
        self.kept_content = kept.model_dump_json().encode()
