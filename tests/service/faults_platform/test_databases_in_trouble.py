"""F01, F08, F10: writers killed on PostgreSQL, deadlocks, and a database that somebody else sits on."""

import contextlib
import json
import sqlite3
import threading
import time

import pytest

from service.faults.homes import STARTED
from service.faults.test_killed_writers import NURSERY

CHAT = {"title": "Team chat", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/x"}
PATH = "/api/v1/products/shop/channels"
_GONE = """
def await_all_gone():
    # a killed writer's last commit may still be under way in the server
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                           " AND backend_type = 'client backend' AND pid <> pg_backend_pid()")
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.005)
"""
_SEQS = """
from flightrules.service.records.models import Entry
print(list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(Entry.objects.count())))
"""


def _channels(office, token: str) -> int:
    return len(json.loads(office.get(f"{PATH}?limit=500", token)[2])["items"])


def _survive_kills(office, kills: int) -> None:
    """As on SQLite: writers are forked from one started service and killed at any moment, one after the other."""
    script = STARTED + _GONE + NURSERY.format(kills=kills)
    script = script.replace("    print(acknowledged,", "    await_all_gone()\n    print(acknowledged,")
    known, lines = 1, office.python(script).splitlines()
    assert len(lines) == kills
    for line in lines:
        acknowledged, there = map(int, line.split())
        assert known + acknowledged <= there <= known + acknowledged + 1  # at most the one in flight
        known = there
    assert known > kills // 2
    assert office.python(STARTED + _SEQS).strip() == "True"
    verified = office.run("ledger", "verify")
    assert verified.wait(timeout=120) == 0, office.log()


def test_nothing_that_was_acknowledged_is_lost_in_20_kills_on_postgresql(shared_office):
    _survive_kills(shared_office, 20)


@pytest.mark.slow
def test_nothing_that_was_acknowledged_is_lost_in_1000_kills_on_postgresql(shared_office):
    _survive_kills(shared_office, 1000)


@pytest.fixture
def manager(shared_office):
    shared_office.serve("--no-worker")
    return shared_office.person(("release-manager", "shop"))["token"]


@pytest.fixture
def beside(shared_office):
    """Somebody else at the same PostgreSQL."""
    import psycopg

    with psycopg.connect(shared_office.database, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("state", ["40001", "40P01"], ids=["serialisation", "deadlock"])
def test_a_change_that_the_database_gives_up_is_not_made_by_half(shared_office, manager, beside, state):
    """The last statement but one of the change fails: nothing of it stays, and its key brings it later, once."""
    office = shared_office
    beside.execute(
        "CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '{state}'; END $$"
    )
    beside.execute("CREATE TRIGGER give_up BEFORE INSERT ON records_entry EXECUTE FUNCTION give_up()")
    status, headers, body = office.ask("POST", PATH, CHAT, manager, Idempotency_Key="one")
    assert (status, json.loads(body)["code"]) == (503, "E_DATABASE")
    assert int(headers["retry-after"]) > 0
    assert _channels(office, manager) == 0
    beside.execute("DROP TRIGGER give_up ON records_entry")
    first = office.ask("POST", PATH, CHAT, manager, Idempotency_Key="one")
    again = office.ask("POST", PATH, CHAT, manager, Idempotency_Key="one")
    assert (first[0], again[0], first[2]) == (201, 201, again[2])
    assert _channels(office, manager) == 1


def test_a_real_deadlock_ends_in_an_answer_and_in_one_change(shared_office, manager, beside):
    """Two that wait for each other: PostgreSQL gives one of them up, and whoever it is, nothing is done twice."""
    import psycopg

    office, answers = shared_office, []
    assert office.ask("POST", PATH, CHAT, manager)[0] == 201
    beside.execute("BEGIN")
    beside.execute("SELECT 1 FROM records_stream WHERE name = 'product/shop' FOR UPDATE")
    asking = threading.Thread(
        target=lambda: answers.append(office.ask("POST", PATH, CHAT, manager, Idempotency_Key="two"))
    )
    asking.start()
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    until = time.monotonic() + 20
    while beside.execute(waits).fetchone()[0] == 0:
        assert time.monotonic() < until
        time.sleep(0.02)
        beside.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first
    with contextlib.suppress(psycopg.errors.DeadlockDetected):  # now it waits for us, and we for its key
        beside.execute("LOCK TABLE door_keptanswer IN EXCLUSIVE MODE")
    beside.execute("ROLLBACK")
    asking.join(30)
    assert answers[0][0] in (201, 503), answers
    status, _, _ = office.ask("POST", PATH, CHAT, manager, Idempotency_Key="two")
    assert status == 201
    assert _channels(office, manager) == 2


@contextlib.contextmanager
def _held(office, begin: str):
    """Somebody else's transaction on SQLite's file."""
    line = sqlite3.connect(office.home / "flightrules.sqlite3", isolation_level=None)
    line.execute(begin)
    line.execute("SELECT count(*) FROM records_entry").fetchone()
    try:
        yield line
    finally:
        line.execute("ROLLBACK")
        line.close()


def test_a_reader_that_takes_its_time_holds_nobody_up(office):
    """And a change that reads first and writes then never fails for having read too early (BUSY_SNAPSHOT)."""
    office.serve("--no-worker")
    manager = office.person(("release-manager", "shop"))["token"]
    with _held(office, "BEGIN") as reader:
        before = reader.execute("SELECT count(*) FROM records_entry").fetchone()
        statuses = [office.ask("POST", PATH, CHAT, manager)[0] for _ in range(3)]
        assert statuses == [201, 201, 201]
        assert reader.execute("SELECT count(*) FROM records_entry").fetchone() == before
    assert _channels(office, manager) == 3


@pytest.mark.slow
def test_a_writer_that_sits_on_the_database_is_waited_for_and_then_said(office):
    office.serve("--no-worker")
    manager = office.person(("release-manager", "shop"))["token"]
    with _held(office, "BEGIN IMMEDIATE"):
        began = time.monotonic()
        status, headers, body = office.ask("POST", PATH, CHAT, manager, Idempotency_Key="one")
        assert 15 < time.monotonic() - began < 29
        assert (status, json.loads(body)["code"]) == (503, "E_DATABASE")
        assert int(headers["retry-after"]) > 0
        assert office.get(PATH, manager)[0] == 200  # reading goes on
        command = office.run("ledger", "adopt-key", "--key", str(office.home / "keys" / "ledger.pub"))
        assert command.wait(timeout=60) == 2
        said = office.log()
        assert "error E_DATABASE" in said
        assert "Traceback" not in said
    assert office.ask("POST", PATH, CHAT, manager, Idempotency_Key="one")[0] == 201
    assert _channels(office, manager) == 1
