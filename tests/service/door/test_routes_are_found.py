"""The routes of the REST door are found by their words, and what is found is what Django would find."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.urls import Resolver404, URLResolver, get_resolver, path
from django.urls.converters import UUIDConverter, register_converter

from flightrules.service.door.routes import indexed

FILLINGS = ("shop", "channels", "releases", str(uuid4()), "3", "a/b", "")


def _found(resolver, address):
    try:
        match = resolver.resolve(address)
    except Resolver404 as refusal:
        return len(refusal.args[0].get("tried", ()))
    return match.func, match.args, match.kwargs, match.route, match.url_name, match.namespaces


def _plainly(routes):
    """The same routes as Django goes through them."""
    return URLResolver(
        routes.pattern, routes.urlconf_name, routes.default_kwargs, routes.app_name, routes.namespace
    )


@pytest.fixture
def api():
    return next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/")


def test_every_address_leads_where_django_leads_it(api):
    plainly = _plainly(api)
    for route in api.url_patterns:
        for filling in FILLINGS:
            address = "api/v1/" + re.sub(r"<[^>]+>", filling, str(route.pattern))
            for one in (address, f"{address}/", f"{address}x"):
                assert _found(api, one) == _found(plainly, one), one


def test_few_routes_are_tried(api):
    match = api.resolve("api/v1/products/shop/channels")
    assert len(match.tried) <= 3 < len(api.url_patterns)


def test_a_route_of_any_length_and_one_of_a_kind_unknown_here_are_found_too():
    class Nibble(UUIDConverter):
        regex = "[0-9a-f]"

    register_converter(Nibble, "nibble")
    seen = [
        path("things/<path:rest>", lambda: 1),
        path("things/<nibble:one>/word", lambda: 2),
        path("<str:any>/word", lambda: 3),
        path("word/<str:any>", lambda: 4),
    ]
    routes = path("v1/", (seen, "app", "space"))
    for address in (
        "v1/things/a/b/c",
        "v1/things/a",
        "v1/word/word",
        "v1/x/word",
        "v1/word/x",
        "v1/no",
        "v2/no",
    ):
        assert _found(indexed(routes), address) == _found(_plainly(routes), address)


def test_addresses_that_are_thought_up_are_not_all_remembered(api, monkeypatch):
    monkeypatch.setattr("flightrules.service.door.routes._KNOWN_LIMIT", 1)
    small = indexed(api)
    for address in ("api/v1/products", "api/v1/products/shop/channels", "api/v1/releases/1/2/3/4/5/6"):
        assert _found(small, address) == _found(_plainly(api), address)
    assert len(small._found) == 1
