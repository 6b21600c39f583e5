"""A rulebook counts once quality, engineering and product have signed it: three people, each once."""

from __future__ import annotations

import pytest

from flightrules.service.catalogue.models import Edition
from flightrules.service.records.models import Entry
from service.shop import RULEBOOK


def tags() -> list[str]:
    return list(
        Entry.objects.filter(stream__name="product/shop").order_by("seq").values_list("tag", flat=True)
    )


def test_three_signatures_adopt_it_and_each_step_is_an_entry(shop):
    made = shop.propose()
    assert made.status_code == 201
    first = made.json()
    assert first["state"] == "proposed"
    assert first["missing"] == ["qa-lead", "engineering-lead", "product-owner"]
    one = shop.sign(shop.qa, "qa-lead").json()
    two = shop.sign(shop.engineering, "engineering_lead").json()
    assert (one["state"], two["state"], two["missing"]) == ("proposed", "proposed", ["product-owner"])
    three = shop.sign(shop.owner, "Product Owner").json()
    assert three["state"] == "adopted"
    assert shop.qa.get("/products/shop").json()["rulebook"] == 1
    assert tags()[-5:] == [
        "catalogue:rulebook:proposed",
        "catalogue:rulebook:signed",
        "catalogue:rulebook:signed",
        "catalogue:rulebook:signed",
        "catalogue:rulebook:adopted",
    ]


def test_one_person_signs_once_however_many_roles_they_hold(shop, person):
    both = person("qa-lead", "engineering-lead", product="shop")
    shop.propose()
    assert shop.sign(both, "qa-lead").status_code == 201
    second = shop.sign(both, "engineering-lead")
    assert (second.status_code, second.json()["code"]) == (409, "E_SIGNED_ALREADY")
    assert tags()[-1] == "office:act:denied"


def test_two_people_cannot_sign_in_one_role(shop, person):
    shop.propose()
    shop.sign(shop.qa, "qa-lead")
    again = shop.sign(person("qa-lead", product="shop"), "qa-lead")
    assert again.json()["code"] == "E_SIGNED_ALREADY"


def test_a_role_must_be_held_and_asked_for(shop):
    shop.propose()
    assert shop.sign(shop.qa, "engineering-lead").json()["code"] == "E_ROLE_NOT_HELD"
    assert shop.sign(shop.qa, "janitor").json()["code"] == "E_ROLE_NOT_ASKED"


def test_who_has_not_the_power_does_not_sign_and_strangers_see_nothing(shop):
    shop.propose()
    assert shop.sign(shop.manager, "release-manager").status_code == 403
    assert shop.sign(shop.stranger, "qa-lead").status_code == 404
    assert shop.ci.post("/products/shop/rulebooks/1/signatures", {"role": "qa-lead"}).status_code == 403
    assert shop.propose(who=shop.ci).status_code == 403


def test_a_fault_in_the_file_is_told_with_its_place(shop):
    answer = shop.propose(RULEBOOK.replace(">= 97%", "").replace("pass rate", "passes"))
    assert answer.status_code == 422
    assert answer.json()["where"].startswith(".flightrules.yml:")
    assert answer.json()["code"].startswith("E_")
    assert not Edition.objects.exists()


def test_a_circle_of_environments_is_refused(shop):
    answer = shop.propose(RULEBOOK.replace("sit: {title: Integration}", "sit: {requires_pass_in: [prod]}"))
    assert answer.status_code == 422
    assert ":" in answer.json()["where"]


def test_environments_come_in_the_order_of_promotion(shop):
    assert shop.qa.get("/products/shop/environments").json() == []
    shop.adopt()
    found = shop.qa.get("/products/shop/environments").json()
    assert [(one["key"], one["requires_pass_in"]) for one in found] == [
        ("sit", []),
        ("uat", ["sit"]),
        ("prod", ["uat"]),
    ]


@pytest.mark.parametrize(
    ("activity", "refused"),
    [
        ("{responsible: operations}", "E_RASCI_ACCOUNTABLE"),
        ("{accountable: operations}", "E_RASCI_RESPONSIBLE"),
    ],
)
def test_an_activity_that_nobody_answers_for_is_not_agreed_and_so_no_release_leaves_planning(
    shop, activity, refused
):
    answer = shop.propose(f"{RULEBOOK}  activities: {{restore: {activity}}}\n")
    assert (answer.status_code, answer.json()["code"]) == (422, refused)
    release = shop.release()["key"]
    judged = shop.ci.post(f"/releases/{release}/gate-runs", {"gate": "entry"})
    assert (judged.status_code, judged.json()["code"]) == (409, "E_NO_RULEBOOK")


def test_two_parties_are_not_three(shop):
    answer = shop.propose(
        RULEBOOK.replace("[qa_lead, engineering_lead, product_owner]", "[qa_lead, engineering_lead]")
    )
    assert answer.json()["code"] == "E_NEGOTIATORS"


def test_without_a_word_on_it_the_three_usual_parties_negotiate(shop):
    text = RULEBOOK.replace("  negotiated_by: [qa_lead, engineering_lead, product_owner]\n", "")
    assert shop.propose(text).json()["negotiators"] == ["qa-lead", "engineering-lead", "product-owner"]


def test_a_threshold_that_changes_needs_agreement_again_and_replaces_the_former(shop):
    shop.adopt()
    proposed = shop.propose(RULEBOOK.replace(">= 97%", ">= 90%")).json()
    assert proposed["number"] == 2
    assert any("97" in one and "90" in one for one in proposed["changed"])
    assert shop.qa.get("/products/shop").json()["rulebook"] == 1
    for who, role in shop.parties():
        shop.sign(who, role, 2)
    states = {one["number"]: one["state"] for one in shop.qa.get("/products/shop/rulebooks").json()["items"]}
    assert states == {1: "superseded", 2: "adopted"}


def test_a_proposal_cannot_leave_out_who_agreed_before(shop):
    shop.adopt()
    text = RULEBOOK.replace(">= 97%", ">= 50%").replace(
        "[qa_lead, engineering_lead, product_owner]", "[developer, pmo, support_lead]"
    )
    asked = shop.propose(text).json()["negotiators"]
    assert set(asked) >= {"qa-lead", "engineering-lead", "product-owner", "developer"}


def test_an_older_proposal_lapses_when_a_newer_one_is_adopted(shop):
    shop.propose()
    shop.propose(RULEBOOK.replace(">= 97%", ">= 98%"))
    for who, role in shop.parties():
        shop.sign(who, role, 2)
    late = shop.sign(shop.qa, "qa-lead", 1)
    assert (late.status_code, late.json()["code"]) == (409, "E_RULEBOOK_STATE")
    assert "lapsed" in late.json()["detail"]


def test_the_same_agreement_in_other_words_is_nothing_to_agree_on(shop):
    shop.adopt()
    same = shop.propose("# a comment\n" + RULEBOOK)
    assert (same.status_code, same.json()["code"]) == (409, "E_RULEBOOK_SAME")


def test_the_file_comes_back_as_it_was_sent_to_be_saved_and_not_shown(shop):
    shop.adopt()
    answer = shop.qa.get("/products/shop/rulebooks/1/source")
    assert answer.content == RULEBOOK.encode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert shop.qa.get("/products/shop/rulebooks/9").status_code == 404
    assert shop.qa.get("/products/shop/rulebooks/99999999999999999999").status_code == 422


def test_a_rulebook_that_was_altered_in_the_store_judges_nothing(shop, settings):
    from pathlib import Path

    digest = shop.adopt()["sha256"]
    path = next(Path(settings.FLIGHTRULES_HOME, "blobs").rglob(digest))
    path.write_bytes(path.read_bytes().replace(b"97", b"10"))
    answer = shop.qa.get("/products/shop/environments")
    assert (answer.status_code, answer.json()["code"]) == (409, "E_BLOB_TAMPERED")
    path.unlink()
    assert shop.qa.get("/products/shop/environments").json()["code"] == "E_BLOB_MISSING"


def test_an_idempotency_key_proposes_once(shop):
    one = shop.propose(Idempotency_Key="k1")
    two = shop.propose(Idempotency_Key="k1")
    assert one.json() == two.json()
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("page", ["limit=1", "limit=1&after=1"])
def test_editions_come_by_pages(shop, page):
    shop.adopt()
    shop.propose(RULEBOOK.replace(">= 97%", ">= 99%"))
    found = shop.qa.get(f"/products/shop/rulebooks?{page}").json()
    assert len(found["items"]) == 1
    assert (found["next"] is None) == ("after" in page)
    assert shop.qa.get("/products/shop/rulebooks?after=99999999999999999999").json()["code"] == "E_PAGE"
    adopted = shop.qa.get("/products/shop/rulebooks?state=adopted").json()["items"]
    assert [one["number"] for one in adopted] == [1]
