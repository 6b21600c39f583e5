"""A state change through REST: one transaction, once for each idempotency key, answered in the same bytes.

The answer is kept in the transaction of the change. So a client whose connection was cut after the commit
asks again with its key and gets the answer that was lost; and two requests with one key at the same time
are one change: the second waits for the first and repeats its answer. An answer is repeated to its account
alone, and to no token that is good for less than what was used to ask.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from flightrules.errors import FlightrulesError
from flightrules.service.door.asked import Asker, ClaimedRequest
from flightrules.service.door.desks import desks
from flightrules.service.door.models import KeptAnswer
from flightrules.service.door.problems import problem, refused
from flightrules.service.door.turns import Turn

__all__ = ["changes_state", "forget_answers"]

_KEY_LIMIT = 200
_CONFLICT, _UNAVAILABLE = 409, 500
_TURN_S = 20
_turn = Turn()


def changes_state(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Wrap a view that calls exactly one act and returns a Shown, or ``(status, Shown | None)``.

    ``request.asked_at`` is the one clock reading of the request; the view passes it on.
    """

    @wraps(view)
    def answered(request: ClaimedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            with _in_turn(), _committed():
                return _answer(view, request, args, kwargs)
        if len(key) > _KEY_LIMIT:
            return problem(
                422, "E_IDEMPOTENCY_KEY", f"an idempotency key has at most {_KEY_LIMIT} characters"
            )
        return _once(key, view, request, args, kwargs)

    # the framework reads types in the globals of what it is given, and those of this module lack the view's
    answered.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return answered


def forget_answers(accounts: Iterable[str]) -> None:
    """Forget what was answered to these accounts: it names people, and they are to be forgotten."""
    KeptAnswer.objects.filter(account__in=list(accounts)).delete()


@contextmanager
def _in_turn() -> Iterator[None]:
    """Let changes come one after the other to SQLite, which has one writer at a time."""
    if connection.vendor != "sqlite":
        yield
        return
    is_mine = _turn.take() or _awaited()
    try:
        yield
    finally:
        if is_mine:
            _turn.give()


def _awaited() -> bool:
    """Whether the turn came; a lock that somebody sits on must not shut the door for good."""
    desks.leave()
    is_mine = _turn.take(_TURN_S)
    desks.take()
    return is_mine


@contextmanager
def _committed() -> Iterator[None]:
    """One transaction; others compute while the disk is waited for."""
    with transaction.atomic():
        yield
        desks.leave()


def _once(
    key: str, view: Callable[..., Any], request: ClaimedRequest, args: Any, kwargs: Any
) -> HttpResponse:
    asked = _asked(request)
    try:
        with _in_turn(), _committed():
            kept = _claimed(request.actor, key, asked, request.asked_at)
            if kept.status is not None:
                return _repeated(kept, asked, request.actor)
            answer = _answer(view, request, args, kwargs)
            if answer.status_code >= _UNAVAILABLE:  # nothing was done or recorded, so it is tried again
                kept.delete()
                return answer
            kept.status, kept.body = answer.status_code, getattr(answer, "kept_content", answer.content)
            kept.content_type = answer["Content-Type"]
            kept.save(update_fields=["status", "body", "content_type"])
            return answer
    except IntegrityError:
        kept_answer = KeptAnswer.objects.filter(account=request.actor.account_key, key=key).first()
        if kept_answer is None or kept_answer.status is None:
            raise  # some other rule of the database was broken
        return _repeated(kept_answer, asked, request.actor)


def _claimed(by: Asker, key: str, asked: str, at: datetime) -> KeptAnswer:
    """The row of this key, ours from here on: a concurrent claim waits on the unique rule, then fails."""
    found = KeptAnswer.objects.filter(account=by.account_key, key=key).first()
    return found or KeptAnswer.objects.create(
        account=by.account_key,
        key=key,
        asked=asked,
        scopes=None if by.token_key is None else sorted(by.scopes),
        product=by.product,
        kept_at=at,
    )


def _is_good_for_less(by: Asker, kept: KeptAnswer) -> bool:
    """Whether this token could not have asked for what another one, or a session, was answered."""
    if by.token_key is None:
        return False
    return (
        kept.scopes is None or not by.scopes.issuperset(kept.scopes) or by.product not in ("", kept.product)
    )


def _repeated(kept: KeptAnswer, asked: str, by: Asker) -> HttpResponse:
    if _is_good_for_less(by, kept):
        return problem(
            403,
            "E_IDEMPOTENCY_POWERS",
            "this was answered to a session, or to a token that is good for more than yours",
            hint="ask with what you asked with first",
        )
    if kept.asked != asked:
        return problem(
            _CONFLICT,
            "E_IDEMPOTENCY_REUSED",
            "this idempotency key was used for another request",
            hint="make a new key",
        )
    answer = HttpResponse(bytes(kept.body), status=kept.status or 200, content_type=kept.content_type)
    answer["Idempotent-Replay"] = "true"
    return answer


def _answer(view: Callable[..., Any], request: ClaimedRequest, args: Any, kwargs: Any) -> HttpResponse:
    """The view's answer; a refusal is an answer too, and what it put on record stays."""
    try:
        result = view(request, *args, **kwargs)
    except FlightrulesError as error:
        return refused(error)
    if isinstance(result, HttpResponse):
        return result
    status, body = result if isinstance(result, tuple) else (200, result)
    return HttpResponse(_bytes(body), status=status, content_type="application/json")


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, BaseModel):
        return body.model_dump_json().encode()
    return json.dumps(body, separators=(",", ":")).encode()


def _asked(request: HttpRequest) -> str:
    parts = (request.method or "", request.get_full_path(), hashlib.sha256(request.body).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
