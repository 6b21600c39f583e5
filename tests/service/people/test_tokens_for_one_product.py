"""A token for one product acts there and nowhere else, whatever its owner may do elsewhere."""

import json

import pytest

from flightrules.service.catalogue.models import Product
from flightrules.service.people.models import ApiToken
from flightrules.service.records.models import Entry

CHAT = {"title": "Team chat", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/x"}


@pytest.fixture
def everywhere(person, shop_exists, at):
    """Who manages the releases of all products, with a fresh proof."""
    Product.objects.create(key="bank", name="Bank", opened_at=at)
    return prove(person("release-manager"))


def prove(caller):
    from people_stories import now

    ApiToken.objects.filter(account__key=caller.account_key).update(proved_at=now(), proved_by=2)
    return caller


def issue(caller, **more):
    return caller.post("/tokens", {"title": "CI", "scopes": ["read", "manage-catalogue"], "days": 7, **more})


@pytest.fixture
def bound(everywhere):
    """The same person, with a token for the shop alone."""
    made = issue(everywhere, product="shop")
    assert made.status_code == 201, made.content
    assert made.json()["product"] == "shop"
    return type(everywhere)(everywhere.key, everywhere.account_key, made.json()["token"], everywhere.client)


def test_it_acts_in_its_product(bound):
    assert bound.post("/products/shop/channels", CHAT).status_code == 201
    assert bound.get("/products/shop/channels").status_code == 200
    assert [one["key"] for one in bound.get("/products").json()["items"]] == ["shop"]


def test_elsewhere_there_is_nothing_for_it(bound):
    for path in ("/products/bank/channels", "/products/nowhere/channels"):
        refused = bound.get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, "E_NO_SUCH")
    assert bound.post("/products", {"key": "new", "name": "New"}).status_code == 403


def test_it_issues_none_that_does_more(bound):
    prove(bound)
    for more in ({}, {"product": "bank"}):
        refused = issue(bound, **more)
        assert (refused.status_code, refused.json()["code"]) == (403, "E_SCOPE")
    assert issue(bound, product="shop").status_code == 201


def test_it_lends_no_role_of_another_product(bound, person, everywhere):
    from datetime import timedelta

    from people_stories import now

    prove(bound)
    lent = {
        "delegate": person("viewer").key,
        "role": "release-manager",
        "ends_at": (now() + timedelta(days=1)).isoformat(),
        "reason": "away",
    }
    refused = bound.post("/delegations", lent)
    assert (refused.status_code, refused.json()["code"]) == (403, "E_SCOPE")
    prove(everywhere)
    assert everywhere.post("/delegations", lent).status_code == 201


@pytest.mark.parametrize("product", ["nowhere", "bank"])
def test_a_product_that_is_not_there_or_not_for_its_owner_is_refused(person, shop_exists, at, product):
    Product.objects.create(key="bank", name="Bank", opened_at=at)
    lead = prove(person("release-manager", product="shop"))
    refused = issue(lead, product=product)
    assert (refused.status_code, refused.json()["code"]) == (404, "E_NO_SUCH")
    assert not ApiToken.objects.filter(product=product).exists()


def test_the_entry_says_which_product(bound):
    body = json.loads(bytes(Entry.objects.filter(tag="people:token:issued").latest("pk").body))
    assert body["data"]["product"] == "shop"
