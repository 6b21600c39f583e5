"""GO by poll, end to end through the door: handed out, judged by quality, voted, decided, on record."""

from __future__ import annotations

import hashlib
import json

from flightrules.service.people.models import RoleGrant
from flightrules.service.records import blobs
from people_stories import now, tags
from service.decisions.deciding import code, entries


def test_two_people_take_a_release_to_go(case):
    opened = case.open()
    assert opened.status_code == 201
    assert opened.json()["asked"]["roles"] == ["product-owner"]
    assert opened.json()["asked"]["verdict"] == "qa-lead"
    signed = case.verdict(reason="Both gates green on the build that ships; regression looked through.")
    assert signed.status_code == 201, signed.content
    assert signed.json()["meaning"] == "Quality verdict: GO; no known blockers."
    voted = case.vote()
    assert voted.status_code == 201, voted.content
    assert voted.json()["opened_at"] is not None
    decided = case.decide()
    assert decided.status_code == 201, decided.content
    said = decided.json()
    assert (said["outcome"], said["moment"], said["environment"]) == ("GO", "final", "prod")
    assert case.release()["state"] == "decided"
    assert case.decision(said["key"])["stands"]


def test_each_step_is_one_entry_of_its_own(case):
    before = len(tags())
    case.gone()
    assert [tag for tag in tags()[before:] if tag.startswith("decision:")] == [
        "decision:poll:opened",
        "decision:dossier:handed-out",
        "decision:sign-off:recorded",
        "decision:dossier:handed-out",
        "decision:sign-off:recorded",
        "decision:sign-off:recorded",
        "decision:decision:recorded",
    ]


def test_the_digest_is_of_the_bytes_that_were_shown(case):
    case.open()
    digest = case.dossier()
    answer = case.shop.qa.get(f"/dossiers/{digest}")
    assert hashlib.sha256(answer.content).hexdigest() == digest
    shown = case.shop.qa.get(f"/releases/{case.key}/dossier").json()
    assert shown["digest"] == digest
    assert shown["content"] == json.loads(answer.content)
    assert shown["shown"]["exit"]["reports"].keys() == {"json", "md", "html", "layout"}


def test_a_dossier_is_handed_out_on_record_once_a_person(case):
    for _ in range(2):
        case.dossier(case.shop.qa)
    case.dossier(case.shop.owner)
    handed = entries("decision:dossier:handed-out")
    assert [one["person"] for one in handed] == [case.shop.qa.key, case.shop.owner.key]


def test_looking_at_the_dossier_records_nothing(case):
    before = len(tags())
    assert case.shop.qa.get(f"/releases/{case.key}/dossier").status_code == 200
    assert len(tags()) == before


def test_judging_the_same_again_changes_nothing_that_was_signed(case):
    case.voted()
    case.judge()
    assert case.now()["differences"] == []
    assert case.decide().status_code == 201


def test_the_record_holds_everything_and_names_nobody(case):
    decided = case.gone()
    data = blobs.intact_bytes(decided["record"])
    record = json.loads(data)
    assert record["kind"] == "flightrules-decision"
    assert record["dossier"]["sha256"] == decided["dossier"]
    assert [one["role"] for one in record["votes"]] == ["product-owner"]
    assert record["verdict"]["role"] == "qa-lead"
    assert all(one["counts"] for one in (record["verdict"], *record["votes"]))
    assert record["decided"]["act"] == "authorisation"
    assert record["artefacts"] == [{"name": "image", "sha256": "a" * 64}]
    assert b"Ada Novak" not in data
    assert b"Mira Tan" not in data


def test_the_decision_owes_its_record_within_two_hours(case):
    case.gone()
    owed = entries("obligation:obligation:owed")
    assert owed
    assert all(one["release"] == case.key for one in owed)


def test_a_poll_says_who_is_missing_and_what_may_be_decided(case):
    case.open()
    now = case.now()
    assert now["missing"] == ["product-owner"]
    assert now["allowed"] == ["CANCELLED", "DEFERRED", "NO-GO"]
    assert {one["kind"] for one in now["reasons"]} == {"verdict_missing", "quorum_missing"}
    case.verdict()
    case.vote()
    assert case.now()["allowed"] == ["CANCELLED", "DEFERRED", "GO", "NO-GO"]


def test_nobody_decides_before_all_have_spoken(case):
    case.open()
    assert code(case.decide()) == "E_VERDICT_MISSING"
    case.verdict()
    assert code(case.decide()) == "E_QUORUM_MISSING"
    assert case.release()["state"] == "ready"


def test_one_poll_at_a_time_and_none_after_the_decision(case):
    case.open()
    assert code(case.open()) == "E_POLL_OPEN"
    closed = case.shop.manager.post(f"/polls/{case.poll}/closure", {"reason": "the window moves"})
    assert closed.status_code == 201
    assert code(case.vote()) == "E_POLL_CLOSED"
    assert case.open().status_code == 201
    case.verdict()
    case.vote()
    case.decide()
    assert code(case.decide()) == "E_POLL_CLOSED"
    assert code(case.open()) == "E_RELEASE_STATE"


def test_a_conditional_go_carries_its_conditions(case):
    case.open()
    case.verdict()
    said = ["off-peak 22:00-06:00 Europe/Berlin", "flag new-checkout <= 20 %"]
    assert case.vote("go-with-conditions", conditions=said).status_code == 201
    assert code(case.decide()) == "E_CONDITIONS_STATED"
    answer = case.decide("CONDITIONAL GO", conditions=["until 2099-12-01T18:00Z"])
    assert answer.status_code == 201, answer.content
    assert answer.json()["conditions"] == [*said, "until 2099-12-01T18:00Z"]


def test_a_condition_waits_for_nobody_who_is_not_there(case):
    case.open()
    answer = case.vote("go-with-conditions", conditions=["confirmed by qa-leads: the helpdesk knows"])
    assert (answer.status_code, code(answer)) == (409, "E_CONDITION_ROLE")
    assert answer.json()["hint"].startswith("did you mean 'qa-lead'?")
    assert {"engineering-lead", "product-owner", "qa-lead"} <= set(answer.json()["roles"])
    said = ["confirmed by operations: the freeze is lifted"]
    assert code(case.verdict("go-with-conditions", conditions=said)) == "E_CONDITION_ROLE"
    assert case.verdict("go-with-conditions", conditions=["confirmed by qa-lead: all"]).status_code == 201
    assert case.vote().status_code == 201
    assert code(case.decide("CONDITIONAL GO", conditions=said)) == "E_CONDITION_ROLE"
    assert case.decide("CONDITIONAL GO").status_code == 201


def test_a_role_that_is_given_up_before_the_decision_takes_its_condition_s_chance_along(case, person):
    someone = person("operations", product="shop")
    case.open()
    said = ["confirmed by operations: the freeze is lifted"]
    assert case.verdict().status_code == 201
    assert case.vote("go-with-conditions", conditions=said).status_code == 201
    RoleGrant.objects.filter(person_id=someone.key).update(revoked_at=now())
    assert code(case.decide("CONDITIONAL GO")) == "E_CONDITION_ROLE"
    assert case.decide("NO-GO", reason="Nobody can say that the freeze is lifted.").status_code == 201


def test_a_condition_that_no_machine_can_check_is_refused(case):
    case.open()
    answer = case.vote("go-with-conditions", conditions=["when everybody feels good"])
    assert answer.status_code == 422
    assert code(case.vote("go-with-conditions")) == "E_CONDITIONS_MISSING"
    assert code(case.vote("go", conditions=["until 2099-12-01T18:00Z"])) == "E_CONDITIONS_STATED"
    case.verdict()
    case.vote()
    assert code(case.decide("CONDITIONAL GO")) == "E_CONDITIONS_MISSING"


def test_a_decided_release_can_be_taken_back_into_test(case):
    decided = case.gone()
    answer = case.shop.manager.post(f"/releases/{case.key}/reopening", {"reason": "a supplier called"})
    assert answer.status_code == 201
    assert case.release()["state"] == "in-test"
    after = case.decision(decided["key"])
    assert not after["stands"]
    assert after["voided_because"] == "the release was opened again"
    again = case.shop.manager.post(f"/releases/{case.key}/reopening", {"reason": "twice"})
    assert code(again) == "E_RELEASE_STATE"
