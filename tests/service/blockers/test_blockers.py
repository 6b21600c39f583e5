"""A signatory holds something against a release; it is resolved, or somebody else signs for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.blockers import queries
from flightrules.service.blockers.jobs import escalate, to_escalate
from flightrules.service.blockers.models import Blocker
from flightrules.service.records.models import Entry
from flightrules.service.releases.models import Release
from people_stories import denied_codes, now, prove_now, tags
from service.shop import RULEBOOK, junit

ESCALATION = """\
  escalation:
    L1: {contacts: [release_manager], respond_within: 30m}
    L2: {contacts: [cto_vp_eng], respond_within: 1h}
"""
LINK = "https://tickets.example.org/PAY-7"
OBJECTION = {
    "title": "Vouchers are taken twice",
    "business_impact": "About 3 % of orders, EUR 900 a day",
    "evidence": LINK,
}
MITIGATION = {"mitigation": "Support corrects the total by hand", "owner": "Olga Petrova"}


@pytest.fixture
def release(shop):
    shop.adopt(RULEBOOK + ESCALATION)
    return shop.release()["key"]


def raised(who, release, **changed):
    return who.post(f"/releases/{release}/blockers", {**OBJECTION, **changed})


def open_ones(release):
    return queries.standing_blockers(Release.objects.get(pk=release))


def told(kind="reminder"):
    from flightrules.service.notices.models import Outbox

    return set(
        Outbox.objects.filter(kind=kind, about__startswith="blocker/").values_list("person", flat=True)
    )


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_a_signatory_raises_a_blocker_and_those_who_can_answer_are_told(shop, release):
    answer = raised(shop.engineering, release)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["state"], made["raised_by"], made["overdue"]) == ("open", shop.engineering.key, False)
    assert [str(one.key) for one in open_ones(release)] == [made["key"]]
    assert {shop.qa.key, shop.owner.key, shop.manager.key} <= told()
    assert shop.engineering.key not in told()
    assert tags()[-1] == "blocker:blocker:raised"
    assert b"Vouchers" not in bytes(Entry.objects.order_by("pk").last().body)


def test_who_is_only_consulted_raises_none(shop, release):
    answer = raised(shop.product_manager, release)
    assert code(answer) == (403, "E_POWER")
    assert denied_codes() == ["E_POWER"]
    assert open_ones(release) == []


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"business_impact": "Some orders are wrong"}, "E_BLOCKER_IMPACT"),
        ({"business_impact": "tbd"}, "E_BLOCKER_EMPTY"),
        ({"title": "---"}, "E_BLOCKER_EMPTY"),
        ({"evidence": None}, "E_EVIDENCE_NEEDED"),
        ({"evidence": None, "evidence_sha256": "c" * 64}, "E_EVIDENCE_UNKNOWN"),
    ],
)
def test_a_blocker_says_what_it_costs_and_where_that_is_seen(shop, release, changed, refusal):
    assert code(raised(shop.qa, release, **changed)) == (422, refusal)
    assert not Blocker.objects.exists()


def test_evidence_of_the_release_is_pointed_to_by_its_digest_until_it_is_taken_out(shop, release):
    part = shop.bring(release, "CI pipeline", junit(10, 3)).json()
    cited = {"evidence": None, "evidence_sha256": part["sha256"]}
    assert raised(shop.qa, release, **cited).json()["evidence_sha256"] == part["sha256"]
    shop.qa.post(f"/evidence/{part['key']}/tombstone", {"reason": "of another branch"})
    assert code(raised(shop.qa, release, **cited)) == (422, "E_EVIDENCE_UNKNOWN")


def test_a_blocker_is_raised_against_a_decided_release_too_but_not_a_withdrawn_one(shop, release):
    Release.objects.filter(pk=release).update(state="decided")
    assert raised(shop.qa, release).status_code == 201
    Release.objects.filter(pk=release).update(state="withdrawn")
    assert code(raised(shop.qa, release)) == (409, "E_RELEASE_STATE")


def test_who_raised_it_takes_it_back_with_a_word(shop, release):
    key = raised(shop.qa, release).json()["key"]
    answer = shop.qa.post(f"/blockers/{key}/resolution", {"said": "It was the test data."})
    assert answer.json()["state"] == "resolved"
    assert open_ones(release) == []


def test_another_signatory_shows_that_it_is_gone_and_the_one_who_raised_it_may_raise_it_again(shop, release):
    key = raised(shop.qa, release).json()["key"]
    before = told()
    said = {"said": "Mended in build 512"}
    assert code(shop.owner.post(f"/blockers/{key}/resolution", said)) == (422, "E_EVIDENCE_NEEDED")
    assert code(raised(shop.qa, release, again=key)) == (409, "E_BLOCKER_OPEN")
    ended = shop.owner.post(f"/blockers/{key}/resolution", {**said, "evidence": LINK})
    assert ended.json()["ended_by"] == shop.owner.key
    assert told() - before == {shop.qa.key}
    again = raised(shop.qa, release, again=key)
    assert again.json()["again"] == key
    assert len(open_ones(release)) == 1


def test_accepting_takes_another_person_a_mitigation_and_a_proof(shop, release):
    key = raised(shop.qa, release).json()["key"]
    path = f"/blockers/{key}/acceptance"
    assert code(shop.owner.post(path, MITIGATION)) == (401, "E_REAUTH_REQUIRED")
    prove_now(shop.owner)
    assert code(shop.owner.post(path, {**MITIGATION, "mitigation": "tbd"})) == (422, "E_BLOCKER_EMPTY")
    assert shop.owner.post(path, {"mitigation": "Support corrects it"}).status_code == 422
    ended = shop.owner.post(path, MITIGATION)
    assert ended.status_code == 201, ended.content
    assert (ended.json()["state"], ended.json()["ended_in"]) == ("accepted", "product-owner")
    assert shop.qa.key in told()
    assert tags()[-1] == "blocker:blocker:accepted"
    assert open_ones(release) == []


def test_nobody_accepts_what_they_raised_whatever_roles_they_hold(shop, release, person):
    both = person("qa-lead", "product-owner", product="shop")
    key = raised(both, release).json()["key"]
    prove_now(both)
    assert code(both.post(f"/blockers/{key}/acceptance", MITIGATION)) == (403, "E_DISTINCT_PERSONS")
    assert denied_codes() == ["E_DISTINCT_PERSONS"]
    assert len(open_ones(release)) == 1


def test_a_deputy_does_not_accept_in_the_seat_of_the_one_who_raised_it(shop, release, person):
    from flightrules.service.people.models import Deputy

    deputy = person(product="shop")
    Deputy.objects.create(
        holder_id=shop.qa.key,
        deputy_id=deputy.key,
        role="qa-lead",
        product="shop",
        named_by="setup",
        named_at=now() - timedelta(days=40),
        counts_from=now() - timedelta(days=30),
    )
    key = raised(shop.qa, release).json()["key"]
    prove_now(deputy)
    assert code(deputy.post(f"/blockers/{key}/acceptance", MITIGATION)) == (403, "E_DISTINCT_PERSONS")
    other = raised(shop.owner, release).json()["key"]
    assert deputy.post(f"/blockers/{other}/acceptance", MITIGATION).status_code == 201


def test_the_pipeline_neither_raises_nor_ends_a_blocker(shop, release):
    key = raised(shop.qa, release).json()["key"]
    assert raised(shop.ci, release).status_code == 403
    assert shop.ci.post(f"/blockers/{key}/resolution", {"said": "ok", "evidence": LINK}).status_code == 403
    assert shop.ci.post(f"/blockers/{key}/acceptance", MITIGATION).status_code == 403


def test_a_blocker_is_ended_once(shop, release):
    key = raised(shop.qa, release).json()["key"]
    shop.qa.post(f"/blockers/{key}/resolution", {"said": "It was the test data."})
    prove_now(shop.owner)
    for who, path, body in (
        (shop.qa, "resolution", {"said": "Gone again"}),
        (shop.owner, "acceptance", MITIGATION),
    ):
        assert code(who.post(f"/blockers/{key}/{path}", body)) == (409, "E_BLOCKER_ENDED")


def test_the_database_itself_holds_that_nobody_accepts_their_own(shop, release):
    from django.db import IntegrityError, transaction

    key = raised(shop.qa, release).json()["key"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Blocker.objects.filter(pk=key).update(state="accepted", ended_at=now(), ended_by=shop.qa.key)


def test_a_blocker_that_nobody_answers_goes_up_the_agreed_path(shop, release, person):
    cto = person("cto", product="shop")
    key = raised(shop.qa, release).json()["key"]
    start = Blocker.objects.get(pk=key).raised_at
    assert list(to_escalate(start + timedelta(minutes=29), 10)) == []
    assert list(to_escalate(start + timedelta(minutes=31), 10)) == [key]
    escalate(key, start + timedelta(minutes=31))
    escalate(key, start + timedelta(minutes=31))
    assert told("escalation") == {shop.manager.key}
    escalate(key, start + timedelta(minutes=91))
    assert told("escalation") == {shop.manager.key, cto.key}
    assert list(to_escalate(start + timedelta(days=9), 10)) == []
    assert tags()[-2:] == ["blocker:blocker:escalated"] * 2
    assert Blocker.objects.get(pk=key).escalated_to == 2


def test_an_old_blocker_says_so_and_one_that_was_answered_is_asked_about_no_more(shop, release):
    key = raised(shop.qa, release).json()["key"]
    Blocker.objects.filter(pk=key).update(raised_at=now() - timedelta(hours=1))
    [shown] = shop.qa.get(f"/releases/{release}/blockers?state=open").json()["items"]
    assert shown["overdue"]
    assert 3600 <= shown["age_seconds"] < 3660
    shop.qa.post(f"/blockers/{key}/resolution", {"said": "It was the test data."})
    assert list(to_escalate(now() + timedelta(days=1), 10)) == []
    assert shop.qa.get(f"/releases/{release}/blockers?state=open").json()["items"] == []


def test_an_edition_with_fewer_levels_ends_the_path_quietly(shop, release):
    key = raised(shop.qa, release).json()["key"]
    start = Blocker.objects.get(pk=key).raised_at
    Blocker.objects.filter(pk=key).update(escalated_to=2)
    escalate(key, start + timedelta(hours=2))
    assert told("escalation") == set()
    assert Blocker.objects.get(pk=key).escalates_at is None


def test_without_an_agreed_path_nothing_is_overdue(shop):
    release = shop.release()["key"]
    made = raised(shop.qa, release).json()
    assert Blocker.objects.get(pk=made["key"]).escalates_at is None
    assert not shop.qa.get(f"/blockers/{made['key']}").json()["overdue"]


def test_strangers_see_no_blockers(shop, release):
    key = raised(shop.qa, release).json()["key"]
    assert shop.stranger.get(f"/blockers/{key}").status_code == 404
    assert shop.stranger.get(f"/releases/{release}/blockers").status_code == 404
    unknown = "00000000-0000-4000-8000-000000000000"
    assert shop.qa.post(f"/blockers/{unknown}/resolution", {"said": "gone"}).status_code == 404
    assert shop.qa.get(f"/blockers/{unknown}").status_code == 404
    assert raised(shop.qa, release, again=unknown).status_code == 404
