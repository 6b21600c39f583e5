"""Agreeing to an edition of the rulebook binds the person who agrees, and exactly its bytes."""

from __future__ import annotations

import json

from flightrules.service.records.models import Entry
from people_stories import prove_now
from service.confirming import REFUSED, confirmed, outcome
from service.shop import RULEBOOK

PATH = "/products/shop/rulebooks/1/signatures"
ROLE = {"role": "qa-lead"}


def proposed(shop) -> tuple[str, dict[str, str]]:
    made = shop.propose().json()
    return f"rulebook/{made['key']}", {"number": "1", "sha256": made["sha256"], "role": "qa-lead"}


def test_a_token_alone_agrees_to_nothing(shop):
    proposed(shop)
    assert outcome(shop.qa.post(PATH, ROLE)) == REFUSED
    assert shop.qa.get("/products/shop/rulebooks/1").json()["signatures"] == []


def test_one_proof_signs_one_edition(shop):
    proposed(shop)
    shop.propose(RULEBOOK.replace("97%", "98%"))
    prove_now(shop.qa)
    assert shop.qa.post(PATH, ROLE).status_code == 201
    assert outcome(shop.qa.post(PATH.replace("/1/", "/2/"), ROLE)) == REFUSED


def test_what_was_confirmed_for_one_edition_signs_no_other(shop):
    about, terms = proposed(shop)
    other = shop.propose(RULEBOOK.replace("97%", "90%")).json()
    confirmed(shop.qa, "rulebook:sign", about, terms)
    assert outcome(shop.qa.post(PATH.replace("/1/", "/2/"), ROLE)) == REFUSED
    confirmed(shop.qa, "rulebook:sign", about, {**terms, "sha256": other["sha256"]})
    assert shop.qa.post(PATH, ROLE).status_code == 201, "the first confirmation is of exactly this"
    entry = Entry.objects.get(tag="catalogue:rulebook:signed")
    said = json.loads(bytes(entry.body))["data"]
    assert (said["sha256"], said["components"]) == (terms["sha256"], 2)
    assert said["proved_at"]


def test_what_was_confirmed_in_one_role_signs_in_no_other(shop, person):
    about, terms = proposed(shop)
    both = person("qa-lead", "product-owner", product="shop")
    confirmed(both, "rulebook:sign", about, terms)
    assert outcome(both.post(PATH, {"role": "product-owner"})) == REFUSED
    assert both.post(PATH, ROLE).status_code == 201


def test_who_may_not_is_told_so_before_a_proof_is_asked(shop):
    proposed(shop)
    assert outcome(shop.manager.post(PATH, {"role": "release-manager"})) == (403, "E_POWER")
    assert outcome(shop.qa.post(PATH, {"role": "product-owner"})) == (403, "E_ROLE_NOT_HELD")
