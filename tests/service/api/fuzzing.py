"""How the API is fuzzed from its own document: what is sent, and what every answer is held against.

What an operation is about is made by the makers of the authorisation matrix, so that random bodies reach its acts
and do not end at a thing that is not there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import jsonschema_rs
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from flightrules.errors.catalogue import CATALOGUE
from flightrules.service.config.api import api
from flightrules.service.people.models import ApiToken
from flightrules.service.people.powers import BUILT_IN_ROLES
from flightrules.service.records.models import Entry
from people_stories import closed, now
from service import (  # noqa: F401 -- makers  # noqa: F401 -- as above
    matrix_board_objects,
    matrix_decision_objects,
    matrix_emergency_objects,
    matrix_poll_objects,
    matrix_product_objects,
)
from service.decisions.decision_world import rows
from service.matrix_objects import MAKERS, OWN_PRODUCT, Asked, World

DOCUMENT = json.loads(json.dumps(api.get_openapi_schema()))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
PREFIX, PROBLEM = "/api/v1", "application/problem+json"
_REFUSAL = jsonschema_rs.Draft202012Validator(
    DOCUMENT["components"]["responses"]["Problem"]["content"][PROBLEM]["schema"]
)
SAFE = ("GET", "HEAD", "OPTIONS")
NOBODYS = {"key": "00000000-0000-4000-8000-000000000000", "product": OWN_PRODUCT, "number": "1"}


@dataclass(frozen=True)
class Operation:
    """One method of one path of the document."""

    path: str
    method: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path.removeprefix(PREFIX)}"

    @property
    def said(self) -> dict[str, Any]:
        return DOCUMENT["paths"][self.path][self.method.lower()]

    @property
    def strategy(self) -> st.SearchStrategy:
        """Requests that fit the document, and some that do not, where there is anything that could be wrong."""
        one = SCHEMA[self.path][self.method]
        fit = one.as_strategy()
        if not self.said.get("parameters") and "requestBody" not in self.said:
            return fit.map(lambda case: ("fit", case))
        wrong = one.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        mended = fit.map(lambda case: ("mended", case))
        return st.one_of(
            mended, mended, fit.map(lambda case: ("fit", case)), wrong.map(lambda case: ("wrong", case))
        )


OPERATIONS = [
    Operation(path, method.upper())
    for path, operations in sorted(DOCUMENT["paths"].items())
    for method in sorted(operations)
    if not path.endswith("/events")  # a stream; tried with a real server
]


def fuzz(operation: Operation, person: Any, examples: int) -> int:
    """Send so many requests, each to be undone again; returns how many were carried out."""
    world = World(person, now(), operation.name)
    asked = MAKERS[operation.name](world) if operation.name in MAKERS else Asked(NOBODYS)
    callers = [person(*BUILT_IN_ROLES, product=""), person()]
    for caller in callers:
        assert caller.get("/me").status_code == 200  # the use of the token is noted
        ApiToken.objects.filter(account__key=caller.account_key).update(proved_at=now(), proved_by=2)
    done = 0

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(made=operation.strategy, data=st.data())
    def run(made: tuple[str, Any], data: st.DataObject) -> None:
        nonlocal done
        kind, case = made
        request = sent(operation, kind, case, asked, data)
        caller = callers[data.draw(st.sampled_from([0, 0, 0, 1]))]
        done += held(operation, request, caller, asked, has_power=caller is callers[0])

    run()
    return done


def sent(operation: Operation, kind: str, case: Any, asked: Asked, data: st.DataObject) -> dict[str, Any]:
    """A request of the document's making, about what the maker made; ``mended`` ones keep most of its body."""
    params = {**NOBODYS, **(case.path_parameters or {}), **(asked.params if kind != "wrong" else {})}
    query, headers = dict(case.query or {}), dict(case.headers or {})
    body, content_type = case.body, case.media_type or "application/json"
    if kind == "mended":
        query = {**_some(query, data), **dict(parse_qsl(asked.query.removeprefix("?")))}
        headers |= {name.replace("_", "-"): value for name, value in asked.headers.items()}
        content_type = asked.content_type
        body = asked.raw if asked.raw is not None else asked.body
        if isinstance(body, dict) and isinstance(case.body, dict):
            body = {**body, **_some(case.body, data)}
    path = operation.path.format(**{name: quote(_text(value), safe="") for name, value in params.items()})
    return {
        "method": operation.method,
        "path": f"{path}?{urlencode(query, doseq=True, errors='surrogatepass')}" if query else path,
        "data": _bytes(body),
        "content_type": content_type,
        "headers": {name: _text(value) for name, value in headers.items() if name.lower() not in _OURS},
    }


_OURS = ("content-length", "content-type", "authorization")


def _some(found: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    kept = data.draw(st.sets(st.sampled_from(sorted(found)), max_size=2)) if found else ()
    return {name: found[name] for name in kept}


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if body is None or type(body).__name__ == "NotSet":
        return b""
    return body if isinstance(body, bytes) else json.dumps(body).encode("utf-8", "surrogatepass")


def held(operation: Operation, request: dict[str, Any], caller: Any, asked: Asked, *, has_power: bool) -> int:
    """Send it, hold the answer against what was promised, undo it; returns 1 where it was carried out."""
    request["headers"]["Authorization"] = f"Bearer {caller.token}"
    with transaction.atomic():
        before, last = rows(), _last_entry()
        answer = Client(raise_request_exception=False).generic(**request)
        content = b"" if answer.streaming else answer.content
        if answer.streaming:
            closed(answer)
        changed, told = rows() != before, _last_entry() != last
        transaction.set_rollback(True)
    where = f"{operation.name}: {answer.status_code} {content[:300]!r} for {request}"
    assert not changed or told, f"changed without an entry: {where}"
    assert operation.method not in SAFE or not (changed or told), f"looking changed something: {where}"
    if answer.status_code >= 400:
        _is_a_problem(answer, content, where)
        return 0
    assert has_power or asked.filters or "x-power" not in operation.said, f"without power: {where}"
    _as_documented(operation, answer, content, where)
    return 1


def _last_entry() -> int:
    return Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _is_a_problem(answer: Any, content: bytes, where: str) -> None:
    assert answer.status_code < 500 or answer.status_code == 503, where
    assert answer.headers["Content-Type"] == PROBLEM, where
    said = json.loads(content)
    assert not list(_REFUSAL.iter_errors(said)), where
    assert said["status"] == answer.status_code, where
    assert said["code"] in CATALOGUE, where


def _as_documented(operation: Operation, answer: Any, content: bytes, where: str) -> None:
    """Its status is one of those that the document names, and its body has the form that it gives."""
    promised = operation.said["responses"].get(str(answer.status_code))
    assert promised is not None, f"status is not in the document: {where}"
    forms = promised.get("content", {})
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if not forms:
        return
    if "application/json" in forms and kind == "application/json":
        schema = {**forms["application/json"]["schema"], "components": DOCUMENT["components"]}
        faults = [
            fault.message
            for fault in jsonschema_rs.Draft202012Validator(schema).iter_errors(json.loads(content))
        ]
        assert not faults, f"{faults[:3]}: {where}"
    else:
        assert kind in forms, f"{kind} is not in the document: {where}"


__all__ = ["OPERATIONS", "Operation", "fuzz"]
