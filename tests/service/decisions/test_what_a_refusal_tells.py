"""A refusal names the thing, and what to do; and what somebody else lent, or carried, is none of one's own."""

from __future__ import annotations

from datetime import timedelta

from flightrules.service.decisions.models import Carried, SignOff
from flightrules.service.people.models import RoleGrant
from people_stories import now, prove_now
from service.decisions.deciding import case_of, code
from service.decisions.test_other_rooms_have_their_say import PATH
from service.decisions.test_who_may_sign import lend
from service.shop import RULEBOOK


def told(answer):
    """The code and what to do."""
    return code(answer), answer.json()["hint"]


def test_who_is_only_consulted_is_told_whom_to_turn_to(shop):
    case = case_of(shop, RULEBOOK + PATH)
    case.open()
    product_manager = shop.product_manager
    for answer in (
        case.vote(who=product_manager, role="product-manager"),
        case.verdict(who=product_manager),
    ):
        said, hint = told(answer)
        assert said == "E_CONSULTED_ONLY"
        assert hint.startswith("you are consulted; a disagreement goes to engineering")


def test_what_stands_and_what_is_stale_is_told_with_the_way_on(case):
    case.open()
    answer = case.vote(dossier="f" * 64)
    assert told(answer) == ("E_DOSSIER_STALE", "read the dossier again, then sign its digest")
    assert answer.json()["differences"] == []
    assert case.verdict().status_code == 201
    again = "it is signed again on another dossier, or overridden"
    assert told(case.verdict("no-go", reason="Too early.")) == ("E_VERDICT_STANDS", again)


def test_the_roles_that_could_confirm_are_told_in_order(case):
    case.open()
    answer = case.vote("go-with-conditions", conditions=["confirmed by helpdesk: they know"])
    roles = answer.json()["roles"]
    assert len(roles) > 2
    assert roles == sorted(roles)


def test_who_lent_a_role_and_lost_it_was_lent_nothing(case, person):
    lend(case.shop.owner, person("viewer", product="shop"))
    case.open()
    RoleGrant.objects.filter(person_id=case.shop.owner.key, role="product-owner").update(revoked_at=now())
    RoleGrant.objects.create(
        person_id=case.shop.owner.key, role="viewer", product="shop", granted_by="setup", granted_at=now(),
        counts_from=now() - timedelta(days=1),
    )  # fmt: skip
    assert code(case.vote()) == "E_CONSULTED_ONLY"


def test_what_was_lent_for_every_product_ends_as_well(case, person):
    delegate = person("viewer", product="shop")
    lend(case.shop.owner, delegate, product="", ends_at=now() - timedelta(minutes=1))
    case.open()
    assert code(case.vote(who=delegate)) == "E_DELEGATION_EXPIRED"


def test_a_vote_is_changed_in_its_own_poll_whatever_was_carried_elsewhere(shop):
    """Another release has votes carried into its open poll; that one stays as it is."""
    other = case_of(shop, version="4.4.0")
    other.open()
    other.vote()
    [theirs] = SignOff.objects.filter(act="vote")
    case = case_of(shop, adopted=False)
    case.open()
    Carried.objects.create(
        sign_off=theirs, poll_id=other.poll, dossier=theirs.dossier, rule="the same", at=now()
    )
    case.vote()
    mine = SignOff.objects.filter(act="vote").exclude(pk=theirs.pk).get()
    body = {"choice": "no-go", "reason": "It rains.", "dossier": case.dossier(shop.owner)}
    prove_now(shop.owner)
    changed = shop.owner.post(f"/sign-offs/{mine.pk}/change", body)
    assert changed.status_code == 201, changed.content
    assert str(SignOff.objects.get(pk=changed.json()["key"]).poll_id) == case.poll
