"""Each step of a debt is on record as it was; what others owe, or owe after something else, is not touched by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from flightrules.rules.loading import load_rulebook
from flightrules.service.catalogue.models import Product
from flightrules.service.obligations import queries, services
from flightrules.service.obligations.clock import Step, StepKind, in_words, marks_passed, next_step
from flightrules.service.obligations.models import Obligation
from flightrules.service.obligations.owed import levels_of
from flightrules.service.releases.models import Release
from people_stories import actor_of, now, signing
from service.decisions.deciding import entries
from service.decisions.test_what_an_override_puts_on_record import meant
from service.obligations.conftest import begun

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
TEXT = "GO on build 4.3.0; coverage was waived by the QA lead."


def test_what_was_owed_written_and_confirmed(shop, release, at):
    (row,) = begun(release, at=at, about="decision/1")
    about = {"release": release, "rule": "decision-record"}
    due = (at + 2 * HOUR).isoformat()
    assert entries("obligation:obligation:owed") == [
        {
            **about,
            "event": "decision",
            "about": "decision/1",
            "what": "A record of what was decided, on what, and what was overridden.",
            "owner": "ticket-owner",
            "confirmed_by": "qa-lead",
            "due_at": due,
        }
    ]
    assert (row.escalates_to, row.emergency, row.started_at) == ("release-manager", False, at)
    assert row.levels == [
        ["L1", ["qa_lead", "engineering_lead"], 1800],
        ["L2", ["release_manager", "product_owner"], 3600],
        ["L3", ["cto_vp_eng"], 7200],
    ]
    late = row.due_at + 90 * timedelta(seconds=1)
    services.pay(key=str(row.key), text=TEXT, by=signing(shop.manager, late), at=late)
    [paid] = entries("obligation:obligation:paid")
    assert meant(paid["text"]) == TEXT
    assert paid == about | {"due_at": due, "late_s": 90, "text": paid["text"]}
    later = row.due_at + HOUR
    services.confirm(key=str(row.key), by=signing(shop.qa, later), at=later)
    [confirmed] = entries("obligation:obligation:confirmed")
    assert confirmed == about | {"text": paid["text"]["commitment"], "late_s": 3600}
    row.refresh_from_db()
    assert (row.paid_at, row.confirmed_at, row.confirmed_by, row.next_at) == (late, later, shop.qa.key, None)


def test_what_was_started_without_a_name_starts_again_only_once_it_is_paid(shop, release, at):
    (row,) = begun(release, "emergency-release", at=at)
    assert begun(release, "emergency-release", at=at) == []
    assert begun(release, "override", at=at)
    assert begun(shop.release("4.4.0")["key"], "emergency-release", at=at)
    services.pay(key=str(row.key), text=TEXT, by=signing(shop.manager, at), at=at)
    with transaction.atomic():
        row = Release.objects.get(pk=release)
        [again] = services.start(event="emergency-release", release=row, by=actor_of(shop.qa), at=at)
    assert (again.about, again.started_by) == ("", shop.qa.key)


def test_an_act_pays_for_what_it_is_about_and_for_nothing_else(shop, release, at):
    other = shop.release("4.4.0")["key"]
    (mine,) = begun(release, "override", at=at, about="override/1")
    begun(release, "override", at=at, about="override/2")
    begun(release, "verbal-sign-off", at=at, about="override/1")
    begun(other, "override", at=at, about="override/1")
    row, by = Release.objects.get(pk=release), actor_of(shop.qa)
    said = {"release": row, "event": "override", "owners": ["qa_lead"], "text": TEXT, "by": by, "at": at}
    with transaction.atomic():
        assert services.settle(**said, about="override/1") == 1
    assert [one.key for one in Obligation.objects.filter(paid_at__isnull=False)] == [mine.key]
    with transaction.atomic():
        assert services.settle(**said | {"owners": ["operations", "qa_lead"]}) == 1, (
            "what is left of that event"
        )


def test_a_debt_is_late_after_its_moment_and_not_at_it(shop, release, at):
    Product.objects.create(key="bank", name="Bank", opened_at=now())
    (row,) = begun(release, at=at)
    due, overdue = row.due_at, lambda moment: [one.key for one in queries.overdue(product="shop", at=moment)]
    for moment, keys, state in ((due, [], "due"), (due + TICK, [row.key], "overdue")):
        assert overdue(moment) == keys
        assert queries.state_of(row, moment) == state
        found = queries.obligations(product="shop", state=state, by=signing(shop.qa, at), at=moment)
        assert [one.key for one in found] == [row.key]
    assert not queries.overdue(product="bank", at=due + TICK).exists()
    assert not queries.unpaid(product="bank").exists()
    assert queries.unpaid(product="shop", track="").exists()
    assert not queries.unpaid(product="shop", track="hotfix").exists()
    assert (queries.late_by(row, due), queries.late_by(row, due + HOUR)) == (timedelta(0), HOUR)


WAITS = [timedelta(minutes=30), HOUR, 2 * HOUR]


@pytest.mark.parametrize(
    ("done", "after", "expected"),
    [
        ((0, False, 0), 0 * HOUR, (StepKind.REMIND, 1 * HOUR)),
        ((1, False, 0), 1 * HOUR, (StepKind.REMIND, 1.5 * HOUR)),
        ((1, False, 0), 2 * HOUR - TICK, (StepKind.REMIND, 1.5 * HOUR)),
        ((1, False, 0), 2 * HOUR, (StepKind.NOTE_OVERDUE, 2 * HOUR)),
        ((2, False, 0), 1.6 * HOUR, (StepKind.NOTE_OVERDUE, 2 * HOUR)),
        ((0, True, 0), 9 * HOUR, (StepKind.ESCALATE, 2 * HOUR)),
        ((2, True, 1), 2 * HOUR, (StepKind.ESCALATE, 2.5 * HOUR)),
        ((2, True, 2), 2 * HOUR, (StepKind.ESCALATE, 3.5 * HOUR)),
        ((2, True, 3), 9 * HOUR, None),
    ],
)
def test_each_step_has_its_moment(at, done, after, expected):
    reminders, overdue, level = done
    step = next_step(
        at, at + 2 * HOUR, WAITS, reminders=reminders, overdue=overdue, level=level, now=at + after
    )
    assert step == (Step(expected[0], at + expected[1]) if expected else None)


def test_reminders_are_half_way_and_half_an_hour_before_where_that_is_later(at):
    passed = [
        marks_passed(at, at + 2 * HOUR, at + span) for span in (HOUR - TICK, HOUR, 1.5 * HOUR, 3 * HOUR)
    ]
    assert passed == [0, 1, 2, 2]
    assert marks_passed(at, at + HOUR, at + HOUR) == 1
    assert [in_words(span) for span in (27 * HOUR, 65 * HOUR / 60, timedelta(seconds=40), timedelta(0))] == [
        "1 d 3 h",
        "1 h 5 min",
        "40 s",
        "0 s",
    ]


def test_levels_have_half_an_hour_where_nothing_was_agreed():
    text = "flightrules: 1\nauthority: {escalation: {Desk: {contacts: [Ada Novak]}}}\n"
    assert levels_of(load_rulebook(text.encode())) == [["Desk", ["Ada Novak"], 1800]]
    shipped = [["L1", 1800], ["L2", 3600], ["L3", 7200]]
    for none in (None, load_rulebook(b"flightrules: 1\n")):
        assert [[name, seconds] for name, _contacts, seconds in levels_of(none)] == shipped
