"""NO-GO, DEFERRED and CANCELLED; what a signature says; what quality may not say; two times of deciding."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from flightrules.service.decisions.meaning import meaning_of, says_only_fine
from flightrules.service.decisions.models import SignOff
from flightrules.service.decisions.rest.sign_offs import signer_of
from flightrules.service.notices.models import Outbox
from flightrules.service.records import blobs
from people_stories import now, prove_now
from service.decisions.deciding import case_of, code, entries
from service.shop import RULEBOOK, coverage, junit

WHY = "The payment provider is down until Monday; orders would be lost."


@pytest.fixture
def failing(shop):
    """A release whose exit gate is shut, with a poll open on it."""
    case = case_of(shop)
    assert shop.bring(case.key, "CI pipeline", junit(50, 50)).status_code == 201
    case.judge()
    assert case.open().status_code == 201
    return case


def record_of(decision) -> dict:
    return json.loads(blobs.intact_bytes(decision["record"]))


# --- what does not go


def test_a_shut_gate_is_no_go_whatever_people_say(failing):
    assert code(failing.verdict()) == "E_GATE_SHUT"
    assert failing.verdict("no-go", reason=WHY).status_code == 201
    assert failing.vote().status_code == 201
    answer = failing.decide()
    assert (answer.status_code, code(answer)) == (409, "E_GATE_SHUT")
    assert {"gate_shut", "verdict_no_go"} <= {one["kind"] for one in answer.json()["reasons"]}
    assert failing.release()["state"] == "in-test"


def test_a_no_go_goes_back_to_test_with_what_it_takes_to_return(failing):
    failing.verdict("no-go", reason=WHY)
    answer = failing.decide("NO-GO", reason=WHY)
    assert answer.status_code == 201, answer.content
    decided = answer.json()
    assert failing.release()["state"] == "in-test"
    record = record_of(decided)
    assert any(": close the gap of" in one for one in record["remediation"])
    assert record["dissent"][0]["role"] == "qa-lead"
    assert record["at_stake"] == []  # a rate fails; no defect and no blocker is known
    assert not failing.decision(decided["key"])["stands"]
    failing.shop.bring(failing.key, "CI pipeline", junit(100))
    failing.judge()
    assert failing.gone()["outcome"] == "GO"  # mended, judged, asked anew; the no-go stays on record
    assert [
        one["outcome"] for one in failing.shop.owner.get(f"/releases/{failing.key}/decisions").json()["items"]
    ]


def test_a_ready_release_falls_back_to_test(case):
    case.open()
    answer = case.decide("NO-GO", reason=WHY)
    assert answer.status_code == 201
    assert case.release()["state"] == "in-test"


def test_the_channels_hear_of_a_go_and_of_a_no_go(case):
    case.open()
    Outbox.objects.all().delete()
    case.decide("NO-GO", reason=WHY)
    assert set(Outbox.objects.filter(about__startswith="decision/").values_list("kind", flat=True)) == {
        "no-go"
    }
    case.judge()
    case.gone()
    assert "go" in set(Outbox.objects.filter(about__startswith="decision/").values_list("kind", flat=True))


def test_deferring_leaves_the_release_where_it_is(case):
    case.open()
    assert case.decide("DEFERRED", reason=WHY).status_code == 201
    assert case.release()["state"] == "ready"
    assert case.open().status_code == 201


def test_cancelling_withdraws_it(case):
    case.open()
    assert case.decide("CANCELLED", reason=WHY).status_code == 201
    assert case.release()["state"] == "withdrawn"
    assert code(case.open()) == "E_RELEASE_STATE"


def test_one_vote_against_is_not_outvoted(case):
    case.open()
    case.verdict()
    assert case.vote("no-go", reason=WHY).status_code == 201
    assert code(case.decide()) == "E_NO_GO_SAID"
    answer = case.decide("NO-GO", reason=WHY)
    assert record_of(answer.json())["dissent"] == [
        {"role": "product-owner", "choice": "no-go", "sign_off": case.sign_offs(act="vote")[0]["key"]}
    ]


def test_a_verdict_against_is_changed_by_nobody_on_the_same_dossier(case):
    case.open()
    assert case.verdict("no-go", reason=WHY).status_code == 201
    assert code(case.verdict("go")) == "E_VERDICT_STANDS"
    case.vote()
    assert code(case.decide()) == "E_NO_GO_SAID"


def test_after_something_changed_the_verdict_is_given_anew(case):
    case.open()
    case.verdict("no-go", reason=WHY)
    case.shop.bring(case.key, "coverage report", coverage(91))
    case.judge()
    assert case.verdict("go").status_code == 201
    [gone] = [one for one in case.sign_offs(act="verdict") if one["voided_at"]]
    assert gone["voided_because"].startswith("superseded")


# --- words


@pytest.mark.parametrize(
    "text", ["", "-", "tbd", "fine", "OK", "LGTM!", "Looks good to me.", "ok, fine", "👍", "ship it"]
)
def test_saying_that_it_is_fine_is_no_reason(text):
    assert says_only_fine(text)


@pytest.mark.parametrize("text", [WHY, "ok on build 4.3.0+17", "risk of lost orders accepted"])
def test_saying_why_is_one(text):
    assert not says_only_fine(text)


@pytest.mark.parametrize("reason", ["", "ok", "n/a"])
def test_a_no_go_takes_a_reason(case, reason):
    case.open()
    assert code(case.vote("no-go", reason=reason)) == "E_REASON"
    assert code(case.verdict("no-go", reason=reason)) == "E_REASON"
    assert code(case.decide("NO-GO", reason=reason)) == "E_REASON"
    assert case.sign_offs() == []


def test_a_go_needs_no_reason_and_takes_no_empty_one(case):
    case.open()
    assert code(case.vote("go", reason="lgtm")) == "E_REASON"
    assert case.vote("go").status_code == 201


@pytest.mark.parametrize(
    ("choice", "clear", "said"),
    [
        ("go", True, "Vote: GO; no known blockers."),
        ("go", False, "Vote: GO; risk accepted as listed."),
        ("no-go", True, "Vote: NO-GO, for the reason given."),
        (
            "go-with-conditions",
            True,
            "Vote: GO WITH CONDITIONS, as long as every condition is met when it is deployed; risk accepted as listed.",
        ),
        ("DEFERRED", False, "Vote: DEFERRED, for the reason given."),
    ],
)
def test_what_a_signature_says(choice, clear, said):
    assert meaning_of("Vote", choice, clear=clear) == said


def test_a_signature_is_listed_with_name_time_and_meaning_also_when_its_name_is_erased(case):
    case.open()
    made = case.verdict().json()
    assert made["name"] == "Mira Tan"
    [listed] = case.shop.owner.get(f"/releases/{case.key}/sign-offs").json()["items"]
    assert (listed["key"], listed["name"]) == (made["key"], "Mira Tan")
    assert datetime.fromisoformat(listed["at"]).utcoffset() is not None
    assert listed["meaning"].startswith("Quality verdict: GO")
    signed = SignOff.objects.get(pk=made["key"])
    assert signer_of(signed) == "Mira Tan"
    signed.printed_name = "0" * 64  # a commitment that nothing opens any more
    assert signer_of(signed) == ""


def raise_blocker(case):
    body = {
        "title": "Refunds fail",
        "business_impact": "12 of 400 refunds a day fail, 300 EUR each",
        "evidence": "https://tracker.example/PROJ-77",
    }
    answer = case.shop.owner.post(f"/releases/{case.key}/blockers", body)
    assert answer.status_code == 201, answer.content
    return answer.json()["key"]


def test_an_open_blocker_stops_the_decision(case):
    case.voted()
    raise_blocker(case)
    answer = case.decide()
    assert code(answer) == "E_BLOCKED"
    assert case.release()["state"] == "ready"


def test_with_a_blocker_nobody_signs_that_none_is_known(case):
    raise_blocker(case)
    case.open()
    assert case.vote().json()["meaning"] == "Vote as product owner: GO; risk accepted as listed."


# --- H8: every open defect that counts has its record first


def defect(case, severity="P2"):
    body = {"number": "PROJ-441", "title": "Totals off by a cent", "severity": severity}
    made = case.shop.qa.post("/products/shop/defects", body)
    assert made.status_code == 201, made.content
    case.judge()
    return made.json()["key"]


TERMS = {
    "affected_users": "3 % of orders in EUR",
    "business_impact": "40 calls a day at most",
    "mitigation": "support corrects by hand",
    "monitoring": "daily report of corrected orders",
}


def accept(case, key, who, role, *, stated):
    prove_now(who)
    terms = {
        **TERMS,
        "resolution_target": (now() + timedelta(days=20)).date().isoformat(),
        "expires_at": (now() + timedelta(days=30)).isoformat(),
    }
    body = {"release": case.key, "role": role, **({"terms": terms} if stated else {})}
    answer = who.post(f"/defects/{key}/acceptances", body)
    assert answer.status_code == 201, answer.content


def test_quality_says_no_go_until_every_p2_has_its_record(case):
    key = defect(case)
    case.open()
    answer = case.verdict()
    assert (answer.status_code, code(answer)) == (409, "E_ACCEPTANCE_MISSING")
    assert "PROJ-441" in answer.json()["detail"]
    accept(case, key, case.shop.qa, "qa-lead", stated=True)
    assert code(case.verdict()) == "E_ACCEPTANCE_MISSING"  # one of two has accepted
    accept(case, key, case.shop.product_manager, "product-manager", stated=False)
    case.judge()
    signed = case.verdict()
    assert signed.status_code == 201, signed.content
    assert signed.json()["meaning"] == "Quality verdict: GO; risk accepted as listed."
    case.vote()
    assert case.decide().status_code == 201


def test_a_p1_is_no_matter_of_acceptance(case):
    defect(case, "P1")
    case.open()
    assert code(case.verdict()) == "E_ACCEPTANCE_MISSING"
    assert case.verdict("no-go", reason=WHY).status_code == 201


# --- two times: authorised ahead, decided at the end


TIMES = RULEBOOK + (
    "governance: {decisions: {authorise_earliest: 14 days, authorise_latest: 7 days, final_poll: 24h}}\n"
)


@pytest.fixture
def ahead(shop):
    """A release whose window opens in ten days."""
    opens = now() + timedelta(days=10)
    return case_of(
        shop, TIMES, opens_at=opens.isoformat(), closes_at=(opens + timedelta(hours=4)).isoformat()
    )


def authorised(case):
    assert case.open("authorisation").status_code == 201
    for answer in (case.verdict(), case.vote(), case.decide()):
        assert answer.status_code == 201, answer.content
    return answer.json()


def test_an_authorisation_leaves_the_release_open(ahead):
    decided = authorised(ahead)
    assert (decided["moment"], decided["outcome"]) == ("authorisation", "GO")
    assert ahead.release()["state"] == "ready"
    assert record_of(decided)["cautions"] == []


def test_when_nothing_changed_nobody_is_asked_again(ahead):
    authorised(ahead)
    assert ahead.open("final").status_code == 201
    assert ahead.now()["missing"] == []
    [told] = entries("decision:sign-off:carried")
    assert told["rule"] == "the dossier is the same"
    assert not Outbox.objects.filter(about=f"poll/{ahead.poll}").exists()
    answer = ahead.decide()
    assert answer.status_code == 201, answer.content
    record = record_of(answer.json())
    assert [one["carried"] for one in record["votes"]] == ["the dossier is the same"]
    assert "decided earlier before the window than the final poll was agreed for" in record["cautions"]


def test_what_changed_is_asked_again_and_the_rest_is_not(shop, person):
    book = RULEBOOK + (
        "  roles: {engineering_lead: {may_sign: yes, relies_on: [defects]}}\n"
        "  acts: {authorisation: {accountable: product_owner, signers: [product_owner, engineering_lead], quorum: 2}}\n"
        "governance: {decisions: {authorise_earliest: 14 days, authorise_latest: 7 days}}\n"
    )
    opens = now() + timedelta(days=10)
    case = case_of(shop, book, opens_at=opens.isoformat(), closes_at=(opens + timedelta(hours=4)).isoformat())
    case.open("authorisation")
    case.verdict()
    case.vote()
    case.vote(who=shop.engineering, role="engineering-lead")
    assert case.decide().status_code == 201
    shop.bring(case.key, "coverage report", coverage(92))
    case.judge()
    Outbox.objects.all().delete()
    assert case.open("final").status_code == 201
    assert case.now()["missing"] == ["product-owner"]
    assert case.now()["heard"] == ["engineering-lead"]
    again = Outbox.objects.filter(about__startswith="sign-off/").exclude(person="")
    assert {one.person for one in again} == {shop.owner.key}
    case.verdict()
    assert case.vote().status_code == 201
    assert case.decide().status_code == 201


def test_an_authorisation_stands_while_evidence_grows_and_falls_with_the_artefact(ahead):
    key = authorised(ahead)["key"]
    ahead.shop.bring(ahead.key, "coverage report", coverage(93))
    assert ahead.decision(key)["stands"]
    ahead.edit(target="uat")
    after = ahead.decision(key)
    assert not after["stands"]
    assert after["because"] == ["target changed: environment"]


def test_too_late_to_authorise_is_a_caution_and_after_the_window_opened_it_is_refused(shop):
    opens = now() + timedelta(days=2)
    case = case_of(
        shop, TIMES, opens_at=opens.isoformat(), closes_at=(opens + timedelta(hours=4)).isoformat()
    )
    record = record_of(authorised(case))
    assert record["cautions"] == ["authorised later before the window than was agreed"]


def test_after_the_window_nobody_decides_to_go(shop):
    closed = now() - timedelta(minutes=1)
    case = case_of(shop, opens_at=(closed - timedelta(hours=4)).isoformat(), closes_at=closed.isoformat())
    case.voted()
    assert code(case.decide()) == "E_WINDOW_PASSED"
    assert case.decide("DEFERRED", reason=WHY).status_code == 201


def test_deciding_without_the_authorisation_that_was_agreed_is_a_caution(ahead):
    record = record_of(ahead.gone())
    assert "decided without an authorisation before" in record["cautions"]


def test_who_signed_what_they_were_never_handed_is_named(case):
    case.open()
    digest = case.shop.qa.get(f"/releases/{case.key}/dossier").json()["digest"]
    assert case.verdict(dossier=digest).json()["opened_at"] is None
    case.vote()
    record = record_of(case.decide().json())
    assert record["cautions"] == ["QA lead signed without having been handed the dossier"]


def test_a_gate_that_only_advises_still_says_no(shop):
    """Advice that says NO-GO is none to go by: no mode of the rulebook turns a failure into a go."""
    case = case_of(shop, RULEBOOK.replace("product: Shop\n", "product: Shop\nmode: advise\n"))
    shop.bring(case.key, "CI pipeline", junit(50, 50))
    case.judge()
    assert case.open().status_code == 201
    assert case.now()["allowed"] == ["CANCELLED", "DEFERRED", "NO-GO"]
    assert code(case.decide("GO")) in ("E_GATE_SHUT", "E_VERDICT_MISSING")
