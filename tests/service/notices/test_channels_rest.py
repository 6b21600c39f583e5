"""Channels and notices through REST: who may, what is shown, what is sent again."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from flightrules.service.jobs.due import State
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.models import Outbox, Subscription
from flightrules.service.notices.services import tell
from flightrules.service.records.queries import entries

CHAT = {"title": "Team chat", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/secret"}
GO = {
    "product": "shop",
    "version": "4.3.0",
    "outcome": "GO",
    "decided_by": "QA lead",
    "conditions": "",
    "window": "Tuesday",
}


@pytest.fixture
def manager(person, shop_exists):
    return person("release-manager", product="shop")


def test_a_channel_is_opened_once_and_its_address_is_not_shown_again(manager):
    answer = manager.post("/products/shop/channels", CHAT)
    assert answer.status_code == 201
    listed = manager.get("/products/shop/channels").json()["items"]
    assert [one["host"] for one in listed] == ["hooks.slack.com"]
    assert "secret" not in json.dumps(listed)
    assert b"services/T0" not in answer.content
    assert entries(tag="notices:channel:opened").count() == 1


def test_a_webhooks_secret_is_shown_once_and_not_kept_with_the_answer(manager):
    asked = {"title": "CI", "channel": "webhook", "address": "https://ci.example.org/hook"}
    first = manager.post("/products/shop/channels", asked, Idempotency_Key="k1")
    again = manager.post("/products/shop/channels", asked, Idempotency_Key="k1")
    assert first.json()["secret"].startswith("whsec_")
    assert again.json() == first.json() | {"secret": ""}
    assert again["Idempotent-Replay"] == "true"
    assert Subscription.objects.count() == 1


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("slack", "http://hooks.slack.com/x"),
        ("webhook", "https://127.0.0.1/x"),
        ("teams", "https://user@teams.example.org/x"),
        ("email", "nobody"),
        ("email", "a@example.org, b@example.org"),
        ("email", "a@example.org\u2028Bcc: b@example.org"),
        ("pigeon", "coop"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(manager, channel, address):
    answer = manager.post("/products/shop/channels", {"title": "x", "channel": channel, "address": address})
    assert answer.status_code == 422
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("title", ["", " ", "x" * 121, "a\nb", "a\x00b", "\ud800", "\u202eoG"])
def test_a_title_that_cannot_be_kept_is_refused(manager, title):
    answer = manager.post("/products/shop/channels", CHAT | {"title": title})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_a_member_that_nobody_declared_is_refused(manager):
    answer = manager.post("/products/shop/channels", CHAT | {"product": "other", "ended_at": None})
    assert answer.status_code == 422
    assert not Subscription.objects.exists()


def test_others_do_not_see_the_product_and_viewers_may_not_open_channels(person):
    assert person("release-manager", product="other").post("/products/shop/channels", CHAT).status_code == 404
    assert person("viewer", product="shop").post("/products/shop/channels", CHAT).status_code == 403
    assert entries(tag="office:act:denied").count() == 1


def test_an_ended_channel_forgets_its_address(manager):
    key = manager.post("/products/shop/channels", CHAT).json()["key"]
    assert manager.delete(f"/products/shop/channels/{key}").status_code == 204
    row = Subscription.objects.get()
    assert (row.address, row.secret) == ("", "")
    assert manager.delete(f"/products/shop/channels/{key}").status_code == 409
    assert manager.post(f"/products/shop/channels/{key}/trial").status_code == 409


def test_a_channel_of_another_product_is_not_found(manager, person):
    key = manager.post("/products/shop/channels", CHAT).json()["key"]
    other = person("release-manager", product="other")
    assert other.delete(f"/products/other/channels/{key}").status_code == 404


def test_a_trial_is_a_notice_of_its_own(manager):
    key = manager.post("/products/shop/channels", CHAT).json()["key"]
    assert manager.post(f"/products/shop/channels/{key}/trial").status_code == 202
    assert manager.get("/products/shop/notices").json()["items"][0]["kind"] == "trial"


def test_what_was_given_up_is_seen_and_sent_again(person, at):
    operator, viewer = person("administrator"), person("viewer", product="shop")
    with transaction.atomic():
        tell(Kind.GO, product="shop", about="release/1", once="go/1", context=GO, at=at, to=[viewer.key])
    Outbox.objects.update(state=State.DEAD, next_at=None, fault="E_CHANNEL_UNREACHABLE: down", attempts=54)
    (dead,) = viewer.get("/products/shop/notices?state=dead").json()["items"]
    assert dead["fault"] == "E_CHANNEL_UNREACHABLE: down"
    assert viewer.post(f"/notices/{dead['key']}/resend").status_code == 403
    assert operator.post(f"/notices/{dead['key']}/resend").status_code == 202
    assert operator.post(f"/notices/{dead['key']}/resend").status_code == 409
    row = Outbox.objects.get()
    assert (row.state, row.attempts) == (State.WAITING, 0)
    assert row.next_at <= timezone.now() + timedelta(seconds=1)  # noqa: TID251 -- the door's own reading
    assert entries(tag="notices:notice:sent-again").count() == 1


def test_pages_neither_skip_nor_repeat(manager, at):
    for number in range(5):
        manager.post("/products/shop/channels", CHAT | {"title": f"chat {number}"})
    seen, after = [], ""
    while True:
        page = manager.get(f"/products/shop/channels?limit=2{after}").json()
        seen += [one["key"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len(seen) == len(set(seen)) == 5
    assert manager.get("/products/shop/channels?after=nonsense").status_code == 422
    assert manager.get("/products/shop/channels?limit=501").status_code == 422


def test_a_product_that_is_not_there_has_no_channel_whoever_asks(person):
    refused = person("release-manager").post("/products/nowhere/channels", CHAT)
    assert (refused.status_code, refused.json()["code"]) == (404, "E_NO_SUCH")
    assert not Subscription.objects.exists()
