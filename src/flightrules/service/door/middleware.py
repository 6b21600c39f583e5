"""What every request gets: an id, one clock reading, a body limit, and words for a lost database."""

from __future__ import annotations

import logging
import re
import select
import time
import uuid
from collections.abc import Callable
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from flightrules.service.door.asked import TimedRequest
from flightrules.service.door.metrics import REQUESTS, SECONDS
from flightrules.service.door.problems import problem

__all__ = ["BodyLimit", "DatabaseTrouble", "PlainAddress", "RequestRecord", "WrongMethod"]

Answer = Callable[[HttpRequest], HttpResponse]
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOG = logging.getLogger("flightrules.requests")
_WRONG_METHOD = 405
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestRecord:
    """Gives the request its id and its time, and writes one line about it; never what it carried."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: TimedRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.record_id = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        request.asked_at = timezone.now()
        began = time.perf_counter()
        answer = self._answer(request)
        answer["X-Request-Id"] = request.record_id
        if request.path.startswith("/api/"):
            answer.setdefault("Cache-Control", "no-store")
        _note(request, answer, time.perf_counter() - began)
        return answer


class BodyLimit:
    """Refuses a body that is too large by its stated length, before anything parses it.

    A body of unstated length is cut by Django's own limit while it is read. Evidence is streamed to disk by
    its own route, which counts for itself and has the larger limit.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = (
            settings.FLIGHTRULES_EVIDENCE_LIMIT if _is_evidence(request) else settings.FLIGHTRULES_BODY_LIMIT
        )
        if _length(request) > limit:
            return problem(413, "E_BODY_TOO_LARGE", f"a body of at most {limit} bytes is taken here")
        return self._answer(request)


class PlainAddress:
    """Refuses an address that programs understand in two ways.

    A NUL in it: nothing here is called so, and PostgreSQL cannot be asked for it. A thing that is asked
    twice: a proxy before the service may have looked at the other answer.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        question = request.META.get("QUERY_STRING", "")
        if "\0" in request.path or "%00" in question:
            return problem(422, "E_CONTROL_CHAR", "the address holds a NUL character", hint="drop it")
        if "&" in question and request.path.startswith("/api/") and _asks_twice(question):
            return problem(422, "E_DUPLICATE_KEY", "the question asks one thing twice", hint="keep one")
        return self._answer(request)


class DatabaseTrouble:
    """Says that the database cannot be used: nothing was changed, and it is worth trying again."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _leave_lost()
        return self._answer(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a failing database; other faults go on to Django."""
        if isinstance(error, (OperationalError, InterfaceError)):
            _LOG.exception("the database cannot be used")
            return problem(
                503, "E_DATABASE", "the database cannot be used now; nothing was changed", retry_after=5
            )
        if isinstance(error, DatabaseError):
            _LOG.exception("the database refused a change")
        return None


class WrongMethod:
    """Words for a method that nothing answers to: the library leaves such an answer without a form."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._answer(request)
        if answer.status_code != _WRONG_METHOD or not request.path.startswith("/api/"):
            return answer
        allowed = answer.get("Allow", "")
        told = problem(
            _WRONG_METHOD, "E_HTTP_METHOD", "nothing answers to this method here", hint=f"allowed: {allowed}"
        )
        told["Allow"] = allowed
        return told


def _asks_twice(question: str) -> bool:
    names = [name for name, _ in parse_qsl(question, keep_blank_values=True)]
    return len(set(names)) < len(names)


def _leave_lost() -> None:
    """Give up a connection, kept from an earlier request, whose server hung up; the next question opens one.

    That can be seen here. Django would ask the server each time: one more trip of the four that a read takes.
    """
    line = connection.connection
    if line is None or connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    if line.closed or (_has_word(line.fileno()) and not connection.is_usable()):
        connection.close()


def _has_word(descriptor: int) -> bool:
    """Whether the other side has sent something unasked, or has hung up."""
    watched = select.poll()
    watched.register(descriptor, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(watched.poll(0))


def _note(request: TimedRequest, answer: HttpResponse, seconds: float) -> None:
    """One line and one count, by route: a path may hold a one-time secret, or whatever a caller likes."""
    route = request.resolver_match.route if request.resolver_match else "unknown"
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(method, route, str(answer.status_code)).inc()
    SECONDS.labels(route).observe(seconds)
    _LOG.info(
        "request",
        extra={
            "request_id": request.record_id,
            "method": method,
            "route": route,
            "status": answer.status_code,
            "ms": round(seconds * 1000, 1),
        },
    )


def _is_evidence(request: HttpRequest) -> bool:
    return request.method == "POST" and request.path.endswith("/evidence")


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
