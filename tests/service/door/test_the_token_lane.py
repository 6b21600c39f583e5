"""Who shows a token passes by what is there for browsers, and gets the same answer, head by head."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from flightrules.service.people.models import Account

_LANE = re.compile(r"\.token_lane\.Lane(Begins|Ends)$")
_LONG_WAY = [one for one in settings.MIDDLEWARE if not _LANE.search(one)]
_TOO_LONG = b" " * (settings.FLIGHTRULES_BODY_LIMIT + 1)

ASKS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/v1/products", {}),
    ("GET", "/api/v1/products/nowhere", {}),
    ("GET", "/api/v1/no-such-route", {}),
    ("GET", "/api/v1/products/", {}),
    ("GET", "/api/v1/products", {"headers": {"Host": "elsewhere.example"}}),
    ("OPTIONS", "/api/v1/products", {}),
    ("PATCH", "/api/v1/products", {"data": b"{}"}),
    ("POST", "/api/v1/products", {"data": b"{}"}),
    ("POST", "/api/v1/products", {"data": b'{"a": 1, "a": 2}'}),
    ("POST", "/api/v1/products", {"data": _TOO_LONG}),
]


@pytest.mark.parametrize("shown", ["Bearer {own}", "Bearer wrong", "Basic eDp5", ""])
@pytest.mark.parametrize(("method", "path", "more"), ASKS)
def test_both_ways_give_the_same_answer(
    person: Callable[..., Any], method: str, path: str, more: dict[str, Any], shown: str
) -> None:
    sent = {"Authorization": shown.format(own=person("administrator").token), **more.get("headers", {})}
    body = {"data": more["data"], "content_type": "application/json"} if "data" in more else {}

    def ask() -> tuple[int, dict[str, str], bytes]:
        answer = Client().generic(method, path, headers=sent, **body)
        return answer.status_code, dict(answer.items()) | {"X-Request-Id": ""}, answer.content

    by_the_lane = ask()
    with override_settings(MIDDLEWARE=_LONG_WAY):
        assert ask() == by_the_lane


def test_a_token_is_asked_about_and_no_session_beside_it(person: Callable[..., Any]) -> None:
    signed_in, other = person("administrator"), person("viewer", name="Sam Roe")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(Account.objects.get(key=signed_in.account_key))

    wrong = browser.post("/api/v1/products", b"{}", "application/json", headers={"Authorization": "Bearer x"})
    lent = {"Authorization": f"Bearer {other.token}"}
    asked = browser.get("/api/v1/me", headers=lent)

    assert wrong.status_code == 401
    assert asked.json()["key"] == other.key
    assert not asked.cookies


def test_a_session_alone_goes_the_long_way(person: Callable[..., Any]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(Account.objects.get(key=person("viewer").account_key))

    assert browser.get("/api/v1/me").status_code == 200
    forged = browser.post("/api/v1/products", b"{}", "application/json")
    assert (forged.status_code, forged.json()["code"]) == (403, "E_CSRF")


def test_a_token_at_a_page_goes_the_long_way(person: Callable[..., Any]) -> None:
    sent = {"Authorization": f"Bearer {person('viewer').token}"}
    assert Client().get("/", headers=sent).status_code in (200, 302)
