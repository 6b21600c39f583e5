"""A go/no-go meeting: who is invited, who came, and minutes made of what was done while it lasted."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from flightrules.service.board.models import Meeting
from flightrules.service.notices.models import Outbox
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.models import Entry
from flightrules.service.records.services import append
from flightrules.service.records.tags import Tag
from people_stories import now, tags
from service.board.board_stories import LINK, code, made
from service.shop import RULEBOOK

BODY = """\
governance:
  bodies:
    go-no-go: {members: [qa_lead, product_owner]}
"""
FIRST = {"addressed_first": ["The voucher defect is mended and tested again"]}


@pytest.fixture
def release(shop):
    shop.adopt()
    return shop.release()["key"]


def called(shop, release, **said):
    return shop.manager.post(f"/releases/{release}/meetings", {"starts_at": now().isoformat(), **said})


def attend(who, key, action="join"):
    return who.post(f"/meetings/{key}/attendance", {"action": action})


def close(who, key, body=None):
    return who.post(f"/meetings/{key}/closure", body or {})


def decide(release, outcome):
    """What the room of decisions puts on record."""
    append(
        stream="product/shop",
        tag=Tag.DECISION_RECORDED,
        by=SYSTEM,
        at=now(),
        subject="decision/1",
        data={"release": release, "outcome": outcome, "moment": "final"},
    )


def test_four_roles_are_invited_to_five_items(shop, release):
    meeting = made(called(shop, release))
    assert meeting["invited"] == ["release-manager", "qa-lead", "business-owner", "operations"]
    assert [one["item"] for one in meeting["agenda"]] == [
        "tests",
        "risk",
        "checklist",
        "rollback",
        "decision",
    ]
    told = set(Outbox.objects.filter(about=f"meeting/{meeting['key']}").values_list("person", flat=True))
    assert told == {shop.manager.key, shop.qa.key}
    assert tags()[-1] == "board:meeting:called"


def test_the_rulebook_or_the_caller_may_invite_others(shop):
    shop.adopt(RULEBOOK + BODY)
    release = shop.release()["key"]
    meeting = made(called(shop, release))
    assert meeting["invited"] == ["qa-lead", "product-owner"]
    assert code(called(shop, release)) == (409, "E_MEETING_OPEN")
    attend(shop.qa, meeting["key"])
    made(close(shop.manager, meeting["key"], FIRST))
    assert made(called(shop, release, invited=["CTO"]))["invited"] == ["cto"]


def test_the_minutes_tell_in_order_what_was_done_and_who_was_absent(shop, release):
    key = made(called(shop, release))["key"]
    made(attend(shop.qa, key))
    made(attend(shop.engineering, key))
    blocker = made(
        shop.qa.post(
            f"/releases/{release}/blockers",
            {"title": "Vouchers", "business_impact": "EUR 900 a day", "evidence": LINK},
        )
    )["key"]
    made(shop.qa.post(f"/blockers/{blocker}/resolution", {"said": "It was the test data"}))
    shop.ci.post(f"/releases/{release}/blockers", {})
    decide(release, "GO")
    made(attend(shop.engineering, key, "leave"))
    closed = made(close(shop.manager, key))
    assert (closed["outcome"], closed["absent"]) == (
        "GO",
        ["release-manager", "business-owner", "operations"],
    )
    minutes = made(shop.qa.get(f"/meetings/{key}/minutes"))
    assert minutes["names"][shop.qa.key] == "Mira Tan"
    said = [one["said"] for one in minutes["minutes"]["acts"]]
    assert said == ["raised a blocker", "resolved a blocker", "recorded the decision (final): GO"]
    assert [one["roles"] for one in minutes["minutes"]["attendance"]] == [["qa-lead"], []]
    assert all(one["left_at"] for one in minutes["minutes"]["attendance"])


def test_the_minutes_are_kept_byte_for_byte_and_their_digests_are_on_record(shop, release):
    key = made(called(shop, release))["key"]
    attend(shop.qa, key)
    closed = made(close(shop.manager, key, FIRST))
    for form, digest in (("json", closed["minutes_sha256"]), ("md", closed["markdown_sha256"])):
        data = shop.qa.get(f"/meetings/{key}/minutes.{form}").content
        assert hashlib.sha256(data).hexdigest() == digest
        assert digest.encode() in bytes(Entry.objects.order_by("pk").last().body)
        assert b"Mira" not in data
    page = shop.qa.get(f"/meetings/{key}/minutes.md").content.decode()
    assert "**Outcome: DEFERRED**" in page
    assert "## To be addressed first\n\n- The voucher defect" in page


def test_without_a_decision_it_is_deferred_and_says_what_comes_first(shop, release):
    key = made(called(shop, release))["key"]
    assert code(close(shop.manager, key, FIRST)) == (409, "E_MEETING_NOT_OPEN")
    attend(shop.qa, key)
    assert code(close(shop.manager, key)) == (422, "E_ADDRESSED_FIRST")
    assert code(close(shop.manager, key, {"addressed_first": ["tbd"]})) == (422, "E_ADDRESSED_FIRST")
    closed = made(close(shop.manager, key, FIRST))
    assert (closed["outcome"], closed["addressed_first"]) == ("DEFERRED", FIRST["addressed_first"])


def test_what_was_done_before_or_on_another_release_is_not_in_the_minutes(shop, release):
    decide(release, "NO-GO")
    key = made(called(shop, release))["key"]
    attend(shop.qa, key)
    other = shop.release("9.9.9")["key"]
    decide(other, "GO")
    closed = made(close(shop.manager, key, FIRST))
    assert closed["outcome"] == "DEFERRED"
    assert made(shop.qa.get(f"/meetings/{key}/minutes"))["minutes"]["acts"] == []


def test_a_meeting_that_took_longer_than_agreed_says_so(shop, release):
    key = made(called(shop, release, minutes=5))["key"]
    attend(shop.qa, key)
    Meeting.objects.filter(pk=key).update(opened_at=now() - timedelta(minutes=7))
    close(shop.manager, key, FIRST)
    minutes = made(shop.qa.get(f"/meetings/{key}/minutes"))["minutes"]
    assert minutes["over_time"]
    assert minutes["took_seconds"] >= 420


def test_texts_of_people_are_shown_as_they_are_written(shop, release):
    key = made(called(shop, release))["key"]
    attend(shop.qa, key)
    close(shop.manager, key, {"addressed_first": ["<b>First</b> *that* [link](http://x)"]})
    page = shop.qa.get(f"/meetings/{key}/minutes.md").content.decode()
    assert r"\<b\>First\</b\> \*that\* \[link\](http://x)" in page


def test_a_closed_meeting_takes_nobody_and_is_closed_once(shop, release):
    key = made(called(shop, release))["key"]
    assert shop.qa.get(f"/meetings/{key}/minutes").status_code == 404
    attend(shop.qa, key)
    made(close(shop.manager, key, FIRST))
    assert code(attend(shop.owner, key)) == (409, "E_MEETING_CLOSED")
    assert code(close(shop.manager, key, FIRST)) == (409, "E_MEETING_CLOSED")
    assert made(shop.qa.get(f"/releases/{release}/meetings?closed=true"))["items"][0]["key"] == key


def test_machines_and_strangers_attend_nothing(shop, release):
    key = made(called(shop, release))["key"]
    assert attend(shop.ci, key).status_code == 403
    assert attend(shop.stranger, key).status_code == 404
    assert code(called(shop, release, starts_at="2026-11-21T09:00:00")) == (422, "E_TIME")
    unknown = "00000000-0000-4000-8000-000000000000"
    assert attend(shop.qa, unknown).status_code == 404


def test_every_kind_of_entry_becomes_a_sentence():
    from flightrules.service.board.minutes import sentence

    for tag in Tag:
        said = sentence({"tag": str(tag), "data": {}})
        assert said
        assert "{" not in said
    told = sentence(
        {"tag": "decision:sign-off:recorded", "data": {"act": "vote", "choice": "no-go", "role": "qa-lead"}}
    )
    assert told == "signed as QA lead (vote): no-go"
    braces = sentence({"tag": "board:change-request:edited", "data": {"changed": ["{risk.__class__}"]}})
    assert braces == "edited the change request: {risk.__class__}"
    hidden = sentence({"tag": "release:release:changed", "data": {"changed": {"commitment": "x"}}})
    assert json.dumps(hidden) == '"changed what is stated about the release: (kept beside the ledger)"'
