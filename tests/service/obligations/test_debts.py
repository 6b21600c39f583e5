"""Debts begin with an event, are paid in writing by who owes them, and are confirmed by another person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from flightrules.service.door.refusals import DeniedError
from flightrules.service.obligations import queries, services
from flightrules.service.obligations.models import Obligation
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.records.models import Entry
from flightrules.service.records.recorded import unrecorded
from flightrules.service.releases.models import Release
from people_stories import actor_of, denied_codes
from service.obligations.conftest import begun, proved
from service.shop import RULEBOOK, now

WRITTEN = "GO on build 4.3.0; coverage was waived by the QA lead."


def paid(who, row, text=WRITTEN):
    return who.post(f"/obligations/{row.key}/payment", {"text": text})


def confirmed(who, row):
    return who.post(f"/obligations/{row.key}/confirmation")


def codes(answer):
    return answer.status_code, answer.json()["code"]


def test_a_decision_leaves_a_record_to_be_written_within_two_hours(shop, release, at):
    (row,) = begun(release, at=at, about="decision/1")
    assert (row.rule, row.owner, row.confirmer, row.due_at) == (
        "decision-record",
        "ticket-owner",
        "qa-lead",
        at + timedelta(hours=2),
    )
    assert Entry.objects.get(subject=f"obligation/{row.key}").tag == "obligation:obligation:owed"
    assert not list(unrecorded(Obligation, [Obligation.recorded_as]))


def test_what_began_once_does_not_begin_twice(shop, release, at):
    assert begun(release, at=at, about="decision/1")
    assert not begun(release, at=at, about="decision/1")
    assert begun(release, at=at, about="decision/2")


def test_the_owner_of_the_ticket_writes_and_the_qa_lead_confirms(shop, release):
    (row,) = begun(release, at=now())
    answer = paid(proved(shop.manager, now()), row)
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["state"], said["text"], said["late"]) == ("paid", WRITTEN, "")
    answer = confirmed(proved(shop.qa, now()), row)
    assert answer.status_code == 201, answer.content
    assert answer.json()["state"] == "confirmed"
    assert answer.json()["confirmed_by"] == shop.qa.key
    told = list(Entry.objects.filter(subject=f"obligation/{row.key}").values_list("tag", flat=True))
    assert told == [f"obligation:obligation:{one}" for one in ("owed", "paid", "confirmed")]


def test_the_ledger_holds_a_commitment_and_not_the_words(shop, release):
    (row,) = begun(release, at=now())
    paid(proved(shop.manager, now()), row, "Said to Mira Tan on the phone.")
    assert not [one for one in Entry.objects.all() if b"Mira" in bytes(one.body)]


def test_late_is_late_for_ever(shop, release):
    (row,) = begun(release, at=now() - timedelta(hours=3, minutes=30))
    said = paid(proved(shop.manager, now()), row).json()
    assert said["state"] == "paid"
    assert 5400 <= said["late_seconds"] < 5460
    assert said["late"].startswith("1 h 30 min")
    assert confirmed(proved(shop.qa, now()), row).json()["late_seconds"] == said["late_seconds"]
    row.refresh_from_db()
    assert queries.late_by(row, now() + timedelta(days=900)).total_seconds() // 1 == said["late_seconds"]
    assert b'"late_s":54' in bytes(Entry.objects.get(tag="obligation:obligation:paid").body)


def test_only_the_role_that_owes_it_pays(shop, release):
    (row,) = begun(release, at=now())
    assert codes(paid(proved(shop.owner, now()), row)) == (403, "E_ROLE_NOT_HELD")
    assert paid(shop.stranger, row).status_code == 404
    assert paid(shop.ci, row).status_code == 403
    assert "E_ROLE_NOT_HELD" in denied_codes()
    assert not Obligation.objects.filter(paid_at__isnull=False).exists()


def test_a_bare_token_pays_nothing(shop, release):
    (row,) = begun(release, at=now())
    assert codes(paid(shop.manager, row)) == (401, "E_REAUTH_REQUIRED")
    assert codes(paid(proved(shop.manager, now() - timedelta(minutes=2)), row)) == (401, "E_REAUTH_REQUIRED")
    assert paid(proved(shop.manager, now()), row).status_code == 201
    assert codes(confirmed(shop.qa, row)) == (401, "E_REAUTH_REQUIRED")


def test_a_machine_that_opened_the_release_pays_nothing(shop, release, at):
    Release.objects.update(opened_by=shop.ci.key)
    (row,) = begun(release, at=at)
    machine = Actor(shop.ci.key, Kind.MACHINE, shop.ci.key, "token", None, frozenset({"read"}), at)
    with pytest.raises(DeniedError):
        services.pay(key=str(row.key), text=WRITTEN, by=machine, at=at)


def test_nothing_is_paid_with_nothing(shop, release):
    (row,) = begun(release, at=now())
    proved(shop.manager, now())
    assert codes(paid(shop.manager, row, "n/a")) == (422, "E_OBLIGATION_TEXT")
    assert codes(paid(shop.manager, row, " ")) == (422, "E_OBLIGATION_TEXT")


def test_it_is_paid_once_and_confirmed_once_and_in_that_order(shop, release):
    (row,) = begun(release, at=now())
    proved(shop.manager, now())
    proved(shop.qa, now())
    assert codes(confirmed(shop.qa, row)) == (409, "E_OBLIGATION_STATE")
    assert paid(shop.manager, row).status_code == 201
    assert codes(paid(shop.manager, row)) == (409, "E_OBLIGATION_STATE")
    assert confirmed(shop.qa, row).status_code == 201
    assert codes(confirmed(shop.qa, row)) == (409, "E_OBLIGATION_STATE")


def test_nobody_confirms_what_they_wrote_themselves(shop, release):
    Release.objects.update(opened_by=shop.qa.key)
    (row,) = begun(release, at=now())
    proved(shop.qa, now())
    assert paid(shop.qa, row).status_code == 201
    assert codes(confirmed(shop.qa, row)) == (409, "E_DISTINCT_PERSONS")
    assert denied_codes() == ["E_DISTINCT_PERSONS"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Obligation.objects.update(confirmed_at=now(), confirmed_by=shop.qa.key)


def test_nobody_has_what_they_wrote_confirmed_in_a_seat_that_they_lent(shop, release):
    Release.objects.update(opened_by=shop.qa.key)
    (row,) = begun(release, at=now())
    assert paid(proved(shop.qa, now()), row).status_code == 201
    seat = {"role": "qa-lead", "product": "shop", "delegate": shop.engineering.key, "reason": "away"}
    seat["ends_at"] = (now() + timedelta(days=1)).isoformat()
    lent = proved(shop.qa, now()).post("/delegations", seat)
    assert lent.status_code == 201, lent.content
    assert codes(confirmed(proved(shop.engineering, now()), row)) == (409, "E_DISTINCT_PERSONS")


def test_what_needs_no_confirmation_gets_none(shop, release):
    (row,) = begun(release, "emergency-release", at=now())
    proved(shop.manager, now())
    assert paid(shop.manager, row).status_code == 201
    assert codes(confirmed(shop.qa, row)) == (409, "E_OBLIGATION_STATE")


def test_a_spoken_word_is_not_paid_like_other_debts(shop, release):
    (row,) = begun(release, "verbal-sign-off", at=now())
    answer = paid(proved(shop.qa, now()), row)
    assert codes(answer) == (409, "E_OBLIGATION_ACT")
    assert "flightrules emergency sign-off" in answer.json()["hint"]
    assert not Obligation.objects.get(pk=row.pk).paid_by


def test_an_act_that_pays_a_debt_settles_it(shop, release, at):
    begun(release, "verbal-sign-off", at=at)
    qa = actor_of(shop.qa, proved_at=at)
    with transaction.atomic():
        row = Release.objects.get(pk=release)
        said = {"release": row, "event": "verbal-sign-off", "text": "GO", "by": qa, "at": at}
        assert services.settle(**said, owners=["operations"]) == 0, "what others owe stays theirs"
        assert services.settle(**said, owners=["qa_lead"]) == 1
        assert services.settle(**said, owners=["qa_lead"]) == 0
    assert not queries.unpaid(product="shop").exists()


@pytest.mark.parametrize(
    ("event", "hours", "owner"),
    [
        ("decision", 2, "ticket-owner"),
        ("override", 2, "qa-lead"),
        ("verbal-sign-off", 24, "qa-lead"),
        ("emergency-release", 48, "release-manager"),
    ],
)
def test_each_event_owes_something_even_where_the_rulebook_says_nothing(
    shop, release, at, event, hours, owner
):
    (row,) = begun(release, event, at=at)
    assert (row.due_at, row.owner) == (at + timedelta(hours=hours), owner)


AGREED = (
    RULEBOOK
    + """\
tracks:
  standard: {title: Standard}
  hotfix: {title: Hotfix, classified_in_writing: yes, written_sign_off_within: 6h, review_within: 12h}
classes:
  major: {title: Major}
obligations:
  summary: {what: A paragraph., after: decision, within: 30m, owner: release_manager, applies_to: major}
  word: {what: The word in writing., after: verbal-sign-off, within: 20h, owner: qa_lead, applies_to: emergency}
"""
)


@pytest.mark.parametrize(
    ("facts", "event", "expected"),
    [
        ({"release_class": "major"}, "decision", [("summary", 30)]),
        ({"release_class": "minor"}, "decision", []),
        ({"track": "hotfix"}, "verbal-sign-off", [("word", 6 * 60)]),
        ({"track": "standard"}, "verbal-sign-off", [("written-sign-off", 24 * 60)]),
        ({"track": "hotfix"}, "emergency-release", [("post-incident-review", 12 * 60)]),
        ({"track": "hotfix"}, "incident", []),
    ],
)
def test_the_rulebook_says_what_is_owed_and_no_track_escapes_an_emergencys_debts(
    shop, at, facts, event, expected
):
    shop.adopt(AGREED)
    key = shop.release()["key"]
    Release.objects.update(**facts)
    rows = begun(key, event, at=at)
    assert [(row.rule, (row.due_at - at).total_seconds() / 60) for row in rows] == expected
    assert all(row.emergency == (facts.get("track") == "hotfix") for row in rows)


def test_debts_are_listed_by_state_and_release(shop, release):
    other = shop.release("4.4.0")["key"]
    (late,) = begun(release, at=now() - timedelta(hours=3))
    (due,) = begun(other, at=now())
    (done,) = begun(other, "override", at=now())
    paid(proved(shop.qa, now()), done)

    def listed(query=""):
        answer = shop.qa.get(f"/products/shop/obligations{query}")
        assert answer.status_code == 200, answer.content
        return {one["key"] for one in answer.json()["items"]}

    assert listed("?state=overdue") == {str(late.key)}
    assert listed("?state=due") == {str(due.key)}
    assert listed("?state=paid") == {str(done.key)}
    assert listed("?state=confirmed") == set()
    assert listed(f"?release={other}") == {str(due.key), str(done.key)}
    assert shop.stranger.get("/products/shop/obligations").status_code == 404
    assert shop.qa.get(f"/obligations/{late.key}").json()["state"] == "overdue"
    assert shop.stranger.get(f"/obligations/{late.key}").status_code == 404
    with pytest.raises(Exception, match="no such"):
        queries.get_obligation(key="00000000-0000-4000-8000-000000000000", by=SYSTEM, at=now())


def test_a_written_record_waits_for_its_confirmation(shop, release):
    (row,) = begun(release, at=now())
    paid(proved(shop.manager, now()), row)
    assert [one.key for one in queries.unconfirmed(product="shop")] == [row.key]
    confirmed(proved(shop.qa, now()), row)
    assert not queries.unconfirmed(product="shop").exists()
    assert [one.key for one in queries.of_release(release)] == [row.key]


def test_what_nobody_owes_is_not_paid(shop):
    answer = shop.manager.post("/obligations/00000000-0000-4000-8000-000000000000/payment", {"text": WRITTEN})
    assert codes(answer) == (404, "E_NO_SUCH")
