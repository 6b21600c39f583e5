"""Addresses that no program asks by: a NUL in path or query, and a host that is not this service."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "path",
    [
        "/products/%00",
        "/products/shop%00",
        "/products?after=%00",
        "/releases?product=shop%00&version=1",
        "/products/shop/obligations?release=%00",
        "/products/shop/change-requests?release=%00",
        "/products/shop/defects?%00=1",
    ],
)
def test_a_nul_in_an_address_is_refused_before_any_database_is_asked(shop, path):
    answer = shop.manager.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "E_CONTROL_CHAR")


@pytest.mark.parametrize(
    "asked", ["limit=1&limit=2", "limit=1&%6cimit=2", "after=&after=", "product=a&limit=1&product=b"]
)
def test_what_is_asked_twice_is_not_answered_by_one_of_both(shop, asked):
    answer = shop.manager.get(f"/releases?{asked}")
    assert (answer.status_code, answer.json()["code"]) == (422, "E_DUPLICATE_KEY")


def test_pages_take_none_either(shop):
    assert shop.manager.client.get("/confirm/%00").status_code == 422


@pytest.mark.parametrize("path", ["/api/v1/products", "/", "/healthz"])
def test_a_host_that_is_not_this_one_is_told_so_in_the_one_form(shop, path):
    answer = shop.manager.client.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "E_HTTP")
    assert b"evil.example" not in answer.content
