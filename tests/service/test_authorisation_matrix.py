"""Every route, method, role and ownership: generated from the router, so that a new route is asked for at once.

Each operation says which power it needs (``x-power``), or that it is about the caller alone (``x-self``), or
open to all (``x-public``). One that says nothing, or for which ``matrix_objects`` makes nothing, fails the build.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver

from flightrules.service.people import access
from flightrules.service.people.models import Account, ApiToken, Machine, Person, RoleGrant
from flightrules.service.people.one_time import digest_of
from flightrules.service.people.powers import BUILT_IN_ROLES, OF_MACHINES, Power, powers_of
from people_stories import closed, equip, now
from service.conftest import Caller

from . import (
    matrix_board_objects,
    matrix_decision_objects,
    matrix_emergency_objects,
    matrix_poll_objects,
    matrix_product_objects,
)
from .matrix_objects import FOREIGN_PRODUCT, MAKERS, OWN_PRODUCT, Asked, World

SAFE = ("GET", "HEAD", "OPTIONS")
UNFIT = (401, 403, 404)
_DOOR = Client()
"""One for all cells: each new one loads every middleware again, a tenth of the time."""
WITHOUT_OBJECT = {
    "POST /me/proof",
    "POST /confirmations",
    "POST /accounts/{key}/vouch",
    "GET /confirmations/{key}",
    "POST /tokens",
    "DELETE /tokens/{key}",
    "POST /delegations",
    "POST /delegations/{key}/end",
}
"""Operations about the caller alone that need more than a body; their stories are in people/."""


@dataclasses.dataclass(frozen=True)
class Operation:
    """One method of one route, and what it declares."""

    method: str
    path: str
    declared: tuple[tuple[str, Any], ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def power(self) -> Power | None:
        said = dict(self.declared).get("x-power")
        return Power(said) if said else None

    @property
    def powers(self) -> frozenset[Power]:
        """Any of these is enough."""
        said = dict(self.declared)
        also = said.get("x-power-or", [])
        return frozenset(map(Power, also)) | ({self.power} if self.power else frozenset())


def _operations() -> list[Operation]:
    from flightrules.service.config.api import api

    get_resolver().url_patterns  # noqa: B018 -- routers are attached when the routes are first read
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            plain = re.sub(r"{(?:\w+:)?(\w+)}", r"{\1}", f"{prefix.rstrip('/')}/{path.lstrip('/')}").rstrip(
                "/"
            )
            for operation in view.operations:
                said = {k: v for k, v in (operation.openapi_extra or {}).items() if k.startswith("x-")}
                found += [Operation(method, plain, tuple(said.items())) for method in operation.methods]
    return sorted(found, key=lambda one: (one.path, one.method))


OPERATIONS = _operations()
ASKED = [one for one in OPERATIONS if one.name in MAKERS]


def _names(operations: list[Operation]) -> list[str]:
    return [one.name for one in operations]


@pytest.fixture(autouse=True)
def _without_rate_limits(settings):
    settings.FLIGHTRULES_RATE_PER_CALLER = 0
    settings.FLIGHTRULES_RATE_PER_ADDRESS = 0
    settings.FLIGHTRULES_ROLE_COOL_DOWN_HOURS = 0


@pytest.fixture(autouse=True)
def _every_release_may_go(monkeypatch):
    """What the room of decisions says is asked in stories of their own, not here."""
    from flightrules.service.board import lookups

    monkeypatch.setattr(lookups, "_asked", [lambda _release, _at: ""])


@pytest.fixture
def world(person):
    return World(person, now(), "")


# --- what is declared


@pytest.mark.parametrize("operation", OPERATIONS, ids=_names(OPERATIONS))
def test_an_operation_says_who_may(operation):
    said = [name for name, _ in operation.declared if name in ("x-power", "x-self", "x-public")]
    assert len(said) == 1, f"{operation.name} declares {said or 'nothing'}: use guarded(Power.X), OWN or OPEN"


def test_every_operation_is_in_the_matrix():
    missing = [name for name in _names(OPERATIONS) if name not in MAKERS and name not in WITHOUT_OBJECT]
    assert not missing, f"tests/service/matrix_objects.py makes nothing for {len(missing)}: {missing}"


def test_the_matrix_asks_for_nothing_that_is_gone():
    assert matrix_product_objects.RELEASE
    assert matrix_emergency_objects.EMERGENCY
    assert matrix_board_objects.ONE_CHANGE
    assert matrix_decision_objects.PRACTICE
    assert matrix_poll_objects.POLL
    assert {*MAKERS, *WITHOUT_OBJECT} <= set(_names(OPERATIONS))


def test_every_route_under_the_api_is_an_operation():
    """A view that was put beside the router would be in no matrix."""
    routed = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path) for path in _routes() if path.startswith("api/v1/")}
    own = {"api/v1/", "api/v1/docs", "api/v1/openapi.json"}
    declared = {f"api/v1{one.path}" for one in OPERATIONS}
    assert routed - own <= declared | {f"{path}/" for path in declared}


def _routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern)


# --- who gets through


@pytest.mark.parametrize("operation", OPERATIONS, ids=_names(OPERATIONS))
def test_nobody_and_nobody_any_more_are_strangers(operation, world):
    asked = Asked({name: _any_param(name) for name in re.findall(r"{(\w+)}", operation.path)}, body={})
    if dict(operation.declared).get("x-public"):
        return
    leaver = world.person(*BUILT_IN_ROLES)
    Person.objects.filter(pk=leaver.key).update(disabled_at=now())
    closed = world.person(*BUILT_IN_ROLES)
    Account.objects.filter(key=closed.account_key).update(is_active=False)
    assert _status(None, operation, asked) == 401
    assert _status(leaver, operation, asked) == 401
    assert _status(closed, operation, asked) == 401


@pytest.mark.parametrize(
    "operation",
    [one for one in OPERATIONS if one.method not in SAFE],
    ids=_names([one for one in OPERATIONS if one.method not in SAFE]),
)
def test_a_session_changes_nothing_without_its_csrf_token(operation, world):
    someone = world.person("viewer")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(Account.objects.get(key=someone.account_key))
    asked = Asked({name: _any_param(name) for name in re.findall(r"{(\w+)}", operation.path)}, body={})
    answer = browser.generic(operation.method, _url(operation, asked), b"{}", content_type="application/json")
    assert answer.status_code == 403
    assert "csrf" in answer.content.decode().lower()


@pytest.mark.parametrize("operation", ASKED, ids=_names(ASKED))
def test_each_role_gets_exactly_what_its_power_allows(operation, world):
    asked = MAKERS[operation.name](dataclasses.replace(world, operation=operation.name))
    wrong = [fault for fault in _cells(operation, asked, world) if fault]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "operation",
    [one for one in ASKED if one.method in SAFE],
    ids=_names([one for one in ASKED if one.method in SAFE]),
)
def test_looking_writes_nothing(operation, world):
    asked = MAKERS[operation.name](dataclasses.replace(world, operation=operation.name))
    caller = world.person(*BUILT_IN_ROLES)
    assert _status(caller, operation, asked) not in UNFIT  # notes the use of the token, to the minute
    with CaptureQueriesContext(connection) as seen:
        _status(caller, operation, asked)
    writes = [
        one["sql"] for one in seen if re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE|ALTER|CREATE)", one["sql"])
    ]
    assert not writes


def _cells(operation: Operation, asked: Asked, world: World) -> Iterator[str]:
    """What is wrong in each cell of one operation; nothing where it is right."""
    own = "" if asked.office else OWN_PRODUCT
    callers = _callers(own, *([] if asked.office else [FOREIGN_PRODUCT]))
    for role, product in callers:
        is_foreign = product == FOREIGN_PRODUCT and product != own
        expected = ("hidden" if asked.filters else 404) if is_foreign else _expected(operation, role, asked)
        who = f"{role} ({'foreign' if is_foreign else 'own'})"
        yield _wrong(who, expected, operation, asked, lambda one=(role, product): callers[one])
    yield _wrong("no role", _of_nobody(operation, asked), operation, asked, world.person)
    for product in (OWN_PRODUCT, FOREIGN_PRODUCT):
        expected = _of_machine(operation, asked, product)
        yield _wrong(
            f"machine of {product}", expected, operation, asked, lambda p=product: _machine(world, p)
        )
    yield _wrong(
        "token for another product",
        _of_machine(operation, asked, FOREIGN_PRODUCT),
        operation,
        asked,
        lambda: _bound(world, FOREIGN_PRODUCT),
    )
    if operation.method in SAFE and not asked.office:
        yield _wrong(
            "token for this product", "allowed", operation, asked, lambda: _bound(world, OWN_PRODUCT)
        )
    if operation.power:
        yield _wrong(
            "token without the scope",
            _without_scope(operation, asked),
            operation,
            asked,
            lambda: _narrow(world, operation),
        )


def _callers(*products: str) -> dict[tuple[str, str], Any]:
    """Somebody with each role in each of the products; made together, as one by one took a third of the time."""
    wanted = [(role, product) for role in BUILT_IN_ROLES for product in products]
    people = Person.objects.bulk_create(Person(name="Alex Doe") for _ in wanted)
    accounts = Account.objects.bulk_create(
        Account(person=one, email=f"{one.key}@example.org", opened_at=now()) for one in people
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(
            person=one, role=role, product=product, granted_by="setup", granted_at=now(), counts_from=now()
        )
        for one, (role, product) in zip(people, wanted, strict=True)
    )
    tokens = [f"frt_matrix-{one.key}" for one in people]
    ApiToken.objects.bulk_create(
        ApiToken(
            account=account,
            digest=digest_of(token),
            title="matrix",
            scopes=[power.value for power in Power],
            issued_at=now(),
            expires_at=now().replace(year=2100),
        )
        for account, token in zip(accounts, tokens, strict=True)
    )
    return {
        cell: Caller(str(one.key), str(account.key), token, Client())
        for cell, one, account, token in zip(wanted, people, accounts, tokens, strict=True)
    }


def _expected(operation: Operation, role: str, asked: Asked) -> int | str:
    power = operation.power
    if power is None:
        return "allowed"
    product = "" if asked.office else OWN_PRODUCT
    has = powers_of([role], access._authority(product, now()))
    if operation.powers & has:
        return 403 if role in asked.denied else "allowed"
    if asked.filters:
        return "hidden"
    return 403 if asked.office or Power.READ in has else 404


def _of_nobody(operation: Operation, asked: Asked) -> int | str:
    if operation.power is None:
        return "allowed"
    return "hidden" if asked.filters else 403 if asked.office else 404


def _of_machine(operation: Operation, asked: Asked, product: str) -> int | str:
    if operation.power is None:
        return "allowed"
    if asked.office:
        return "hidden" if asked.filters else 403
    if product == FOREIGN_PRODUCT:
        return "hidden" if asked.filters else 404
    return "allowed" if operation.powers & OF_MACHINES and not asked.machines_denied else 403


def _without_scope(operation: Operation, asked: Asked) -> int | str:
    if asked.filters:
        return "hidden"
    return 404 if operation.power is Power.READ and not asked.office else 403


def _narrow(world: World, operation: Operation) -> Any:
    caller = world.person(*BUILT_IN_ROLES)
    scopes = [power.value for power in Power if power not in operation.powers]
    ApiToken.objects.filter(account__key=caller.account_key).update(scopes=scopes)
    return caller


def _bound(world: World, product: str) -> Any:
    """Who may everything everywhere, with a token that acts in one product."""
    caller = world.person(*BUILT_IN_ROLES)
    ApiToken.objects.filter(account__key=caller.account_key).update(product=product)
    return caller


def _machine(world: World, product: str) -> Any:
    machine = Machine.objects.create(name="ci", product=product)
    caller = world.person()
    caller.token = f"frt_matrix-{machine.key}"
    ApiToken.objects.create(
        machine=machine,
        digest=digest_of(caller.token),
        title="ci",
        scopes=[power.value for power in Power],
        issued_at=now(),
        expires_at=now().replace(year=2100),
    )
    return caller


def _wrong(who: str, expected: int | str, operation: Operation, asked: Asked, make: Any) -> str:
    with transaction.atomic():
        caller = make()
        ApiToken.objects.filter(account__key=caller.account_key).update(proved_at=now(), proved_by=2)
        answer = _answer(caller, operation, asked)
        transaction.set_rollback(True)
    status, text = answer.status_code, _text(answer)
    if expected == "allowed":
        right = status < 400
    elif expected == "hidden":
        right = status in (403, 404) or (status < 400 and (not asked.hides or asked.hides not in text))
    else:
        right = status == expected
    return "" if right else f"{operation.name} by {who}: {status}, expected {expected}: {text[:300]}"


def _text(answer: Any) -> str:
    if answer.streaming:
        return ""
    return answer.content.decode(errors="replace")


def _status(caller: Any, operation: Operation, asked: Asked) -> int:
    return _answer(caller, operation, asked).status_code


def _answer(caller: Any, operation: Operation, asked: Asked) -> Any:
    headers = {name.replace("_", "-"): value for name, value in asked.headers.items()}
    if caller is not None:
        headers["Authorization"] = f"Bearer {caller.token}"
    data = (
        asked.raw if asked.raw is not None else b"" if asked.body is None else json.dumps(asked.body).encode()
    )
    _DOOR.cookies.clear()
    answer = _DOOR.generic(
        operation.method, _url(operation, asked), data, content_type=asked.content_type, headers=headers
    )
    if answer.streaming:
        closed(answer)
    return answer


def _url(operation: Operation, asked: Asked) -> str:
    return "/api/v1" + operation.path.format(**asked.params) + asked.query


def _any_param(name: str) -> str:
    texts = {"product": OWN_PRODUCT, "number": "1", "form": "json"}
    return texts.get(name, "00000000-0000-4000-8000-000000000000")


# --- the matrix itself


@pytest.mark.parametrize(
    ("operation", "place"),
    [
        ("GET /people", "flightrules.service.people.queries.require"),
        ("POST /machines", "flightrules.service.people.services.machines.require"),
        ("GET /teams", "flightrules.service.people.queries.require"),
    ],
)
def test_a_door_that_forgot_to_ask_is_noticed(operation, place, world, monkeypatch):
    monkeypatch.setattr(place, lambda *_args, **_more: None)
    [one] = [each for each in OPERATIONS if each.name == operation]
    asked = MAKERS[operation](dataclasses.replace(world, operation=operation))
    assert any(_cells(one, asked, world))


# --- pages


def test_pages_about_oneself_ask_who_one_is(world):
    for path in ("/", "/security"):
        assert Client().get(path)["Location"].startswith("/accounts/login/")


def test_a_person_with_a_factor_reaches_their_pages(world):
    someone = world.person("qa-lead")
    equip(someone)
    browser = Client()
    browser.force_login(Account.objects.get(key=someone.account_key))
    assert browser.get("/security").status_code == 200
