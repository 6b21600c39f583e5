"""An emergency is declared in writing before its track opens, by an authority who has no part in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from flightrules.service.emergencies import history, queries
from flightrules.service.emergencies.models import Classification, Throttling
from flightrules.service.notices.models import Outbox
from flightrules.service.obligations import services as obligations
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.models import Entry
from flightrules.service.records.recorded import unrecorded
from flightrules.service.releases.models import Release
from people_stories import denied_codes
from service.decisions.deciding import case_of
from service.emergencies.conftest import REASON, proved
from service.shop import now


def codes(answer):
    return answer.status_code, answer.json()["code"]


def entries(tag):
    return [bytes(one.body) for one in Entry.objects.filter(tag=tag)]


# --- nobody states an emergency


@pytest.mark.parametrize("track", ["emergency", "Emergency", "EMERGENCY"])
def test_a_release_is_not_opened_as_an_emergency(emergency, track):
    asked = {"product": "shop", "version": "9.0.0", "track": track}
    assert codes(emergency.shop.manager.post("/releases", asked)) == (403, "E_CLASSIFICATION_REQUIRED")
    assert denied_codes() == ["E_CLASSIFICATION_REQUIRED"]
    assert not Release.objects.filter(version="9.0.0").exists()


@pytest.mark.parametrize("track", ["emergency", "Emergency"])
def test_a_release_is_not_edited_into_an_emergency(emergency, track):
    key = emergency.hotfix()
    tag = emergency.shop.manager.get(f"/releases/{key}")["ETag"]
    answer = emergency.shop.manager.patch(f"/releases/{key}", {"track": track}, If_Match=tag)
    assert codes(answer) == (403, "E_CLASSIFICATION_REQUIRED")
    assert Release.objects.get(pk=key).track == ""


def test_without_a_rulebook_the_word_alone_is_refused(shop):
    asked = {"product": "shop", "version": "1.0.0", "track": "emergency"}
    assert codes(shop.manager.post("/releases", asked)) == (403, "E_CLASSIFICATION_REQUIRED")
    assert shop.manager.post("/releases", {**asked, "track": "standard"}).status_code == 201


def test_other_tracks_are_stated_as_before(emergency):
    assert emergency.shop.release("5.0.0", track="standard")["track"] == "standard"


def test_nobody_edits_a_release_off_the_emergency_track(emergency):
    key = emergency.classified()
    tag = emergency.shop.manager.get(f"/releases/{key}")["ETag"]
    answer = emergency.shop.manager.patch(f"/releases/{key}", {"track": "standard"}, If_Match=tag)
    assert codes(answer) == (403, "E_CLASSIFICATION_REQUIRED")
    tag = emergency.shop.manager.get(f"/releases/{key}")["ETag"]
    answer = emergency.shop.manager.patch(f"/releases/{key}", {"build": "7"}, If_Match=tag)
    assert answer.status_code == 200


# --- the written word


def test_the_cto_classifies_and_the_track_is_engaged(emergency):
    key = emergency.hotfix()
    answer = emergency.classify(key)
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["track"], said["reason"], said["paths"]) == ("emergency", REASON, ["src/pay/"])
    assert said["share"] == "1 of 1 releases, counted as 10 as the history is short = 10 %, limit 10 %"
    assert said["approvers"] == {"roles": ["cto-vp-eng"], "needed": 1, "required": []}
    row = Release.objects.get(pk=key)
    assert (row.track, row.emergency) == ("emergency", said["key"])
    (entry,) = entries("emergency:emergency:classified")
    assert b"EUR 40,000" not in entry
    assert not list(unrecorded(Classification, [Classification.recorded_as]))
    assert Outbox.objects.filter(kind="reminder").exists()


def test_a_bare_token_classifies_nothing(emergency):
    key = emergency.hotfix()
    answer = emergency.cto.post(f"/releases/{key}/emergency", emergency.stated())
    assert codes(answer) == (401, "E_REAUTH_REQUIRED")
    assert not Classification.objects.exists()


@pytest.mark.parametrize("who", ["qa", "manager", "engineering", "owner"])
def test_nobody_else_classifies(emergency, who):
    key = emergency.hotfix()
    assert codes(emergency.classify(key, getattr(emergency.shop, who))) == (403, "E_POWER")
    assert "E_POWER" in denied_codes()


def test_a_machine_classifies_nothing_and_a_stranger_sees_nothing(emergency, person):
    key = emergency.hotfix()
    assert emergency.shop.ci.post(f"/releases/{key}/emergency", emergency.stated()).status_code == 403
    assert emergency.classify(key, person("cto", product="bank")).status_code == 404


def test_who_opened_the_release_does_not_classify_it(emergency, person):
    both = person("cto", "release-manager", product="shop")
    key = both.post("/releases", {"product": "shop", "version": "4.2.2"}).json()["key"]
    assert codes(emergency.classify(key, both)) == (403, "E_SELF_APPROVAL")
    assert "E_SELF_APPROVAL" in denied_codes()


def test_who_wrote_the_change_does_not_classify_it(emergency):
    key = emergency.hotfix()
    answer = emergency.classify(key, authors=[emergency.author.key, emergency.cto.key])
    assert codes(answer) == (403, "E_SELF_APPROVAL")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "n/a"}, "E_CLASSIFICATION_EMPTY"),
        ({"reference": "PROJ-999"}, "E_CLASSIFICATION_REFERENCE"),
        ({"reference": "CVE-26-1"}, "E_CLASSIFICATION_REFERENCE"),
        ({"hotfix_of": "0.0.7"}, "E_CLASSIFICATION_REFERENCE"),
        ({"paths": ["**"]}, "E_SCOPE_LOCK"),
        ({"paths": ["src/", "../etc/"]}, "E_SCOPE_LOCK"),
        ({"paths": ["src\\pay"]}, "E_SCOPE_LOCK"),
        ({"authors": ["00000000-0000-4000-8000-000000000000"]}, "E_PERSON"),
        ({"track": "standard"}, "E_TRACK"),
        ({"paths": []}, "E_INVALID_BODY"),
        ({"authors": []}, "E_INVALID_BODY"),
    ],
)
def test_what_is_written_has_to_say_something(emergency, changes, code):
    key = emergency.hotfix()
    assert codes(emergency.classify(key, **changes)) == (422, code)
    assert Release.objects.get(pk=key).track == ""


def test_a_p1_of_the_register_is_reason_enough_and_a_p2_is_none(emergency):
    for number, severity in (("PROJ-1", "P1"), ("PROJ-2", "P2")):
        made = emergency.shop.qa.post(
            "/products/shop/defects", {"number": number, "title": "orders fail", "severity": severity}
        )
        assert made.status_code == 201, made.content
    key = emergency.hotfix()
    assert codes(emergency.classify(key, reference="PROJ-2")) == (422, "E_CLASSIFICATION_REFERENCE")
    assert emergency.classify(key, reference="PROJ-1").status_code == 201


def test_it_is_classified_once(emergency):
    key = emergency.classified()
    assert codes(emergency.classify(key)) == (409, "E_EMERGENCY_STATE")


def test_a_hotfix_names_what_it_mends(emergency):
    mended = emergency.shop.release("4.2.0")["key"]
    key = emergency.hotfix()
    assert emergency.classify(key, hotfix_of="4.2.0").json()["hotfix_of"] == mended


def test_it_is_taken_back_in_writing_before_the_decision(emergency):
    key = emergency.classified()
    path = f"/releases/{key}/emergency/end"
    assert codes(proved(emergency.cto).post(path, {"reason": "-"})) == (422, "E_CLASSIFICATION_EMPTY")
    answer = proved(emergency.cto).post(path, {"reason": "It only touches a test system."})
    assert answer.status_code == 201, answer.content
    row = Release.objects.get(pk=key)
    assert (row.track, row.emergency) == ("", "")
    assert codes(proved(emergency.cto).post(path, {"reason": "Twice."})) == (409, "E_EMERGENCY_STATE")
    assert emergency.cto.get(f"/releases/{key}/emergency").status_code == 404
    assert queries.hotfixes("shop") == []


# --- the throttle


def test_the_third_emergency_of_twenty_releases_is_stopped_and_on_record(emergency):
    emergency.past(19, 2)
    key = emergency.hotfix()
    answer = emergency.classify(key)
    assert codes(answer) == (422, "E_THROTTLE_EXCEEDED")
    assert (answer.json()["share_per_cent"], answer.json()["limit_per_cent"]) == ("15.00", "10")
    (entry,) = entries("emergency:emergency:throttled")
    assert b"3 of 20 releases = 15 %, limit 10 %" in entry
    assert Release.objects.get(pk=key).track == ""
    assert not Classification.objects.filter(release=key).exists()
    assert not list(unrecorded(Throttling, [Throttling.recorded_as]))
    assert Outbox.objects.filter(kind="escalation").exists()
    found = emergency.cto.get("/products/shop/emergencies").json()
    assert (found["throttled"], found["lifted"], found["exceeded"]) == (1, 0, True)


def test_the_second_of_twenty_is_within_the_limit(emergency):
    emergency.past(19, 1)
    assert emergency.classify(emergency.hotfix()).json()["share"] == "2 of 20 releases = 10 %, limit 10 %"


def test_releases_that_never_went_to_production_do_not_thin_the_share_out(emergency):
    emergency.past(19, 1)
    emergency.decided[5:] = [(key, at, "uat") for key, at, _ in emergency.decided[5:]]
    assert codes(emergency.classify(emergency.hotfix())) == (422, "E_THROTTLE_EXCEEDED")


def test_a_young_product_has_one_emergency_and_no_second(emergency):
    emergency.past(2, 0)
    emergency.classified("4.2.1")
    assert codes(emergency.classify(emergency.hotfix("4.2.2"))) == (422, "E_THROTTLE_EXCEEDED")


def test_an_emergency_under_way_counts_until_it_is_given_up(emergency):
    first = emergency.classified("4.2.1")
    second = emergency.hotfix("4.2.2")
    assert emergency.classify(second).status_code == 422
    assert (
        emergency.shop.manager.post(f"/releases/{first}/withdrawal", {"reason": "mended"}).status_code == 201
    )
    assert emergency.classify(second).status_code == 201


def test_where_no_room_says_what_was_decided_the_state_of_releases_does(emergency):
    history._decided.clear()
    key = emergency.classified("4.2.1")
    Release.objects.filter(pk=key).update(state="decided")
    assert list(history.decided_releases("shop")) == [key]
    assert codes(emergency.classify(emergency.hotfix("4.2.2"))) == (422, "E_THROTTLE_EXCEEDED")


def stopped(emergency):
    emergency.past(19, 2)
    key = emergency.hotfix()
    return key, emergency.classify(key).json()["throttling"]


def lift(who, throttling, reason="Two of the three are one incident; the cause is being mended."):
    return proved(who).post(f"/emergency-throttlings/{throttling}/lift", {"reason": reason})


def test_a_second_authority_in_another_role_lifts_it_once_on_record(emergency):
    key, throttling = stopped(emergency)
    answer = lift(emergency.second, throttling)
    assert answer.status_code == 201, answer.content
    assert answer.json()["lifted_role"] == "product-manager"
    assert len(entries("emergency:throttle:lifted")) == 1
    made = emergency.classify(key)
    assert made.status_code == 201, made.content
    assert made.json()["lifted"] == throttling
    assert made.json()["approvers"] == {
        "roles": ["cto-vp-eng", "product-manager"],
        "needed": 2,
        "required": ["product-manager"],
    }
    found = emergency.cto.get("/products/shop/emergencies").json()
    assert (found["throttled"], found["lifted"]) == (1, 1)
    (row,) = emergency.cto.get("/products/shop/emergency-throttlings").json()["items"]
    assert row["lifted_by"] == emergency.second.key
    assert codes(lift(emergency.second, throttling)) == (409, "E_EMERGENCY_STATE")
    # used up: the next one is stopped again
    assert codes(emergency.classify(emergency.hotfix("4.2.2"))) == (422, "E_THROTTLE_EXCEEDED")


def test_the_same_person_does_not_lift_their_own_limit(emergency, person):
    _, throttling = stopped(emergency)
    assert codes(lift(emergency.cto, throttling)) == (409, "E_DISTINCT_PERSONS")
    other = person("cto", product="shop", name="Pat Hall")
    assert codes(lift(other, throttling)) == (403, "E_SECOND_AUTHORITY")
    assert codes(lift(emergency.engineer, throttling)) == (403, "E_POWER")
    assert codes(lift(emergency.second, throttling, "n/a")) == (422, "E_CLASSIFICATION_EMPTY")
    bare = emergency.shop.qa.post(
        f"/emergency-throttlings/{throttling}/lift", {"reason": "Because it burns."}
    )
    assert codes(bare) == (401, "E_REAUTH_REQUIRED")
    assert {"E_DISTINCT_PERSONS", "E_SECOND_AUTHORITY", "E_POWER"} <= set(denied_codes())
    with pytest.raises(IntegrityError), transaction.atomic():
        Throttling.objects.update(lifted_at=now(), lifted_by=emergency.cto.key, lifted_role="qa-lead")


def test_who_lifted_it_does_not_classify_on_their_own_lifting(emergency, person):
    both = person("cto", "product-manager", product="shop", name="Max Both")
    key, throttling = stopped(emergency)
    assert lift(both, throttling).status_code == 201
    assert codes(emergency.classify(key, both)) == (422, "E_THROTTLE_EXCEEDED")
    assert emergency.classify(key).status_code == 201


def test_who_asked_for_the_release_or_wrote_it_does_not_lift_its_throttle(emergency, person):
    both = person("qa-lead", "release-manager", product="shop", name="Rae Both")
    emergency.past(19, 2)
    key = both.post("/releases", {"product": "shop", "version": "4.2.9"}).json()["key"]
    throttling = emergency.classify(key).json()["throttling"]
    assert codes(lift(both, throttling)) == (403, "E_SELF_APPROVAL")
    assert lift(emergency.second, throttling).status_code == 201
    authors = [emergency.author.key, emergency.second.key]
    assert codes(emergency.classify(key, authors=authors)) == (422, "E_THROTTLE_EXCEEDED")
    assert emergency.classify(key).status_code == 201


def test_a_lifting_that_was_not_used_for_a_day_is_none(emergency):
    key, throttling = stopped(emergency)
    lift(emergency.second, throttling)
    Throttling.objects.update(lift_until=now() - timedelta(seconds=1))
    assert codes(emergency.classify(key)) == (422, "E_THROTTLE_EXCEEDED")


def test_a_lifting_is_for_one_release(emergency):
    _, throttling = stopped(emergency)
    lift(emergency.second, throttling)
    assert codes(emergency.classify(emergency.hotfix("4.2.2"))) == (422, "E_THROTTLE_EXCEEDED")


def test_nobody_lifts_what_is_not_there(emergency):
    assert lift(emergency.second, "00000000-0000-4000-8000-000000000000").status_code == 404


# --- debts of earlier ones


def owed(key, *, hours):
    with transaction.atomic():
        return obligations.start(
            event="emergency-release",
            release=Release.objects.get(pk=key),
            by=SYSTEM,
            at=now() - timedelta(hours=hours),
            about=f"release/{key}",
        )


def test_unpaid_debts_of_an_emergency_stop_the_next_one_with_the_worker_down(emergency):
    emergency.past(30, 0)
    first = emergency.classified("4.2.1")
    (row,) = owed(first, hours=49)
    second = emergency.hotfix("4.2.2")
    answer = emergency.classify(second)
    assert codes(answer) == (409, "E_EMERGENCY_DEBTS")
    assert "4.2.1 owes post-incident-review" in answer.json()["detail"]
    assert answer.json()["obligations"] == [str(row.key)]
    assert "E_EMERGENCY_DEBTS" in denied_codes()
    assert emergency.cto.get("/products/shop/emergencies").json()["debts"] == [str(row.key)]
    said = {"text": "The review is on Monday."}
    paid = proved(emergency.shop.manager).post(f"/obligations/{row.key}/payment", said)
    assert paid.status_code == 201, paid.content
    assert emergency.classify(second).status_code == 201


def test_a_debt_that_is_not_due_yet_or_of_no_emergency_stops_nothing(emergency):
    emergency.past(30, 0)
    owed(emergency.classified("4.2.1"), hours=23)
    with transaction.atomic():
        obligations.start(
            event="decision",
            release=Release.objects.get(version="3.4.0"),
            by=SYSTEM,
            at=now() - timedelta(hours=9),
        )
    assert emergency.classify(emergency.hotfix("4.2.2")).status_code == 201


# --- what was decided, one room up


def test_the_share_is_worked_out_on_what_was_really_decided(shop, person):
    """Without a stand-in for the room of decisions: a GO makes the history longer, and a NO-GO does not."""
    case = case_of(shop)
    assert history.decided_releases("shop") == {}
    case.voted()
    assert case.decide("NO-GO", reason="The till prints no receipts.").status_code == 201
    assert history.decided_releases("shop") == {}
    other = case_of(shop, adopted=False, version="4.4.0")
    other.gone()
    assert list(history.decided_releases("shop")) == [other.key]
    found = shop.qa.get("/products/shop/emergencies").json()
    assert (found["emergencies"], found["releases"]) == (1, 2)
