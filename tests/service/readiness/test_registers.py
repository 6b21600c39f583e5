"""Defects, waivers, risks and checklists: kept by people, counted by the gates, each change on record."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from flightrules.service.records.models import Entry
from people_stories import prove_now
from service.shop import RULEBOOK, now, tracker

TERMS = {
    "affected_users": "About 3 % of orders, those with two vouchers",
    "business_impact": "EUR 900 a day in corrections",
    "mitigation": "Support corrects the total by hand",
    "monitoring": "A dashboard counts corrected orders",
    "resolution_target": (now() + timedelta(days=30)).date().isoformat(),
    "expires_at": (now() + timedelta(days=30)).isoformat(),
}


@pytest.fixture
def key(shop) -> str:
    shop.adopt()
    return shop.release()["key"]


def record(shop, number="PROJ-441", severity="P2", **more):
    made = shop.qa.post(
        "/products/shop/defects", {"number": number, "title": "Two vouchers", "severity": severity, **more}
    )
    assert made.status_code == 201, made.content
    return made.json()


def accept(who, defect, release, role, terms=TERMS):
    prove_now(who)
    return who.post(
        f"/defects/{defect['key']}/acceptances", {"release": release, "role": role, "terms": terms}
    )


def change(who, path, **changes):
    return who.patch(path, changes, If_Match=who.get(path)["ETag"])


def test_a_defect_of_the_register_blocks_what_the_tracker_forgot(shop, key):
    shop.all_green(key)
    assert shop.run(key)["outcome"] == "GO"
    record(shop, "PROJ-7", "P1")
    run = shop.run(key)
    assert run["outcome"] == "NO-GO"
    assert run["statuses"]["p1-open"] == "FAIL"
    assert any("PROJ-7 (P1)" in one for one in run["blockers"])


def reason_of(shop, run, criterion):
    report = shop.qa.get(f"/gate-runs/{run['key']}/report.json").json()
    return next(one["reason"] for one in report["criteria"] if one["id"] == criterion)


def test_an_empty_register_that_nobody_reviewed_is_no_data(shop, key):
    run = shop.run(key)
    assert run["statuses"]["p1-open"] == "NO DATA"
    assert "empty and which nobody has confirmed as complete" in reason_of(shop, run, "p1-open")
    refused = shop.ci.post(f"/releases/{key}/register-reviews", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "E_POWER")
    made = shop.qa.post(f"/releases/{key}/register-reviews", {"note": "Compared with the board."})
    assert made.status_code == 201, made.content
    assert (made.json()["listed"], made.json()["open"], made.json()["by"]) == (0, {}, shop.qa.key)
    assert shop.qa.get(f"/gate-runs/{run['key']}").json()["stands"] is False
    later = shop.run(key)
    assert (later["statuses"]["p1-open"], later["statuses"]["p2-open"]) == ("PASS", "PASS")
    assert any("the register of defects counts, confirmed complete on" in one for one in later["cautions"])
    listed = shop.qa.get(f"/releases/{key}/register-reviews").json()["items"]
    assert [(one["key"], one["note"]) for one in listed] == [(made.json()["key"], "Compared with the board.")]
    data = json.loads(bytes(Entry.objects.get(tag="readiness:register:confirmed").body))["data"]
    assert (data["release"], data["listed"], data["open"]) == (key, 0, {})
    assert "Compared" not in json.dumps(data)


def test_a_register_that_nobody_reviewed_shows_failures_and_no_success(shop, key):
    for number in range(3):
        record(shop, f"PROJ-{number}", "P2")
    run = shop.run(key)
    assert (run["statuses"]["p1-open"], run["statuses"]["p2-open"]) == ("NO DATA", "FAIL")
    assert "nobody has confirmed that the register" in reason_of(shop, run, "p1-open")
    shop.qa.post(f"/releases/{key}/register-reviews", {})
    run = shop.run(key)
    assert (run["statuses"]["p1-open"], run["statuses"]["p2-open"]) == ("PASS", "FAIL")


def test_a_register_is_as_old_as_its_review(shop, at):
    from flightrules.service.readiness.models import RegisterReview

    shop.adopt(RULEBOOK.replace("[tracker.json]}", "[tracker.json], max_age: 24h}"))
    key = shop.release()["key"]
    shop.qa.post(f"/releases/{key}/register-reviews", {})
    assert shop.run(key)["statuses"]["p1-open"] == "PASS"
    RegisterReview.objects.update(at=now() - timedelta(days=2))
    assert shop.run(key)["statuses"]["p1-open"] == "STALE"


def test_the_register_stands_in_for_no_tracker_that_spoke(shop, key):
    """A tracker's export that is broken or was taken out is not made good by the register."""
    shop.qa.post(f"/releases/{key}/register-reviews", {})
    item = shop.bring(key, "issue tracker", b"\x00rubbish").json()
    assert shop.run(key)["statuses"]["p1-open"] == "ERROR"
    shop.qa.post(f"/evidence/{item['key']}/tombstone", {"reason": "the wrong file"})
    assert shop.run(key)["statuses"]["p1-open"] == "NO DATA"


def test_a_rulebook_that_names_the_register_needs_no_tracker(shop):
    text = RULEBOOK.replace("measured by the issue tracker", "measured by the register of defects")
    shop.adopt(text.replace("issue tracker: {paths: [tracker.json]}", "register of defects: {paths: [none]}"))
    key = shop.release()["key"]
    shop.qa.post(f"/releases/{key}/register-reviews", {})
    assert shop.run(key)["statuses"]["p1-open"] == "PASS"
    record(shop, "PROJ-7", "P1")
    assert shop.run(key)["statuses"]["p1-open"] == "FAIL"


def test_a_p2_ships_once_product_and_quality_have_both_accepted_it(shop, key):
    shop.all_green(key)
    defect = record(shop)
    assert shop.run(key)["outcome"] == "NO-GO"
    one = accept(shop.product_manager, defect, key, "product-manager")
    assert one.status_code == 201, one.content
    assert (one.json()["missing"], one.json()["stands"]) == (["qa-lead"], False)
    assert shop.run(key)["outcome"] == "NO-GO"
    two = accept(shop.qa, defect, key, "qa-lead", terms=None)
    assert (two.json()["missing"], two.json()["stands"], two.json()["time"]) == ([], True, 1)
    run = shop.run(key)
    assert (run["outcome"], run["opens"]) == ("CONDITIONAL GO", True)
    report = shop.qa.get(f"/gate-runs/{run['key']}/report.json").json()
    accepted = report["defects"][0]["accepted_by"]
    assert [one["name"] for one in accepted] == ["Tom Lindqvist", "Mira Tan"]
    assert accepted[0]["known_by"] == f"person {shop.product_manager.key}"
    page = shop.qa.get(f"/gate-runs/{run['key']}/report.md").content.decode()
    assert page.count("(given in the service)") == 2
    assert {one["bound_by"] for one in report["evidence"] if "register" in one["path"]} == {"register"}
    for wrong in ("signed by key", "claimed by a file", shop.product_manager.key):
        assert wrong not in page
    assert shop.qa.get(f"/releases/{key}/readiness").json()["accepted"][0].startswith("PROJ-441 (P2), time 1")


@pytest.mark.parametrize("field", [*TERMS])
def test_all_that_must_be_said_is_asked_for(shop, key, field):
    terms = {name: value for name, value in TERMS.items() if name != field}
    assert accept(shop.qa, record(shop), key, "qa-lead", terms).status_code == 422


def test_one_person_is_one_voice_and_a_role_must_be_held(shop, key, person):
    defect = record(shop)
    both = person("qa-lead", "product-manager", product="shop")
    assert accept(both, defect, key, "qa-lead").status_code == 201
    second = accept(both, defect, key, "product-manager", None)
    assert (second.status_code, second.json()["code"]) == (409, "E_SIGNED_ALREADY")
    assert accept(shop.qa, defect, key, "product-manager", None).json()["code"] == "E_ROLE_NOT_HELD"
    assert accept(shop.qa, defect, key, "cto", None).json()["code"] == "E_ROLE_NOT_ASKED"
    assert accept(shop.engineering, defect, key, "qa-lead").status_code == 403
    assert accept(shop.ci, defect, key, "qa-lead").status_code == 403
    assert accept(shop.stranger, defect, key, "qa-lead").status_code == 404


def test_other_terms_are_not_slipped_under_a_yes(shop, key):
    defect = record(shop)
    accept(shop.qa, defect, key, "qa-lead")
    other = accept(shop.product_manager, defect, key, "product-manager", {**TERMS, "mitigation": "none"})
    assert (other.status_code, other.json()["code"]) == (409, "E_TERMS")
    past = {**TERMS, "expires_at": "2020-01-01T00:00:00Z"}
    assert accept(shop.qa, record(shop, "PROJ-2"), key, "qa-lead", past).json()["code"] == "E_TERMS"
    naive = {**TERMS, "expires_at": "2099-01-01T00:00:00"}
    assert accept(shop.qa, record(shop, "PROJ-3"), key, "qa-lead", naive).json()["code"] == "E_TIME"
    assert accept(shop.qa, record(shop, "PROJ-4"), key, "qa-lead", None).json()["code"] == "E_TERMS"


def test_a_p1_is_never_accepted_and_a_done_one_needs_none(shop, key):
    assert accept(shop.qa, record(shop, "PROJ-1", "P1"), key, "qa-lead").json()["code"] == "E_NOT_ACCEPTABLE"
    done = record(shop, "PROJ-2", "P2", state="done")
    assert accept(shop.qa, done, key, "qa-lead").json()["code"] == "E_DEFECT_DONE"


def test_a_raised_severity_voids_the_acceptance(shop, key):
    """STL-10: accepted as P2, now P1: it blocks again, and the ledger says why."""
    shop.all_green(key)
    defect = record(shop, severity="P3")
    for who, role, terms in ((shop.qa, "qa-lead", TERMS), (shop.product_manager, "product-manager", None)):
        assert accept(who, defect, key, role, terms).status_code == 201
    lowered = change(shop.qa, f"/defects/{defect['key']}", severity="P4").json()
    assert lowered["acceptances"][0]["stands"] is True
    raised = change(shop.qa, f"/defects/{defect['key']}", severity="P2").json()
    assert raised["acceptances"][0]["stands"] is False
    assert "raised" in raised["acceptances"][0]["voided_because"]
    assert Entry.objects.filter(tag="readiness:acceptance:voided").count() == 1
    run = shop.run(key)
    assert run["outcome"] == "NO-GO"
    assert any("PROJ-441" in one for one in run["blockers"])


def test_the_trackers_word_counts_too(shop, key):
    """STL-10: raised in the tracker alone, the acceptance of the milder one does not hold."""
    shop.all_green(key)
    defect = record(shop, severity="P2")
    accept(shop.qa, defect, key, "qa-lead")
    accept(shop.product_manager, defect, key, "product-manager", None)
    assert shop.run(key)["outcome"] == "CONDITIONAL GO"
    later = json.loads(tracker(("PROJ-441", "P1")))
    later["defects"][0]["updated"] = "2099-01-01T00:00:00Z"
    shop.bring(key, "issue tracker", json.dumps(later).encode())
    assert shop.run(key)["outcome"] == "NO-GO"


def test_an_acceptance_expires_and_carries_over_as_the_second_time(shop, key):
    from flightrules.service.readiness.models import Acceptance

    defect = record(shop)
    accept(shop.qa, defect, key, "qa-lead")
    accept(shop.product_manager, defect, key, "product-manager", None)
    following = shop.release("4.4.0")["key"]
    shop.all_green(following)
    assert shop.run(following)["outcome"] == "NO-GO"
    again = accept(shop.qa, defect, following, "qa-lead", None).json()
    assert (again["time"], again["mitigation"]) == (2, TERMS["mitigation"])
    accept(shop.product_manager, defect, following, "product-manager", None)
    run = shop.run(following)
    assert run["outcome"] == "CONDITIONAL GO"
    assert "PROJ-441 is accepted for the second time" in run["cautions"]
    Acceptance.objects.update(expires_at=now() - timedelta(minutes=1))
    assert shop.run(following)["outcome"] == "NO-GO"
    fresh = accept(shop.qa, defect, following, "qa-lead").json()
    assert fresh["missing"] == ["product-manager"]


def test_the_register_is_kept_with_care(shop, key):
    defect = record(shop)
    twice = shop.qa.post("/products/shop/defects", {"number": "PROJ-441", "title": "x", "severity": "P2"})
    assert twice.json()["code"] == "E_DEFECT_EXISTS"
    odd = shop.qa.post("/products/shop/defects", {"number": "PROJ-5", "title": "x", "severity": "dire"})
    assert odd.json()["code"] == "E_SEVERITY"
    near = shop.qa.post("/products/shop/defects", {"number": "PROJ-5", "title": "x", "severity": "Sev-2"})
    assert near.json()["hint"] == "did you mean P2? write one of P1, P2, P3, P4"
    path = f"/defects/{defect['key']}"
    assert shop.qa.patch(path, {"title": "y"}).status_code == 428
    assert change(shop.qa, path, severity="dire").json()["code"] == "E_SEVERITY"
    assert change(shop.qa, path, standing="missed").json()["standing"] == "missed"
    assert shop.qa.patch(path, {"title": "y"}, If_Match='"old"').status_code == 412
    found = shop.qa.get("/products/shop/defects?severity=P2&state=open&number=PROJ-441").json()["items"]
    assert len(found) == 1
    assert shop.stranger.get("/products/shop/defects").status_code == 404
    assert shop.stranger.get(path).status_code == 404
    script = shop.qa.post(
        "/products/shop/defects", {"number": "P-1", "title": "x", "severity": "P2", "url": "javascript:1"}
    )
    assert script.status_code == 422


def waiver_body(**more):
    return {
        "criterion": "coverage",
        "reason": "Generated code came in with this release.",
        "compensating_control": "It is covered by contract tests.",
        "expires_at": (now() + timedelta(days=3)).isoformat(),
        "role": "qa-lead",
        **more,
    }


def waive(shop, key, who=None, **more):
    prove_now(who or shop.qa)
    return (who or shop.qa).post(f"/releases/{key}/waivers", waiver_body(**more))


def low_coverage(shop, key):
    from service.shop import coverage

    shop.all_green(key)
    shop.bring(key, "coverage report", coverage(70))


def test_a_waiver_sets_a_waivable_criterion_aside_until_it_expires(shop, key):
    """STL-09: for its own release, until its time, and not a moment longer."""
    from flightrules.service.readiness.models import Waiver

    low_coverage(shop, key)
    assert shop.run(key)["outcome"] == "NO-GO"
    made = waive(shop, key)
    assert made.status_code == 201, made.content
    run = shop.run(key)
    assert (run["outcome"], run["statuses"]["coverage"]) == ("CONDITIONAL GO", "WAIVED")
    following = shop.release("4.3.1")["key"]
    low_coverage(shop, following)
    assert shop.run(following)["statuses"]["coverage"] == "FAIL"
    Waiver.objects.update(expires_at=now() - timedelta(seconds=1))
    assert shop.run(key)["statuses"]["coverage"] == "FAIL"
    late = shop.qa.post(f"/waivers/{made.json()['key']}/approvals", {"role": "qa-lead"})
    assert late.json()["code"] == "E_WAIVER_ENDED"


def test_nobody_waives_or_accepts_with_a_bare_token_and_each_proof_serves_once(shop, key):
    """AUT-13, on these paths too."""
    defect, before = record(shop), Entry.objects.count()
    bare = {"release": key, "role": "qa-lead", "terms": TERMS}
    for answer in (
        shop.qa.post(f"/releases/{key}/waivers", waiver_body()),
        shop.qa.post(f"/defects/{defect['key']}/acceptances", bare),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "E_REAUTH_REQUIRED")
    since = Entry.objects.order_by("pk")[before:].values_list("tag", flat=True)
    assert set(since) == {"office:act:denied"}
    assert waive(shop, key).status_code == 201
    again = shop.qa.post(f"/defects/{defect['key']}/acceptances", bare)
    assert again.json()["code"] == "E_REAUTH_REQUIRED"


def test_what_a_waiver_cannot_be(shop, key):
    assert waive(shop, key, criterion="pass-rate").json()["code"] == "E_NOT_WAIVABLE"
    assert waive(shop, key, criterion="nonsense").json()["code"] == "E_CRITERION"
    assert waive(shop, key, expires_at="2020-01-01T00:00:00Z").json()["code"] == "E_WAIVER_EXPIRED"
    assert waive(shop, key, expires_at="2099-01-01T00:00:00").json()["code"] == "E_TIME"
    assert waive(shop, key, reason="tbd").json()["code"] == "E_WAIVER_EMPTY"
    assert waive(shop, key, role="cto").json()["code"] == "E_ROLE_NOT_ASKED"
    assert waive(shop, key, who=shop.engineering).status_code == 403
    assert waive(shop, key, who=shop.ci).status_code == 403
    assert waive(shop, key, who=shop.stranger).status_code == 404


def test_a_criterion_may_ask_for_two(shop, person):
    shop.adopt(RULEBOOK.replace("waivable_by: [qa_lead]", "waivable_by: [qa_lead, product_manager]"))
    key = shop.release()["key"]
    low_coverage(shop, key)
    made = waive(shop, key).json()
    assert shop.run(key)["statuses"]["coverage"] == "FAIL"
    path = f"/waivers/{made['key']}/approvals"
    assert shop.qa.post(path, {"role": "qa-lead"}).json()["code"] == "E_SIGNED_ALREADY"
    assert shop.product_manager.post(path, {"role": "qa-lead"}).json()["code"] == "E_ROLE_NOT_HELD"
    assert shop.product_manager.post(path, {"role": "product-manager"}).json()["code"] == "E_REAUTH_REQUIRED"
    prove_now(shop.product_manager)
    assert shop.product_manager.post(path, {"role": "product-manager"}).status_code == 201
    assert shop.run(key)["statuses"]["coverage"] == "WAIVED"
    why = {"reason": "The tests were written."}
    assert shop.qa.post(f"/waivers/{made['key']}/end", why).json()["code"] == "E_REAUTH_REQUIRED"
    prove_now(shop.qa)
    ended = shop.qa.post(f"/waivers/{made['key']}/end", why)
    assert ended.json()["stands"] is False
    assert shop.run(key)["statuses"]["coverage"] == "FAIL"
    assert shop.qa.post(f"/waivers/{made['key']}/end", {"reason": "x"}).json()["code"] == "E_WAIVER_ENDED"
    assert len(shop.qa.get(f"/releases/{key}/waivers").json()["items"]) == 1


@pytest.mark.parametrize(
    ("impact", "probability", "priority"),
    [
        ("high", "high", "top"),
        ("high", "low", "medium"),
        ("medium", "medium", "medium"),
        ("low", "medium", "low"),
    ],
)
def test_a_risk_weighs_by_impact_and_probability(shop, key, impact, probability, priority):
    body = {
        "title": "The database is a single point of failure",
        "impact": impact,
        "probability": probability,
        "owner": "Olga Petrova",
        "review_on": "2020-01-01",
        "mitigation": "A replica is promoted by hand",
    }
    made = shop.qa.post(f"/releases/{key}/risks", body).json()
    assert (made["priority"], made["overdue"]) == (priority, True)
    assert made["treatment"]
    assert len(shop.qa.get(f"/releases/{key}/readiness").json()["overdue"]) == 1
    closed = change(shop.qa, f"/risks/{made['key']}", state="closed").json()
    assert closed["overdue"] is False
    assert shop.qa.get(f"/releases/{key}/risks?state=open").json()["items"] == []
    assert shop.qa.get(f"/releases/{key}/readiness").json()["risks"] == {}


def test_a_grave_risk_needs_a_mitigation_and_an_owner(shop, key):
    body = {"title": "x", "impact": "high", "probability": "high", "owner": "A", "review_on": "2027-01-01"}
    assert shop.qa.post(f"/releases/{key}/risks", body).json()["code"] == "E_RISK_MITIGATION"
    assert shop.qa.post(f"/releases/{key}/risks", {**body, "owner": " "}).status_code == 422
    mild = shop.qa.post(f"/releases/{key}/risks", {**body, "impact": "low"}).json()
    assert change(shop.qa, f"/risks/{mild['key']}", impact="high").json()["code"] == "E_RISK_MITIGATION"
    assert shop.engineering.post(f"/releases/{key}/risks", body).status_code == 403


def test_checklists_come_with_owners_and_evidence(shop, key):
    names = shop.qa.get("/checklists").json()
    assert {
        name: len(items) for name, items in names.items() if name in ("testing", "readiness", "roles")
    } == {
        "roles": 5,
        "testing": 7,
        "readiness": 7,
    }
    assert (
        "Test data and test accounts are removed before the system goes into production"
        in names["production"]
    )
    assert "Diagrams, inventories and other documents are up to date" in names["significant-change"]
    path = f"/releases/{key}/checklists"
    items = shop.qa.post(path, {"checklist": "readiness"}).json()
    assert len(items) == 7
    assert shop.qa.post(path, {"checklist": "readiness"}).json()["code"] == "E_CHECKLIST_STARTED"
    assert shop.qa.post(path, {"checklist": "our own"}).json()["code"] == "E_CHECKLIST"
    own = shop.qa.post(path, {"checklist": "our own", "items": ["Cake is ordered", "Cake is ordered"]}).json()
    assert len(own) == 1
    item = f"/checklist-items/{items[0]['key']}"
    assert change(shop.qa, item, done=True).json()["code"] == "E_CHECKLIST_OWNER"
    ticked = change(shop.qa, item, owner="Ada", evidence="https://wiki.example/risks", done=True).json()
    assert (ticked["done"], ticked["done_by"]) == (True, shop.qa.key)
    assert change(shop.qa, item, evidence="javascript:alert(1)").status_code == 422
    assert shop.qa.get(f"/releases/{key}/readiness").json()["checklists"] == {
        "our own": "0 of 1",
        "readiness": "1 of 7",
    }
    assert (
        len(shop.qa.get(f"/releases/{key}/checklist-items?done=true&checklist=readiness").json()["items"])
        == 1
    )
    assert change(shop.qa, item, done=False).json()["done"] is False
    assert shop.engineering.patch(item, {"done": True}, If_Match="x").status_code in (403, 412)


def test_a_checklist_of_the_service_is_evidence_for_its_criterion(shop):
    text = RULEBOOK.replace(
        "criteria:\n",
        "criteria:\n  data:\n    sentence: All data sets loaded and verified measured by the entry checklist\n",
    ).replace("criteria: [smoke]", "criteria: [smoke, data]")
    text = text.replace("evidence:\n", "evidence:\n  entry checklist: {paths: [entry.json]}\n")
    shop.adopt(text)
    key = shop.release()["key"]
    shop.all_green(key)
    assert shop.run(key, "entry")["statuses"]["data"] == "NO DATA"
    items = shop.qa.post(
        f"/releases/{key}/checklists",
        {"checklist": "all data sets loaded and verified", "items": ["orders", "customers"]},
    ).json()
    assert shop.run(key, "entry")["statuses"]["data"] in ("FAIL", "NO DATA")
    for item in items:
        change(shop.qa, f"/checklist-items/{item['key']}", owner="Ada", done=True)
    run = shop.run(key, "entry")
    assert run["statuses"]["data"] == "PASS", run["blockers"]


def test_what_belongs_to_others_reads_as_nothing(shop, key):
    item = shop.qa.post(f"/releases/{key}/checklists", {"checklist": "roles"}).json()[0]["key"]
    nothing = "00000000-0000-0000-0000-000000000000"
    for path in (
        f"/checklist-items/{item}",
        f"/risks/{nothing}",
        f"/defects/{nothing}",
        f"/gate-runs/{nothing}",
    ):
        assert shop.stranger.get(path).status_code == 404
    for path, body in (
        (f"/evidence/{nothing}/tombstone", {"reason": "x"}),
        (f"/waivers/{nothing}/end", {"reason": "x"}),
        (f"/defects/{nothing}/acceptances", {"release": key, "role": "qa-lead"}),
    ):
        assert shop.qa.post(path, body).status_code == 404
    assert shop.stranger.get("/checklists").status_code == 403


def test_who_reads_nothing_sees_no_checklists(person):
    assert person().get("/checklists").status_code == 403


def test_a_product_that_is_not_there_has_no_register(person):
    """Also for somebody whose role reaches every product."""
    lead = person("qa-lead")
    answer = lead.post("/products/nowhere/defects", {"number": "X-1", "title": "Lost", "severity": "P1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "E_NO_SUCH")
