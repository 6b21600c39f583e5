"""What the tests of the service share: one moment, people with roles, and a REST client for each of them.

The whole folder runs on SQLite by default; ``make unit-postgres`` starts a real PostgreSQL and runs it again there.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def pytest_unconfigure() -> None:
    """The home that this process worked in goes with it; workers do not come to what ``atexit`` holds."""
    shutil.rmtree(os.environ["FLIGHTRULES_HOME"], ignore_errors=True)


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Every test of the service has a database, rolled back behind it."""
    from service import put_back

    put_back.begin()


@pytest.fixture(autouse=True, scope="session")
def _emptied_between_tests(django_db_setup: None) -> Iterator[None]:
    """Tests with transactions of their own empty the tables behind them, which the ledger's rules refuse."""
    from django.db import connection

    from flightrules.service.records import guards

    emptied = connection.ops.execute_sql_flush

    def without_rules(statements: list[str]) -> None:
        with connection.cursor() as cursor:
            guards.remove(cursor, connection.vendor)
            emptied(statements)
            guards.install(cursor, connection.vendor)

    connection.ops.execute_sql_flush = without_rules
    yield
    del connection.ops.execute_sql_flush


@pytest.fixture
def at() -> datetime:
    return AT


@dataclass
class Caller:
    """A person or machine at the REST door, with a token of their own."""

    key: str
    account_key: str
    token: str
    client: Client

    def __deepcopy__(self, _memo: dict[int, Any]) -> Caller:
        """The same person at a door of their own."""
        return Caller(self.key, self.account_key, self.token, Client())

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self._send("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("POST", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("PUT", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("PATCH", path, body, headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self._send("DELETE", path, None, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        sent = {
            "Authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): v for name, v in headers.items()},
        }
        data = b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method, f"/api/v1{path}", data, content_type="application/json", headers=sent
        )


@pytest.fixture
def person(at: datetime):
    """Make a person with roles: ``person("qa-lead", product="shop")`` (tokens here may use every power)."""
    from flightrules.service.people.models import Account, ApiToken, Person, RoleGrant
    from flightrules.service.people.powers import Power

    def make(*roles: str, product: str = "", name: str = "Alex Doe") -> Caller:
        number = secrets.token_hex(4)
        someone = Person.objects.create(name=name, email=f"{number}@example.org")
        account = Account.objects.create(person=someone, email=f"{number}@example.org", opened_at=at)
        for role in roles:
            RoleGrant.objects.create(
                person=someone,
                role=role,
                product=product,
                granted_by="setup",
                granted_at=at,
                counts_from=at - timedelta(days=30),
            )
        token = secrets.token_urlsafe(32)
        ApiToken.objects.create(
            account=account,
            digest=hashlib.sha256(token.encode()).hexdigest(),
            title="tests",
            scopes=[power.value for power in Power],
            issued_at=at,
            expires_at=datetime(2100, 1, 1, tzinfo=UTC),
        )
        return Caller(str(someone.key), str(account.key), token, Client())

    return make


@pytest.fixture
def shop_exists(at: datetime) -> None:
    """There is a product ``shop``, of which nothing else is known."""
    from flightrules.service.catalogue.models import Product

    Product.objects.create(key="shop", name="Shop", opened_at=at)


@pytest.fixture
def machine(person, at):
    """Make a pipeline of a product."""
    from flightrules.service.people.models import ApiToken, Machine

    def make(product: str):
        made = Machine.objects.create(name="CI", product=product)
        token = secrets.token_urlsafe(32)
        ApiToken.objects.create(
            machine=made,
            digest=hashlib.sha256(token.encode()).hexdigest(),
            title="CI",
            scopes=["read", "bring-evidence"],
            issued_at=at,
            expires_at=datetime(2100, 1, 1, tzinfo=UTC),
        )
        like = type(person("viewer"))
        return like(str(made.key), str(made.key), token, Client())

    return make


@pytest.fixture
def shop(person, machine):
    """The shop of the stories: its product is open and nobody has agreed on anything yet."""
    from service import put_back

    return put_back.once("shop", lambda: _opened(person, machine))


def _opened(person, machine):
    from service.shop import Shop

    manager = person("release-manager", name="Samir Haddad")
    opened = manager.post("/products", {"key": "shop", "name": "Shop"})
    assert opened.status_code == 201, opened.content
    return Shop(
        qa=person("qa-lead", product="shop", name="Mira Tan"),
        engineering=person("engineering-lead", product="shop", name="Jonas Weber"),
        owner=person("product-owner", product="shop", name="Ada Novak"),
        manager=manager,
        product_manager=person("product-manager", product="shop", name="Tom Lindqvist"),
        ci=machine("shop"),
        stranger=person("qa-lead", product="bank", name="Eve Other"),
    )
