"""The list of an emergency: each point is proved by what is there or signed by a person, and nothing is let go before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from flightrules.service.emergencies import queries, services
from flightrules.service.emergencies.models import Classification, Confirmation
from flightrules.service.jobs.registry import handler
from flightrules.service.jobs.sweep import sweep
from flightrules.service.obligations.models import Obligation
from flightrules.service.people.models import Account, ApiToken, Deputy, RoleGrant
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.models import Entry
from flightrules.service.records.recorded import unrecorded
from flightrules.service.releases.models import Release
from people_stories import denied_codes
from service.emergencies.conftest import BOOK, DIGEST, proved
from service.shop import RULEBOOK, coverage, junit, now, tracker

LINK = "https://ci.example.org/512"
HEARD = "Go ahead, I have seen the smoke run."


def codes(answer):
    return answer.status_code, answer.json()["code"]


def ahead(**span):
    return (now() + timedelta(**span)).isoformat()


def green(emergency, key, *, covered=90, defects=()):
    for method, data in (
        ("smoke run", junit(20, suite="smoke")),
        ("coverage report", coverage(covered)),
        ("issue tracker", tracker(*defects)),
    ):
        assert emergency.shop.bring(key, method, data).status_code == 201
    return emergency.shop.run(key, "hotfix")


def confirm_all(emergency, key):
    """Everything that takes a person."""
    for point, who, said in (
        ("reviewed", emergency.engineer, {}),
        ("qa-agreed", emergency.shop.qa, {"text": HEARD}),
        ("rollback-tested", emergency.engineer, {"seconds": 250, "link": LINK}),
        ("on-call", emergency.engineer, {"until": ahead(hours=3)}),
        ("review-scheduled", emergency.shop.manager, {"said_at": ahead(hours=40)}),
        ("unit-tests", emergency.engineer, {"link": LINK}),
        ("extra-1", emergency.shop.manager, {"link": LINK}),
    ):
        answer = emergency.point(key, point, who, **said)
        assert answer.status_code == 201, (point, answer.content)


@pytest.fixture
def key(emergency):
    return emergency.classified()


def test_an_emergency_without_its_list_lacks_every_point_but_the_first(emergency, key):
    places = emergency.places(key)
    assert [name for name, place in places.items() if place["met"]] == ["confirmed"]
    assert list(places)[-1] == "extra-1"
    assert places["extra-1"]["title"] == "Legal was told"
    lacks = queries.lacks_for_decision(Release.objects.get(pk=key), now())
    assert len(lacks) == 9
    assert any("no diff was brought" in one for one in lacks)


def test_with_everything_there_nothing_is_lacking(emergency, key):
    emergency.bring_diff(key, "src/pay/tax.py")
    green(emergency, key)
    confirm_all(emergency, key)
    assert emergency.lacks(key) == []
    assert not list(unrecorded(Confirmation, Confirmation.recorded_as))


def test_a_release_of_another_track_lacks_nothing_here(emergency):
    key = emergency.hotfix()
    assert queries.lacks_for_decision(Release.objects.get(pk=key), now()) == ()
    assert queries.approvers(Release.objects.get(pk=key)) is None


def test_a_track_that_became_an_emergencys_later_needs_the_written_word(shop):
    shop.adopt(RULEBOOK + "tracks: {hotfix: {title: Hotfix}}\n")
    key = shop.release(track="hotfix")["key"]
    row = Release.objects.get(pk=key)
    assert queries.lacks_for_decision(row, now()) == ()
    text = RULEBOOK + "tracks: {hotfix: {title: Hotfix, classified_in_writing: yes, relaxes: [coverage]}}\n"
    number = shop.propose(text).json()["number"]
    for who, role in shop.parties():
        shop.sign(who, role, number)
    assert queries.lacks_for_decision(row, now()) == ("the track hotfix needs a written classification",)
    shop.bring(key, "coverage report", coverage(50))
    assert "coverage" in str(shop.run(key)["blockers"])


# --- the scope lock


def test_a_path_outside_the_lock_is_a_breach(emergency, key):
    emergency.bring_diff(key, "src/pay/tax.py", "src/shop/cart.py")
    place = emergency.places(key)["scope-locked"]
    assert (place["met"], place["measured"]) == (False, True)
    assert place["why"] == "changed outside the lock: src/shop/cart.py"
    (hotfix,) = queries.hotfixes("shop")
    assert (hotfix.outside, hotfix.is_proven) == (("src/shop/cart.py",), True)


def test_the_lock_is_nobodys_word(emergency, key):
    assert codes(emergency.point(key, "scope-locked", emergency.shop.qa, link=LINK)) == (
        409,
        "E_POINT_MEASURED",
    )
    assert codes(emergency.point(key, "confirmed", emergency.shop.qa, link=LINK)) == (409, "E_POINT_MEASURED")


def test_without_a_diff_the_lock_is_not_proven(emergency, key):
    (hotfix,) = queries.hotfixes("shop")
    assert not hotfix.is_proven
    emergency.shop.bring(key, "CI pipeline", b"no diff at all", part="changes", name="changes.diff")
    assert not emergency.places(key)["scope-locked"]["met"]


def test_the_diff_of_another_build_proves_nothing(emergency, key):
    emergency.bring_diff(key, "src/pay/tax.py")
    assert emergency.places(key)["scope-locked"]["met"]
    tag = emergency.shop.manager.get(f"/releases/{key}")["ETag"]
    emergency.shop.manager.patch(f"/releases/{key}", {"build": "4.2.1+7"}, If_Match=tag)
    assert "not of 4.2.1+7" in emergency.places(key)["scope-locked"]["why"]


def test_a_diff_that_was_taken_out_proves_nothing(emergency, key):
    emergency.bring_diff(key, "src/pay/tax.py")
    (part,) = [
        one
        for one in emergency.shop.qa.get(f"/releases/{key}/evidence").json()["items"]
        if one["part"] == "changes"
    ]
    assert (
        emergency.shop.qa.post(f"/evidence/{part['key']}/tombstone", {"reason": "another branch"}).status_code
        < 300
    )
    assert "no diff was brought" in emergency.places(key)["scope-locked"]["why"]


# --- tests


def test_tests_are_taken_from_the_gate_where_it_measures_them(emergency, key):
    assert emergency.places(key)["regression"]["why"] == "not met: smoke was not judged"
    green(emergency, key)
    place = emergency.places(key)["regression"]
    assert (place["met"], place["measured"], place["why"]) == (True, True, "met: smoke")
    assert codes(emergency.point(key, "regression", emergency.shop.qa, link=LINK)) == (
        409,
        "E_POINT_MEASURED",
    )
    emergency.shop.bring(key, "smoke run", junit(10, 10, suite="smoke"))
    assert not emergency.places(key)["regression"]["met"]


def test_tests_that_nothing_measures_are_confirmed_with_evidence(emergency, key):
    assert codes(emergency.point(key, "unit-tests", emergency.engineer)) == (422, "E_EVIDENCE_NEEDED")
    assert codes(emergency.point(key, "unit-tests", emergency.engineer, digest=DIGEST)) == (
        422,
        "E_EVIDENCE_UNKNOWN",
    )
    part = emergency.shop.bring(key, "CI pipeline", junit(50)).json()
    assert emergency.point(key, "unit-tests", emergency.engineer, digest=part["sha256"]).status_code == 201


# --- people


def test_the_reviewer_is_an_engineer_who_did_not_write_it(emergency, key):
    assert codes(emergency.point(key, "reviewed", emergency.author)) == (403, "E_SELF_APPROVAL")
    assert codes(emergency.point(key, "reviewed", emergency.shop.manager)) == (403, "E_SELF_APPROVAL")
    assert codes(emergency.point(key, "reviewed", emergency.shop.owner)) == (403, "E_ROLE_NOT_HELD")
    assert emergency.point(key, "reviewed", emergency.engineer).status_code == 201
    assert emergency.places(key)["reviewed"]["met"]


def wrote(emergency, key, who):
    """CI states from git who wrote the change, whatever the classification names."""
    address = Account.objects.get(key=who.account_key).email
    said = {"base": "b" * 40, "head": "c" * 40, "commits": 1, "authors": [address]}
    assert emergency.shop.ci.post(f"/releases/{key}/change-authors", said).status_code == 201


def test_whoever_ci_says_wrote_it_neither_reviews_it_nor_agrees_nor_classifies(emergency, key):
    assert emergency.point(key, "reviewed", emergency.engineer).status_code == 201
    assert emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD).status_code == 201
    for who, point in ((emergency.engineer, "reviewed"), (emergency.shop.qa, "qa-agreed")):
        assert emergency.places(key)[point]["met"]
        wrote(emergency, key, who)
        assert not emergency.places(key)[point]["met"]
        assert codes(emergency.point(key, point, who, text=HEARD)) == (403, "E_SELF_APPROVAL")
    other = emergency.hotfix("4.2.2")
    wrote(emergency, other, emergency.cto)
    assert codes(emergency.classify(other)) == (403, "E_SELF_APPROVAL")


@pytest.mark.parametrize(("point", "said"), [("reviewed", {}), ("qa-agreed", {"text": HEARD})])
def test_a_signature_on_the_list_ends_with_the_role_of_who_gave_it(emergency, key, point, said):
    who = emergency.engineer if point == "reviewed" else emergency.shop.qa
    assert emergency.point(key, point, who, **said).status_code == 201
    assert emergency.places(key)[point]["met"]
    RoleGrant.objects.filter(person_id=who.key).update(revoked_at=now())
    assert not emergency.places(key)[point]["met"]


def test_two_reviewers_are_two_people(shop, emergency):
    text = BOOK.replace("    scope_locked: yes\n", "    scope_locked: yes\n    independent_reviewers: 2\n")
    number = shop.propose(text).json()["number"]
    for who, role in shop.parties():
        shop.sign(who, role, number)
    key = emergency.classified()
    for _ in range(2):
        assert emergency.point(key, "reviewed", emergency.engineer).status_code == 201
    assert emergency.places(key)["reviewed"]["why"].startswith("1 of 2")
    assert emergency.point(key, "reviewed", shop.engineering).status_code == 201
    assert emergency.places(key)["reviewed"]["met"]


def test_a_word_on_the_change_ends_with_the_change(emergency, key):
    emergency.bring_diff(key, "src/pay/tax.py")
    green(emergency, key)
    confirm_all(emergency, key)
    emergency.bring_diff(key, "src/pay/tax.py", "src/pay/more.py")
    places = emergency.places(key)
    gone = {name for name, place in places.items() if not place["met"]}
    assert {"reviewed", "qa-agreed", "rollback-tested", "unit-tests", "extra-1"} <= gone
    assert places["on-call"]["met"]
    assert "another change" in places["qa-agreed"]["why"]


def test_what_was_heard_is_recorded_as_the_qa_leads_word_and_starts_the_clock(emergency, key):
    said = {"text": HEARD, "person": emergency.shop.qa.key, "said_at": ahead(minutes=-5)}
    answer = emergency.point(key, "qa-agreed", emergency.shop.manager, **said)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["by"], answer.json()["said_by"]) == (
        emergency.shop.manager.key,
        emergency.shop.qa.key,
    )
    (entry,) = Entry.objects.filter(tag="emergency:sign-off:spoken")
    assert b"smoke run" not in bytes(entry.body)
    row = Obligation.objects.get(event="verbal-sign-off")
    assert (row.owner, row.emergency, row.due_at - row.started_at) == ("qa-lead", True, timedelta(hours=24))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"text": HEARD}, "E_ROLE_NOT_HELD"),
        ({"text": HEARD, "person": "owner", "said_at": -5}, "E_PERSON"),
        ({"text": HEARD, "person": "qa"}, "E_POINT"),
        ({"text": HEARD, "person": "qa", "said_at": 5}, "E_POINT"),
        ({"text": HEARD, "person": "qa", "said_at": -60 * 25}, "E_POINT"),
        ({"text": "-", "person": "qa", "said_at": -5}, "E_POINT"),
    ],
)
def test_nobody_puts_words_into_the_qa_leads_mouth(emergency, key, said, code):
    if "person" in said:
        said = {**said, "person": getattr(emergency.shop, said["person"]).key}
    if "said_at" in said:
        said = {**said, "said_at": ahead(minutes=said["said_at"])}
    assert emergency.point(key, "qa-agreed", emergency.shop.manager, **said).json()["code"] == code
    assert not Obligation.objects.exists()


def test_a_qa_lead_who_wrote_it_does_not_agree_to_it(emergency):
    key = emergency.classified(authors=[emergency.author.key, emergency.shop.qa.key])
    assert codes(emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD)) == (403, "E_SELF_APPROVAL")


def test_the_word_spoken_twice_is_owed_once(emergency, key):
    for _ in range(2):
        assert emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD).status_code == 201
    assert Obligation.objects.count() == 1


@pytest.mark.parametrize(
    ("point", "said", "code"),
    [
        ("rollback-tested", {"link": LINK}, "E_POINT"),
        ("rollback-tested", {"seconds": 100}, "E_EVIDENCE_NEEDED"),
        ("on-call", {}, "E_POINT"),
        ("on-call", {"until": "1h"}, "E_POINT"),
        ("on-call", {"until": "3h", "person": "00000000-0000-4000-8000-000000000000"}, "E_PERSON"),
        ("review-scheduled", {}, "E_POINT"),
        ("review-scheduled", {"said_at": "49h"}, "E_POINT"),
        ("review-scheduled", {"said_at": "-1h"}, "E_POINT"),
        ("extra-1", {}, "E_EVIDENCE_NEEDED"),
        ("extra-7", {"link": LINK}, "E_POINT"),
        ("nothing", {"link": LINK}, "E_POINT"),
    ],
)
def test_each_point_asks_for_what_shows_it(emergency, key, point, said, code):
    for name in ("until", "said_at"):
        if name in said:
            said = {**said, name: ahead(hours=int(said[name][:-1]))}
    assert codes(emergency.point(key, point, emergency.engineer, **said)) == (422, code)


def test_who_has_powers_by_the_rulebook_alone_works_on_it_as_well(emergency, key, person):
    vice = person("cto-vp-eng", product="shop")
    assert emergency.point(key, "review-scheduled", vice, said_at=ahead(hours=3)).status_code == 201


def test_a_rollback_of_five_minutes_is_not_less_than_five(emergency, key):
    emergency.point(key, "rollback-tested", emergency.engineer, seconds=300, link=LINK)
    assert not emergency.places(key)["rollback-tested"]["met"]
    emergency.point(key, "rollback-tested", emergency.engineer, seconds=299, link=LINK)
    assert emergency.places(key)["rollback-tested"]["met"]


def test_who_only_looks_confirms_nothing_and_a_bare_token_neither(emergency, key, person):
    for role in ("viewer", "auditor"):
        answer = emergency.point(key, "extra-1", person(role, product="shop"), link=LINK)
        assert codes(answer) == (403, "E_ROLE_NOT_HELD")
    bare = emergency.shop.qa.post(f"/releases/{key}/emergency/points/extra-1", {"link": LINK})
    assert codes(bare) == (401, "E_REAUTH_REQUIRED")
    assert (
        emergency.shop.ci.post(f"/releases/{key}/emergency/points/extra-1", {"link": LINK}).status_code == 403
    )
    assert emergency.point(key, "extra-1", emergency.shop.stranger, link=LINK).status_code == 404
    assert not Confirmation.objects.exists()


def test_points_of_no_emergency_are_confirmed_by_nobody(emergency):
    key = emergency.hotfix()
    assert codes(emergency.point(key, "reviewed", emergency.engineer)) == (409, "E_EMERGENCY_STATE")
    written = proved(emergency.shop.qa).post(f"/releases/{key}/emergency/written-sign-off", {"text": "GO"})
    assert codes(written) == (409, "E_EMERGENCY_STATE")


# --- the written word


def written(emergency, key, who=None, text="GO on 4.2.1: smoke and tax tests passed, rollback took 250 s."):
    return proved(who or emergency.shop.qa).post(
        f"/releases/{key}/emergency/written-sign-off", {"text": text}
    )


def test_the_qa_lead_writes_what_was_said_and_pays_the_debt(emergency, key):
    assert codes(written(emergency, key)) == (409, "E_EMERGENCY_STATE")
    emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD)
    assert codes(written(emergency, key, emergency.shop.manager)) == (403, "E_ROLE_NOT_HELD")
    assert codes(written(emergency, key, text="-")) == (422, "E_POINT")
    ApiToken.objects.update(proved_at=None)
    bare = emergency.shop.qa.post(f"/releases/{key}/emergency/written-sign-off", {"text": "GO on 4.2.1."})
    assert codes(bare) == (401, "E_REAUTH_REQUIRED")
    assert written(emergency, key).status_code == 201
    assert Obligation.objects.get().paid_by == emergency.shop.qa.key
    assert codes(written(emergency, key)) == (409, "E_EMERGENCY_STATE")


def test_nobody_writes_what_another_said_but_their_deputy(emergency, key, person):
    other, deputy = person("qa-lead", product="shop"), person("viewer", product="shop")
    emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD)
    assert codes(written(emergency, key, other)) == (403, "E_WORD_OF_ANOTHER")
    [debt] = Obligation.objects.filter(event="verbal-sign-off")
    owes = [who.get(f"/obligations/{debt.pk}").json()["yours"] for who in (emergency.shop.qa, other)]
    assert owes == [True, False], "in the inbox of who gave the word, and of nobody else"
    since = now() - timedelta(days=1)
    named = {
        "role": "qa-lead",
        "product": "shop",
        "named_by": "setup",
        "named_at": since,
        "counts_from": since,
    }
    Deputy.objects.create(holder_id=emergency.shop.qa.key, deputy_id=deputy.key, **named)
    assert written(emergency, key, deputy).status_code == 201
    assert Obligation.objects.get().paid_by == deputy.key


def test_who_gave_the_word_and_left_leaves_it_to_their_successor(emergency, key, person):
    other = person("qa-lead", product="shop")
    emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD)
    RoleGrant.objects.filter(person_id=emergency.shop.qa.key).update(revoked_at=now())
    assert written(emergency, key, other).status_code == 201


def test_a_word_is_written_also_where_the_emergency_was_ended(emergency, key):
    emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD)
    ended = proved(emergency.cto).post(f"/releases/{key}/emergency/end", {"reason": "It can wait."})
    assert ended.status_code == 201, ended.content
    assert written(emergency, key).status_code == 201
    assert Obligation.objects.get().paid_by == emergency.shop.qa.key


def test_a_word_never_written_is_overdue_and_escalated_and_stops_the_next_with_the_worker_down(
    emergency, key
):
    emergency.past(30, 0)
    emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD)
    Obligation.objects.update(due_at=now() - timedelta(hours=24), next_at=now() - timedelta(hours=36))
    other = emergency.hotfix("4.2.2")
    assert codes(emergency.classify(other)) == (409, "E_EMERGENCY_DEBTS")  # no worker has looked yet
    sweep(lambda name, row: handler(name)(row, now()) if name.startswith("obligations.") else None, now())
    row = Obligation.objects.get()
    assert (row.level, row.overdue_at is not None) == (3, True)
    assert codes(emergency.classify(other)) == (409, "E_EMERGENCY_DEBTS")
    said = written(emergency, key)
    assert said.status_code == 201
    assert emergency.cto.get(f"/obligations/{row.key}").json()["late"].startswith("1 d")
    assert emergency.classify(other).status_code == 201


# --- after the decision


def test_after_the_decision_the_review_is_owed_within_48_hours(emergency, key):
    row = Release.objects.get(pk=key)
    plain = Release.objects.get(pk=emergency.hotfix("4.2.2"))
    at = now()
    with transaction.atomic():
        services.after_decision(row, by=SYSTEM, at=at, about="decision/1")
        services.after_decision(plain, by=SYSTEM, at=at, about="decision/2")
    debt = Obligation.objects.get()
    assert (debt.event, debt.due_at, debt.owner) == (
        "emergency-release",
        at + timedelta(hours=48),
        "release-manager",
    )


# --- what is relaxed, and what never is


def test_a_classified_release_is_judged_by_what_its_track_relaxes(emergency, key):
    run = green(emergency, key, covered=10)
    assert run["outcome"] == "GO"
    assert any("relaxed by the track emergency: coverage" in one for one in run["cautions"])
    plain = emergency.hotfix("4.2.2")
    assert green(emergency, plain, covered=10)["outcome"] == "NO-GO"


def test_what_was_judged_as_an_emergency_does_not_stand_when_that_is_taken_back(emergency, key):
    run = green(emergency, key, covered=10)
    proved(emergency.cto).post(f"/releases/{key}/emergency/end", {"reason": "It only touches a test system."})
    assert not emergency.shop.qa.get(f"/gate-runs/{run['key']}").json()["stands"]
    assert emergency.shop.run(key, "hotfix")["outcome"] == "NO-GO"


def test_a_p1_in_the_hotfix_shuts_the_gate_though_the_track_names_it(emergency, key):
    run = green(emergency, key, defects=[("PROJ-7", "P1")])
    assert run["outcome"] == "NO-GO"


def test_a_p1_in_the_hotfix_is_overridden_by_nobody(emergency, key):
    row = Release.objects.get(pk=key)
    listed = {"number": "PROJ-7", "severity": "P1", "state": "open"}
    assert "PROJ-7" in queries.forbids_override(row, {"defects": [listed]})
    assert "PROJ-8" in queries.forbids_override(
        row, {"defects": [{**listed, "number": "PROJ-8", "severity": "odd"}]}
    )
    assert queries.forbids_override(row, {"defects": [{**listed, "state": "done"}]}) == ""
    assert queries.forbids_override(row, {"defects": [{**listed, "severity": "P2"}]}) == ""
    unknown = {"gates": [{"gate": "hotfix", "statuses": {"p1-open": "NO DATA", "coverage": "FAIL"}}]}
    assert "p1-open" in queries.forbids_override(row, unknown)
    assert (
        queries.forbids_override(row, {"gates": [{"statuses": {"p1-open": "PASS", "coverage": "FAIL"}}]})
        == ""
    )
    plain = Release.objects.get(pk=emergency.hotfix("4.2.2"))
    assert queries.forbids_override(plain, {"defects": [listed]}) == ""


def test_the_case_of_every_refusal_is_on_record(emergency, key):
    emergency.point(key, "reviewed", emergency.author)
    emergency.point(key, "scope-locked", emergency.engineer, link=LINK)
    assert denied_codes() == ["E_SELF_APPROVAL", "E_POINT_MEASURED"]
    assert Classification.objects.count() == 1
