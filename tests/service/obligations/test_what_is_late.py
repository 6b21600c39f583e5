"""What is late is known from the rows and the clock, and told level by level, whatever became of the worker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.jobs.registry import due_finders, handler
from flightrules.service.jobs.sweep import sweep
from flightrules.service.notices.kinds import Kind, written
from flightrules.service.notices.models import Outbox
from flightrules.service.obligations import queries, telling
from flightrules.service.obligations.models import Obligation
from flightrules.service.records.models import Entry
from service.obligations.conftest import begun, proved
from service.shop import RULEBOOK, now

HOUR = timedelta(hours=1)


def swept(at):
    """One sweep of a worker that does at once what it finds."""
    return sweep(lambda name, key: handler(name)(key, at) if name == "obligations.advance" else None, at)


def told(kind):
    rows = Outbox.objects.filter(kind=kind).order_by("told_at", "pk")
    return [written(Kind(kind), row.context, base_url="") for row in rows]


def tags(row):
    return [
        tag.rpartition(":")[2]
        for tag in Entry.objects.filter(subject=f"obligation/{row.key}")
        .order_by("id")
        .values_list("tag", flat=True)
    ]


@pytest.fixture
def owed(shop, release, at):
    return begun(release, "verbal-sign-off", at=at)[0]


def test_the_sweep_knows_of_this_work():
    assert "obligations.advance" in dict(due_finders())


def test_the_owner_is_reminded_half_way_and_half_an_hour_before(shop, owed, at):
    swept(at + 11 * HOUR)
    assert not told("reminder")
    swept(at + 12 * HOUR)
    swept(at + 12 * HOUR)
    (first,) = told("reminder")
    assert "The written sign-off" in first.subject
    assert dict(first.facts)["Waiting for"] == "qa-lead"
    assert {row.person for row in Outbox.objects.all()} == {shop.qa.key}
    swept(at + 23.5 * HOUR)
    assert len(told("reminder")) == 2
    assert "due in 30 min" in told("reminder")[1].subject
    assert tags(owed) == ["owed"]


def test_a_worker_that_woke_late_reminds_once(owed, at):
    swept(at + 23.75 * HOUR)
    swept(at + 23.8 * HOUR)
    assert len(told("reminder")) == 1


def test_it_is_noted_as_overdue_and_taken_up_level_by_level(shop, owed, at):
    due = owed.due_at
    swept(due)
    assert tags(owed) == ["owed", "overdue", "escalated"]
    assert "escalated to L1" in told("escalation")[0].subject
    swept(due + timedelta(minutes=29))
    assert tags(owed)[2:] == ["escalated"]
    swept(due + timedelta(minutes=30))
    swept(due + timedelta(minutes=90))
    swept(due + 300 * HOUR)
    assert tags(owed) == ["owed", "overdue", "escalated", "escalated", "escalated"]
    owed.refresh_from_db()
    assert (owed.level, owed.next_at) == (3, None)


def test_each_level_tells_its_own_people(shop, person, owed, at):
    cto = person("cto", product="shop", name="Noa Berg")
    swept(owed.due_at)
    first = {row.person for row in Outbox.objects.filter(kind="escalation")}
    assert first == {shop.qa.key, shop.engineering.key, cto.key}  # the rule names the CTO from the beginning
    swept(owed.due_at + timedelta(minutes=30))
    second = {row.person for row in Outbox.objects.filter(kind="escalation")} - first
    assert second == {shop.manager.key, shop.owner.key}


def test_with_the_worker_down_for_a_day_it_is_overdue_all_the_same(owed, at):
    later = owed.due_at + 24 * HOUR
    assert [row.key for row in queries.overdue(product="shop", at=later)] == [owed.key]
    assert queries.state_of(owed, later) is queries.ObligationState.OVERDUE
    assert tags(owed) == ["owed"]
    swept(later)
    assert tags(owed) == ["owed", "overdue", "escalated", "escalated", "escalated"]
    assert not told("reminder")
    assert b'"late_s":86400' in bytes(Entry.objects.get(tag="obligation:obligation:overdue").body)


def test_a_worker_that_died_in_between_leaves_the_next_step_due(owed, at, monkeypatch):
    def dead(*_args, **_given):
        raise KeyboardInterrupt

    later = owed.due_at + 24 * HOUR
    monkeypatch.setattr(telling, "tell", dead)
    with pytest.raises(KeyboardInterrupt):
        telling.advance(str(owed.key), later)
    monkeypatch.undo()
    assert tags(owed) == ["owed", "overdue"]
    telling.advance(str(owed.key), later)
    assert tags(owed) == ["owed", "overdue", "escalated", "escalated", "escalated"]
    assert len({row.context["level"] for row in Outbox.objects.filter(kind="escalation")}) == 3


def test_nobody_is_told_twice(owed, at):
    for _ in range(3):
        telling.advance(str(owed.key), owed.due_at)
    assert tags(owed) == ["owed", "overdue", "escalated"]


def test_what_is_paid_is_told_of_no_more(shop, release):
    (row,) = begun(release, "emergency-release", at=now() - 23 * HOUR)
    said = {"text": "The review is on Monday."}
    assert proved(shop.manager, now()).post(f"/obligations/{row.key}/payment", said).status_code == 201
    assert not list(telling.to_tell(now() + 100 * HOUR, 10))
    telling.advance(str(row.key), now() + 100 * HOUR)
    assert tags(row) == ["owed", "paid"]


def test_what_was_written_late_is_told_to_who_confirms(shop, release):
    (row,) = begun(release, at=now() - 3 * HOUR)
    proved(shop.manager, now()).post(f"/obligations/{row.key}/payment", {"text": "GO, without overrides."})
    (said,) = [one for one in told("reminder") if "confirming" in one.subject]
    assert "1 h late" in said.subject or "1 h 0" in said.subject
    assert {one.person for one in Outbox.objects.filter(kind="reminder")} == {shop.qa.key}


def test_a_record_that_nobody_confirms_in_time_is_taken_up_as_well(shop, release):
    (row,) = begun(release, at=now())
    proved(shop.manager, now()).post(f"/obligations/{row.key}/payment", {"text": "GO, without overrides."})
    assert shop.qa.get(f"/obligations/{row.key}").json()["waits_for"] == "qa-lead"
    swept(row.due_at + timedelta(minutes=31))
    assert tags(row) == ["owed", "paid", "overdue", "escalated", "escalated"]
    assert "not confirmed by QA lead" in told("escalation")[0].subject
    said = shop.qa.get(f"/obligations/{row.key}").json()
    assert (said["state"], said["late"], said["level"]) == ("paid", "", 2)  # what was written was in time
    assert proved(shop.qa, now()).post(f"/obligations/{row.key}/confirmation").status_code == 201
    swept(row.due_at + 100 * HOUR)
    assert tags(row)[5:] == ["confirmed"]
    assert shop.qa.get(f"/obligations/{row.key}").json()["waits_for"] == ""


def test_the_path_is_the_rulebooks_as_it_stood_when_the_clock_began(shop, at):
    path = (
        "authority:\n  preset: qa-led\n  escalation:\n    Desk: {contacts: [Ada Novak], respond_within: 5m}\n"
    )
    shop.adopt(RULEBOOK.replace("authority:\n  preset: qa-led\n", path))
    key = shop.release()["key"]
    (row,) = begun(key, at=at)
    assert row.levels == [["Desk", ["Ada Novak"], 300]]
    telling.advance(str(row.key), row.due_at + HOUR)
    assert tags(row) == ["owed", "overdue", "escalated"]
    assert shop.owner.key in {one.person for one in Outbox.objects.filter(kind="escalation")}
    assert Obligation.objects.get().level == 1
