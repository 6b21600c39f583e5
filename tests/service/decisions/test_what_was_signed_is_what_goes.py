"""Signatures under something else do not count: STL-02, STL-03, STL-07, STL-09 and their kin.

Whatever changes after somebody signed voids what they signed, asks them again, and shows what changed.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.decisions import decisions, jobs, standing
from flightrules.service.door.refusals import ConflictError
from flightrules.service.notices.models import Outbox
from flightrules.service.readiness.models import EvidenceItem, GateRun, Waiver
from people_stories import denied_codes, now, prove_now
from service.decisions.deciding import case_of, code, entries, proved
from service.shop import OTHER_DIGEST, RULEBOOK, junit


def new_evidence(case):
    assert case.shop.bring(case.key, "CI pipeline", junit(101)).status_code == 201


def new_artefact(case):
    answer = case.shop.manager.post(
        f"/releases/{case.key}/artefacts", {"name": "image", "sha256": OTHER_DIGEST}
    )
    assert answer.status_code == 201


def retarget(case):
    case.edit(target="uat")


def other_window(case):
    case.edit(closes_at=(now() + timedelta(hours=20)).isoformat())


def other_words(case):
    case.edit(justification="Something else entirely.")


def another_way_back(case):
    case.edit(rollback_minutes=90)


def other_impact(case):
    case.edit(security_impact="It opens a port.")


def another_edition(case):
    text = RULEBOOK.replace("97%", "96%")
    number = case.shop.propose(text).json()["number"]
    for who, role in case.shop.parties():
        assert case.shop.sign(who, role, number).status_code == 201


def a_defect(case):
    body = {"number": "PROJ-9", "title": "Totals off by a cent", "severity": "P3"}
    assert case.shop.qa.post("/products/shop/defects", body).status_code == 201


CHANGES = {
    "evidence": (new_evidence, "evidence"),
    "artefact": (new_artefact, "artefacts"),
    "target": (retarget, "target"),
    "window": (other_window, "target"),
    "statement": (other_words, "release"),
    "way back": (another_way_back, "release"),
    "security impact": (other_impact, "release"),
    "rulebook": (another_edition, "rulebook"),
    "defect": (a_defect, "defects"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changes_voids_the_votes_and_asks_again(case, name):
    change, part = CHANGES[name]
    case.voted()
    signed = case.now()["dossier"]
    Outbox.objects.all().delete()
    change(case)
    assert part in {one["part"] for one in case.now()["differences"]}
    answer = case.decide(dossier=signed)
    assert answer.status_code == 409
    assert code(answer) in ("E_DOSSIER_STALE", "E_RUN_STALE")
    assert case.release()["state"] != "decided"
    jobs.refresh(case.poll, now())
    gone = [one for one in case.sign_offs() if one["voided_at"]]
    assert {one["act"] for one in gone} == {"vote", "verdict"}
    assert all(part in one["voided_because"] for one in gone)
    told = entries("decision:sign-off:voided")
    assert all(any(each["part"] == part for each in one["differences"]) for one in told)
    asked = Outbox.objects.filter(kind="reminder", about__startswith="sign-off/")
    assert {one.person for one in asked if one.person} == {case.shop.qa.key, case.shop.owner.key}


def test_who_saw_something_else_cannot_sign_it(case):
    case.open()
    seen = case.dossier(case.shop.owner)
    new_evidence(case)
    case.judge()
    answer = case.vote(dossier=seen)
    assert (answer.status_code, code(answer)) == (409, "E_DOSSIER_STALE")
    said = answer.json()
    assert said["dossier"] != seen
    assert "evidence" in {one["part"] for one in said["differences"]}
    assert denied_codes()[-1] == "E_DOSSIER_STALE"
    assert case.vote().status_code == 201


def test_nobody_signs_a_digest_that_was_never_shown(case):
    case.open()
    assert code(case.vote(dossier="f" * 64)) == "E_DOSSIER_STALE"
    assert case.vote(dossier="no digest").status_code == 422


def test_after_the_change_all_sign_again_and_it_goes(case):
    case.voted()
    new_evidence(case)
    case.judge()
    jobs.refresh(case.poll, now())
    assert code(case.decide()) == "E_DOSSIER_STALE"  # their words are void: they signed something else
    assert case.verdict().status_code == 201
    assert case.vote().status_code == 201
    assert case.decide().status_code == 201


def test_what_was_voided_does_not_come_back_when_all_is_as_it_was(case):
    case.voted()
    before = case.now()["dossier"]
    case.edit(target="uat")
    jobs.refresh(case.poll, now())
    case.edit(target="prod")
    case.judge()
    jobs.refresh(case.poll, now())
    assert case.now()["heard"] == []
    answer = case.decide()
    assert answer.status_code == 409
    assert before  # the target is as it was, and nobody has signed it


def test_the_sweep_finds_what_is_outdated_and_only_that(case):
    case.voted()
    assert list(jobs.outdated(now(), 10)) == []
    new_evidence(case)
    assert list(jobs.outdated(now(), 10)) == [case.poll]
    jobs.refresh(case.poll, now())
    assert list(jobs.outdated(now(), 10)) == []


def test_a_refused_decision_voids_what_it_found_stale(case):
    case.voted()
    new_evidence(case)
    case.judge()
    assert code(case.decide()) == "E_DOSSIER_STALE"
    assert [one["act"] for one in case.sign_offs(counts="true")] == []


# --- carried over, by a rule that was agreed on and by nothing else


CARRYING = RULEBOOK + "  roles: {product_owner: {relies_on: [defects]}}\n"


@pytest.fixture
def carrying(shop):
    return case_of(shop, CARRYING)


def test_a_rule_carries_a_vote_over_on_record(carrying):
    carrying.voted()
    new_evidence(carrying)
    carrying.judge()
    jobs.refresh(carrying.poll, now())
    kept = carrying.sign_offs(act="vote")
    assert [one["voided_at"] for one in kept] == [None]
    [told] = entries("decision:sign-off:carried")
    assert "product-owner relies on none of what changed (edition 1)" in told["rule"]
    assert told["signed"]["sha256"] != told["now"]["sha256"]
    assert carrying.now()["heard"] == ["product-owner"]
    assert carrying.verdict().status_code == 201  # quality relies on everything
    assert carrying.decide().status_code == 201


@pytest.mark.parametrize("name", ["artefact", "target", "statement", "defect"])
def test_no_rule_carries_over_what_goes_out_or_what_is_relied_on(carrying, name):
    carrying.voted()
    CHANGES[name][0](carrying)
    jobs.refresh(carrying.poll, now())
    assert carrying.now()["heard"] == []
    assert entries("decision:sign-off:carried") == []


@pytest.mark.parametrize(
    ("passed", "failed", "name", "heard"),
    [
        (120, 0, "later.out", ["product-owner"]),
        (99, 1, "later.out", ["product-owner"]),
        (50, 50, "later.out", []),  # the criterion fails
        (120, 0, "CI pipeline.out", []),  # the gate says that an earlier upload was replaced
    ],
)
def test_who_relies_on_the_gates_relies_on_what_they_say(shop, passed, failed, name, heard):
    """A report after which they say the same carries the vote over; anything else that they say does not."""
    case = case_of(shop, RULEBOOK + "  roles: {product_owner: {relies_on: [gates]}}\n")
    case.voted()
    assert shop.bring(case.key, "CI pipeline", junit(passed, failed), name=name).status_code == 201
    case.judge()
    jobs.refresh(case.poll, now())
    assert case.now()["heard"] == heard


def test_who_relies_on_gates_and_evidence_is_asked_again_for_each_report(shop):
    case = case_of(shop, RULEBOOK + "  roles: {product_owner: {relies_on: [gates, evidence]}}\n")
    case.voted()
    shop.bring(case.key, "CI pipeline", junit(120))
    case.judge()
    jobs.refresh(case.poll, now())
    assert case.now()["heard"] == []


# --- too old


def test_a_vote_of_last_week_is_asked_for_again(case):
    case.voted()
    later = now() + timedelta(days=7, minutes=1)
    case.edit(closes_at=(later + timedelta(days=1)).isoformat())
    case.judge()
    GateRun.objects.filter(release=case.key).update(stands_until=None)
    jobs.refresh(case.poll, now())
    case.verdict()
    case.vote()
    dossier = case.now()["current_dossier"]
    said = decisions.Decided("GO", dossier)
    with pytest.raises(ConflictError) as caught:
        decisions.decide(poll=case.poll, said=said, by=proved(case.shop.owner, later), at=later)
    assert caught.value.code == "E_APPROVAL_EXPIRED"
    gone = [one for one in case.sign_offs() if one["voided_because"].startswith("expired")]
    assert {one["act"] for one in gone} == {"vote", "verdict"}


def test_a_waiver_that_ends_takes_what_was_signed_with_it(shop):
    book = RULEBOOK.replace("  exit: {", "  exit: {").replace(">= 80%", ">= 95%")
    case = case_of(shop, book)
    terms = {
        "criterion": "coverage",
        "role": "qa-lead",
        "reason": "legacy import is left out",
        "compensating_control": "manual check of the import",
        "expires_at": (now() + timedelta(hours=3)).isoformat(),
    }
    prove_now(shop.qa)
    made = shop.qa.post(f"/releases/{case.key}/waivers", terms)
    assert made.status_code == 201, made.content
    case.judge()
    case.open()
    signed = case.verdict()
    assert signed.json()["meaning"] == "Quality verdict: GO; risk accepted as listed."
    case.vote()
    decided = case.decide()
    assert decided.status_code == 201, decided.content
    key = decided.json()["key"]
    assert case.decision(key)["stands"]
    Waiver.objects.filter(release=case.key).update(expires_at=now() - timedelta(seconds=1))
    assert "waivers changed" in " ".join(case.decision(key)["because"])
    assert list(jobs.to_void(now(), 10)) == [key]
    jobs.void(key, now())
    after = case.decision(key)
    assert "waivers changed" in after["voided_because"]
    assert case.release()["state"] == "in-test"
    assert len(entries("decision:decision:voided")) == 1
    assert list(jobs.to_void(now(), 10)) == []


def test_a_decision_that_stands_is_not_voided_by_a_sweep(case):
    decided = case.gone()
    jobs.void(decided["key"], now())
    assert case.decision(decided["key"])["stands"]
    assert entries("decision:decision:voided") == []


def test_a_defect_found_after_the_decision_voids_it(case):
    decided = case.gone()
    a_defect(case)
    stands, because = standing.standing_of_decision(
        standing.Decision.objects.get(pk=decided["key"]), now(), thorough=False
    )
    assert not stands
    assert because == ("defects changed: PROJ-9",)


def test_a_decision_is_over_when_its_evidence_expires(case):
    decided = case.gone()
    until = standing.Decision.objects.get(pk=decided["key"]).valid_until
    assert until <= now() + timedelta(hours=9)
    row = standing.Decision.objects.get(pk=decided["key"])
    assert not standing.standing_of_decision(row, until)[0]
    assert standing.standing_of_decision(row, until - timedelta(seconds=1), thorough=False)[0]


def test_bytes_that_were_altered_let_nobody_decide(case, settings):
    import os

    case.voted()
    digest = EvidenceItem.objects.get(release=case.key, method="CI pipeline").digest
    folder = os.path.join(settings.FLIGHTRULES_HOME, "blobs")
    [path] = [
        os.path.join(root, name)
        for root, _, names in os.walk(folder)
        for name in names
        if name.startswith(digest[2:]) or name == digest
    ]
    os.chmod(path, 0o600)
    with open(path, "ab") as file:
        file.write(b" ")
    try:
        answer = case.decide()
        assert code(answer) == "E_EVIDENCE_TAMPERED"
        assert case.release()["state"] == "ready"
    finally:
        with open(path, "rb+") as file:
            file.seek(-1, 2)
            file.truncate()


def test_a_poll_is_not_opened_on_a_stale_run(case):
    new_evidence(case)
    assert code(case.open()) == "E_RUN_STALE"
    case.judge()
    assert case.open().status_code == 201


def test_a_poll_is_not_opened_on_what_was_never_stated(shop):
    shop.adopt()
    key = shop.release()["key"]
    answer = shop.manager.post(f"/releases/{key}/polls", {"moment": "final"})
    assert (answer.status_code, code(answer)) == (422, "E_NOT_APPROVABLE")
