"""Each step of a blocker is on record as it was, at its moment; blockers of other releases are left alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from flightrules.service.blockers import jobs, queries, services
from flightrules.service.blockers.models import Blocker
from flightrules.service.door.refusals import DeniedError
from flightrules.service.releases.models import Release
from people_stories import actor_of, now, prove_now
from service.blockers.test_blockers import (
    LINK,
    MITIGATION,
    OBJECTION,
    raised,
    release,  # noqa: F401 -- a fixture
)
from service.confirming import REFUSED, confirmed, outcome
from service.decisions.deciding import entries
from service.decisions.test_what_an_override_puts_on_record import meant
from service.shop import junit

TICK = timedelta(microseconds=1)


def test_what_was_raised_and_taken_back(shop, release):  # noqa: F811 -- a fixture
    key = raised(shop.qa, release).json()["key"]
    [told] = entries("blocker:blocker:raised")
    assert meant(told["objection"]) == f"{OBJECTION['title']}\n{OBJECTION['business_impact']}"
    assert meant(told["link"]) == LINK
    assert told == {"release": release, "objection": told["objection"], "link": told["link"]}
    shop.qa.post(f"/blockers/{key}/resolution", {"said": "It was the test data."})
    [over] = entries("blocker:blocker:resolved")
    assert meant(over.pop("resolution")) == "It was the test data."
    assert over == {"release": release, "by_raiser": True, "shown": "word"}
    row = Release.objects.get(pk=release)
    assert queries.standing_blockers(row) == queries.unresolved_blockers(row) == []
    assert [str(one.key) for one in queries.blockers(row)] == [key]
    again = raised(shop.qa, release, again=key).json()["key"]
    assert entries("blocker:blocker:raised")[-1]["again"] == key
    assert [str(one.key) for one in queries.unresolved_blockers(row)] == [again]


def test_what_was_accepted_with_a_mitigation(shop, release):  # noqa: F811 -- a fixture
    key = raised(shop.qa, release).json()["key"]
    prove_now(shop.owner)
    assert shop.owner.post(f"/blockers/{key}/acceptance", MITIGATION).status_code == 201
    [told] = entries("blocker:blocker:accepted")
    assert (meant(told.pop("mitigation")), meant(told.pop("owner"))) == tuple(MITIGATION.values())
    seat = {"role": "product-owner", "holder": shop.owner.key, "through": "grant"}
    assert told == {"release": release, "components": 2, **seat}
    row = Release.objects.get(pk=release)
    assert (queries.standing_blockers(row), len(queries.unresolved_blockers(row))) == ([], 1)


def test_a_level_is_asked_at_its_moment_and_told_how_old_it_was(shop, release):  # noqa: F811 -- a fixture
    other = raised(shop.qa, shop.release("4.4.0")["key"]).json()["key"]
    key = raised(shop.qa, release).json()["key"]
    start = Blocker.objects.get(pk=key).raised_at
    first, second = start + timedelta(minutes=30), start + timedelta(minutes=90)
    for moment, due in ((first - TICK, [other]), (first, [other, key]), (second, [other, key])):
        assert list(jobs.to_escalate(moment, 9)) == due
        jobs.escalate(key, moment)
    told = [{"level": "L1", "age_seconds": 1800}, {"level": "L2", "age_seconds": 5400}]
    assert entries("blocker:blocker:escalated") == [{"release": release, **one} for one in told]
    assert Blocker.objects.get(pk=other).escalated_to == 0
    jobs.escalate(other, second)
    due = Blocker.objects.get(pk=other).raised_at + timedelta(minutes=90)
    assert Blocker.objects.get(pk=other).escalates_at == due, "who was told late gives nobody more time"


def test_what_was_overruled_comes_back_with_its_own_override_alone(shop, release):  # noqa: F811 -- a fixture
    keys = [raised(shop.qa, release).json()["key"] for _ in range(3)]
    prove_now(shop.owner)
    accepted = raised(shop.qa, release).json()["key"]
    assert shop.owner.post(f"/blockers/{accepted}/acceptance", MITIGATION).status_code == 201
    foreign = raised(shop.qa, shop.release("4.4.0")["key"]).json()["key"]
    row, by, at = Release.objects.get(pk=release), actor_of(shop.owner), now()
    mine, other = uuid4(), uuid4()
    with transaction.atomic():
        services.overrule(row, [keys[0], foreign, accepted], override=mine, by=by, at=at)
        services.overrule(row, [keys[1]], override=other, by=by, at=at)
        services.bring_back(row, override=mine, by=by, at=at)
    states = dict(Blocker.objects.values_list("key", "state"))
    assert [states[one.key] for one in Blocker.objects.order_by("raised_at")] == [
        "open",
        "overruled",
        "open",
        "accepted",
        "open",
    ]
    overruled = [{"release": release, "override": str(one)} for one in (mine, other)]
    assert entries("blocker:blocker:overruled") == overruled
    assert entries("blocker:blocker:brought-back") == overruled[:1]
    back, gone = Blocker.objects.get(pk=keys[0]), Blocker.objects.get(pk=keys[1])
    assert (back.overruled_by, back.overruled_at, back.escalates_at) == (
        None,
        None,
        at + timedelta(minutes=30),
    )
    assert (gone.overruled_by, gone.overruled_at, gone.escalates_at) == (other, at, None)
    assert len(queries.standing_blockers(row)) == 3, "what was overruled stands"


@pytest.mark.parametrize("title", ["", "tbd", "  "])
def test_a_blocker_without_a_name_is_none(shop, release, title):  # noqa: F811 -- a fixture
    assert raised(shop.qa, release, title=title).status_code == 422
    assert not Blocker.objects.exists()


def test_what_is_raised_again_was_of_the_same_release(shop, release):  # noqa: F811 -- a fixture
    other = raised(shop.qa, shop.release("4.4.0")["key"]).json()["key"]
    assert shop.qa.post(f"/blockers/{other}/resolution", {"said": "It was the test data."}).status_code < 300
    assert raised(shop.qa, release, again=other).status_code == 404


def test_evidence_that_is_pointed_to_is_on_record_by_its_digest(shop, release):  # noqa: F811 -- a fixture
    part = shop.bring(release, "CI pipeline", junit(10, 3)).json()
    assert raised(shop.qa, release, evidence=None, evidence_sha256=part["sha256"]).status_code == 201
    [told] = entries("blocker:blocker:raised")
    assert (told["sha256"], "link" in told) == (part["sha256"], False)


def test_a_token_that_may_not_accept_accepts_nothing(shop, release):  # noqa: F811 -- a fixture
    key = raised(shop.qa, release).json()["key"]
    narrow = actor_of(shop.owner, via="token", scopes=frozenset({"read", "sign"}), proved_at=now())
    with pytest.raises(DeniedError) as refused:
        services.accept_blocker(
            key=key, mitigation=services.Mitigation("By hand", "Olga"), by=narrow, at=now()
        )
    assert refused.value.code == "E_POWER"


def test_what_is_confirmed_in_a_browser_is_exactly_this_mitigation_and_owner(shop, release):  # noqa: F811 -- a fixture
    key = raised(shop.qa, release).json()["key"]
    for other in ({"owner": "Somebody else"}, {"mitigation": "We look away"}):
        confirmed(shop.owner, "accept-blocker", f"blocker/{key}", MITIGATION | other)
        assert outcome(shop.owner.post(f"/blockers/{key}/acceptance", MITIGATION)) == REFUSED
    confirmed(shop.owner, "accept-blocker", f"blocker/{key}", MITIGATION)
    assert shop.owner.post(f"/blockers/{key}/acceptance", MITIGATION).status_code == 201
