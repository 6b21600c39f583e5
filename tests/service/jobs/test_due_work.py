"""Rows that say what is due: claimed by one, tried with longer pauses, parked when it kills or cannot be done."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from flightrules.errors import FlightrulesError
from flightrules.service.jobs import embedded
from flightrules.service.jobs.due import GiveUpError, State, due_keys, revive, step_s, work_off
from flightrules.service.jobs.models import WorkerBeat
from flightrules.service.jobs.queries import seconds_since_beat, works
from flightrules.service.jobs.registry import handler
from flightrules.service.jobs.services import enqueue
from flightrules.service.jobs.sweep import Sweeper, sweep
from flightrules.service.notices.models import Outbox

ROWS = Outbox.objects


@pytest.fixture
def row(at):
    return ROWS.create(
        once="1", product="shop", kind="go", about="r/1", channel="email", told_at=at, next_at=at
    )


def _fresh() -> Outbox:
    return ROWS.get()


def _work(at, act, **given):
    return work_off(ROWS.all(), str(_fresh().pk), act, at=at, **given)


def _fail(_row):
    raise FlightrulesError("E_SOMETHING", "it did not work")


def test_work_is_done_once(row, at):
    done = []
    _work(at, done.append)
    _work(at, done.append)
    assert len(done) == 1
    assert (_fresh().state, _fresh().finished_at) == (State.DONE, at)


def test_work_that_is_not_due_waits(row, at):
    done = []
    _work(at - timedelta(seconds=1), done.append)
    assert done == []


def test_nobody_else_takes_what_is_claimed_until_its_lease_ends(row, at):
    done = []

    def meanwhile(_row):
        _work(at + timedelta(seconds=44), done.append)

    _work(at, meanwhile, outside=True)
    assert done == []


def test_what_a_dead_worker_left_is_due_again_when_its_lease_ends(row, at):
    with pytest.raises(KeyboardInterrupt):
        _work(at, _die)
    assert due_keys(ROWS.all(), at + timedelta(seconds=44), 10) == []
    assert due_keys(ROWS.all(), at + timedelta(seconds=45), 10) == [str(row.pk)]


def _die(_row):
    raise KeyboardInterrupt


def test_work_that_kills_its_workers_is_parked_after_three(row, at):
    moment = at
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            _work(moment, _die)
        moment += timedelta(seconds=45)
    done = []
    _work(moment, done.append)
    assert done == []
    assert (_fresh().state, _fresh().fault) == (State.DEAD, "its worker died 3 times")


def test_pauses_grow_and_are_the_same_each_time():
    assert [step_s(attempts) for attempts in range(1, 9)] == [5, 30, 120, 600, 1800, 3600, 3600, 3600]


def test_work_is_given_up_after_its_limit(row, at, monkeypatch):
    monkeypatch.setattr(Outbox, "LIMIT", 3)
    moment = at
    while _fresh().state == State.WAITING:
        _work(moment, _fail)
        moment = _fresh().next_at or moment
    assert (_fresh().attempts, _fresh().fault) == (3, "E_SOMETHING: it did not work")


def test_what_cannot_be_helped_is_parked_at_once(row, at):
    def gone(_row):
        raise GiveUpError("E_GONE", "gone for good")

    _work(at, gone)
    assert (_fresh().state, _fresh().attempts) == (State.DEAD, 1)


def test_a_foreign_error_is_named_without_its_text(row, at):
    def leak(_row):
        raise ValueError("password=hunter2")

    _work(at, leak)
    assert _fresh().fault == "ValueError"


def test_what_was_changed_by_work_that_failed_is_undone(row, at):
    def half(found):
        Outbox.objects.filter(pk=found.pk).update(product="other")
        _fail(found)

    _work(at, half)
    assert _fresh().product == "shop"


def test_a_lost_database_counts_as_nothing_but_time(row, at):
    def lost(_row):
        raise OperationalError("gone")

    with pytest.raises(OperationalError):
        _work(at, lost)
    assert (_fresh().state, _fresh().fault) == (State.WAITING, "")


def test_what_was_parked_can_be_revived(row, at):
    _work(at, lambda _row: (_ for _ in ()).throw(GiveUpError("E_GONE", "gone")))
    found = _fresh()
    revive(found, at=at)
    done = []
    _work(at, done.append)
    assert len(done) == 1


def test_the_sweep_offers_what_is_due_and_leaves_the_rest(row, at):
    ROWS.create(
        once="2",
        product="shop",
        kind="go",
        about="r/1",
        channel="email",
        told_at=at,
        next_at=at + timedelta(hours=1),
    )
    offered = []
    sweep(lambda name, key: offered.append((name, key)), at)
    assert offered == [("notices.deliver", str(row.pk))]


def test_a_sweeping_worker_leaves_a_sign_of_life(at):
    assert seconds_since_beat(at) is None
    assert not works(at)
    Sweeper(lambda _name, _key: None).once()
    beat = WorkerBeat.objects.get().beat_at
    assert works(beat + timedelta(seconds=30))
    assert not works(beat + timedelta(seconds=31))


def test_work_that_nobody_knows_is_refused_where_it_is_asked_for():
    with pytest.raises(LookupError):
        handler("no.such.work")
    with pytest.raises(LookupError), transaction.atomic():
        enqueue("no.such.work", "1")


def test_asking_twice_is_asking_once(row, settings):
    """On PostgreSQL the queue refuses the second, and the caller's transaction goes on."""
    with transaction.atomic():
        enqueue("notices.deliver", row.pk)
        enqueue("notices.deliver", row.pk)
    assert ROWS.count() == 1


def test_a_runner_does_the_same_work_once_at_a_time(monkeypatch):
    release, running = threading.Event(), []

    def slow(name, key):
        running.append((name, key))
        release.wait(5)

    monkeypatch.setattr(embedded, "_do", slow)
    monkeypatch.setattr(Sweeper, "once", lambda _self: None)
    runner = embedded.Runner(threads=2)
    runner.start()
    for _ in range(5):
        runner.offer("a", "1")
    runner.offer("a", "2")
    release.set()
    assert runner.stop()
    assert sorted(running) == [("a", "1"), ("a", "2")]


def test_a_gate_does_not_wait_behind_messages(monkeypatch):
    release, judged = threading.Event(), threading.Event()

    def slow(name, _key):
        if name == "readiness.judge":
            judged.set()
        else:
            release.wait(5)

    monkeypatch.setattr(embedded, "_do", slow)
    monkeypatch.setattr(Sweeper, "once", lambda _self: None)
    runner = embedded.Runner(threads=1)
    runner.start()
    for number in range(5):
        runner.offer("notices.deliver", str(number))
    runner.offer("readiness.judge", "1")
    assert judged.wait(5)
    release.set()
    assert runner.stop()
