"""Requests to the API that show a token pass by what is there for browsers: sessions, forms, messages.

Who shows a token is asked about it alone (``people.authentication``), so nothing behind the lane looks at a
session. What holds for everybody stands outside of the lane. It saves a read the tenth of its processor time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

__all__ = ["LaneBegins", "LaneEnds"]

Answer = Callable[[HttpRequest], HttpResponse]
_newest = threading.local()  # Django makes the middleware from the last to the first, in one thread


class LaneEnds:
    """Behind what is there for browsers."""

    def __init__(self, answer: Answer) -> None:
        self._answer = _newest.end = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)


class LaneBegins:
    """Before what is there for browsers."""

    def __init__(self, answer: Answer) -> None:
        self._answer, self._end = answer, _newest.end

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._end(request) if _shows_token(request) else self._answer(request)


def _shows_token(request: HttpRequest) -> bool:
    return "HTTP_AUTHORIZATION" in request.META and request.path.startswith("/api/")
