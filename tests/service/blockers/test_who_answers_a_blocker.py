"""Who may say that a blocker is gone, and what shows it: never the one who wants the release to go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.ledger.entry import read_entry
from flightrules.service.blockers.models import Blocker
from flightrules.service.records.models import Entry
from flightrules.service.releases.models import Authorship
from people_stories import denied_codes, now
from service.shop import junit

LINK = "https://tickets.example.org/PAY-7"
OBJECTION = {"title": "Vouchers are taken twice", "business_impact": "EUR 900 a day", "evidence": LINK}
DEFECT = {"number": "PAY-7", "title": "Vouchers are taken twice", "severity": "P2"}
SAID = {"said": "Mended in build 512"}


@pytest.fixture
def release(shop):
    shop.adopt()
    return shop.release()["key"]


@pytest.fixture
def blocker(shop, release):
    return shop.engineering.post(f"/releases/{release}/blockers", OBJECTION).json()["key"]


def resolve(who, blocker, **shown):
    answer = who.post(f"/blockers/{blocker}/resolution", {**SAID, **shown})
    said = answer.json()
    return said["ended_shown"] if answer.status_code == 201 else (answer.status_code, said["code"])


def last_said():
    return read_entry(bytes(Entry.objects.order_by("pk").last().body)).data


def test_a_signatory_who_may_accept_nothing_clears_away_no_blocker_of_another(shop, release, blocker, person):
    for who in (person("engineering-lead", product="shop"), shop.manager):
        assert resolve(who, blocker, evidence=LINK) == (403, "E_BLOCKER_OF_ANOTHER")
    assert denied_codes() == ["E_BLOCKER_OF_ANOTHER"] * 2
    assert resolve(shop.engineering, blocker) == "word"


def test_who_wants_the_release_clears_away_none_whatever_else_they_are(shop, blocker, release, person):
    opener = person("release-manager", "qa-lead", product="shop")
    own = opener.post("/releases", {"product": "shop", "version": "4.4.0"}).json()["key"]
    theirs = shop.engineering.post(f"/releases/{own}/blockers", OBJECTION).json()["key"]
    assert resolve(opener, theirs, evidence=LINK) == (403, "E_SELF_APPROVAL")
    Authorship.objects.create(
        release_id=release, head="c" * 40, commits=1, authors=[shop.owner.key], unknown=0, stated_at=now()
    )
    assert resolve(shop.owner, blocker, evidence=LINK) == (403, "E_SELF_APPROVAL")
    assert resolve(shop.qa, blocker, evidence=LINK) == "claimed"


def test_a_role_that_the_requester_lent_is_the_requesters_word(shop, person):
    opener, friend = person("release-manager", "qa-lead", product="shop"), person("viewer", product="shop")
    shop.adopt()
    release = opener.post("/releases", {"product": "shop", "version": "4.4.0"}).json()["key"]
    blocker = shop.engineering.post(f"/releases/{release}/blockers", OBJECTION).json()["key"]
    from flightrules.service.people.models import Delegation

    Delegation.objects.create(
        holder_id=opener.key,
        delegate_id=friend.key,
        role="qa-lead",
        product="shop",
        starts_at=now() - timedelta(hours=1),
        ends_at=now() + timedelta(hours=1),
        made_at=now(),
    )
    assert resolve(friend, blocker, evidence=LINK) == (403, "E_SELF_APPROVAL")


def test_a_link_is_a_claim_and_stands_as_one_for_ever(shop, release, blocker):
    assert resolve(shop.owner, blocker) == (422, "E_EVIDENCE_NEEDED")
    assert resolve(shop.owner, blocker, evidence=LINK) == "claimed"
    said = last_said()
    assert (said["shown"], said["role"], said["holder"]) == ("claimed", "product-owner", shop.owner.key)


def test_evidence_that_was_there_before_shows_nothing(shop, release, blocker):
    old = shop.bring(release, "CI pipeline", junit(10, 3)).json()["sha256"]
    Blocker.objects.filter(pk=blocker).update(raised_at=now())
    assert resolve(shop.owner, blocker, evidence_sha256=old) == (422, "E_EVIDENCE_SHOWS_NOT")
    new = shop.bring(release, "CI pipeline", junit(13)).json()["sha256"]
    assert resolve(shop.owner, blocker, evidence_sha256=new, evidence=LINK) == "evidence"
    assert last_said()["sha256"] == new


def test_a_gate_run_shows_it_when_it_came_since_and_opens_its_gate_still(shop, release, blocker):
    shut = shop.run(release)["key"]
    assert resolve(shop.owner, blocker, gate_run=shut) == (422, "E_EVIDENCE_SHOWS_NOT")
    shop.all_green(release)
    run = shop.run(release)["key"]
    other = shop.release("4.4.0")["key"]
    elsewhere = shop.engineering.post(f"/releases/{other}/blockers", OBJECTION).json()["key"]
    assert resolve(shop.owner, elsewhere, gate_run=run) == (422, "E_EVIDENCE_SHOWS_NOT")
    assert resolve(shop.owner, blocker, gate_run=run) == "gate-run"
    assert Blocker.objects.get(pk=blocker).ended_run.hex == run.replace("-", "")
    again = shop.qa.post(f"/releases/{release}/blockers", OBJECTION).json()["key"]
    assert resolve(shop.owner, again, gate_run=run) == (422, "E_EVIDENCE_SHOWS_NOT")


def test_a_defect_shows_it_when_it_was_closed_since(shop, release, blocker):
    made = shop.qa.post("/products/shop/defects", DEFECT).json()
    assert resolve(shop.owner, blocker, defect="PAY-7") == (422, "E_EVIDENCE_SHOWS_NOT")
    path = f"/defects/{made['key']}"
    etag = shop.qa.get(path)["ETag"]
    assert shop.qa.patch(path, {"state": "done"}, **{"If-Match": etag}).status_code == 200
    assert resolve(shop.owner, blocker, defect="PAY-8") == (422, "E_EVIDENCE_SHOWS_NOT")
    assert resolve(shop.owner, blocker, defect="PAY-7") == "defect"
