"""Whoever is not known gets 401, and a method that nothing answers to 405, as problem documents by every route."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from flightrules.service.people.models import Account
from service.test_authorisation_matrix import OPERATIONS, Asked, _any_param, _names, _url

UNSAFE = [one for one in OPERATIONS if one.method not in ("GET", "HEAD", "OPTIONS")]
WRONG = [
    {},
    {"Authorization": "Bearer frt_wrong"},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic eA=="},
]


def asked(operation) -> str:
    import re

    return _url(operation, Asked({name: _any_param(name) for name in re.findall(r"{(\w+)}", operation.path)}))


@pytest.fixture(autouse=True)
def _without_rate_limits(settings):
    settings.FLIGHTRULES_RATE_PER_CALLER = settings.FLIGHTRULES_RATE_PER_ADDRESS = 0


@pytest.mark.parametrize("operation", UNSAFE, ids=_names(UNSAFE))
def test_a_wrong_token_is_nobody_and_not_a_forgery(operation):
    """As a browser or ``curl`` sends it: with the check against forgery in place."""
    strict = Client(enforce_csrf_checks=True)
    for headers in WRONG:
        answer = strict.generic(
            operation.method, asked(operation), b"{}", content_type="application/json", headers=headers
        )
        assert answer.status_code == 401, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["code"] == "E_UNAUTHENTICATED"


def test_a_wrong_token_is_nobody_whatever_the_browser_is_signed_in_as(person):
    someone = person("release-manager")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(Account.objects.get(key=someone.account_key))
    answer = browser.get("/api/v1/me", headers={"Authorization": "Bearer frt_wrong"})
    assert answer.status_code == 401


def test_a_forged_request_of_a_browser_says_what_is_missing(person):
    someone = person("release-manager")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(Account.objects.get(key=someone.account_key))
    answer = browser.post("/api/v1/products", {}, content_type="application/json")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "E_CSRF")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "/clearance", "GET, POST"), ("DELETE", "/me", "GET"), ("BREW", "/products", "GET, POST")],
)
def test_a_method_that_nothing_answers_to_says_which_do(person, method, path, allowed):
    someone = person("release-manager")
    headers = {"Authorization": f"Bearer {someone.token}"}
    answer = Client().generic(method, f"/api/v1{path}", headers=headers)
    told = json.loads(answer.content)
    assert (answer.status_code, told["code"], told["status"]) == (405, "E_HTTP_METHOD", 405)
    assert answer["Content-Type"] == "application/problem+json"
    assert sorted(answer["Allow"].split(", ")) == sorted(allowed.split(", "))
