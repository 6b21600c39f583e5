"""The first starts on an empty PostgreSQL: several at once, or killed again and again while they migrate."""

import signal
import time

import pytest


def test_three_processes_that_start_at_once_take_turns_with_the_schema(new_shared_office):
    office = new_shared_office
    workers = [office.run("worker"), office.run("worker")]
    office.serve("--no-worker")
    until = time.monotonic() + 30
    while office.get("/readyz")[0] != 200:
        assert time.monotonic() < until, office.get("/readyz")
        time.sleep(0.2)
    assert [worker.poll() for worker in workers] == [None, None]


@pytest.mark.slow
def test_killed_while_it_migrates_the_next_start_goes_on(new_shared_office):
    office = new_shared_office
    for moment in (1.5, 2.0, 2.5, 3.0, 3.5, 4.0):
        process = office.run("worker")
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
    office.serve()
    assert office.get("/healthz")[0] == 200


@pytest.mark.slow
def test_two_web_processes_on_postgresql_leave_with_their_parent(shared_office):
    """Killed, the parent cannot tell them; they see it themselves, and the port is free again."""
    office = shared_office
    process = office.serve("--no-worker", "--workers", "2")
    process.send_signal(signal.SIGKILL)
    process.wait()
    began = time.monotonic()
    time.sleep(1.5)
    office.serve("--no-worker", "--workers", "2")
    assert time.monotonic() - began < 8.0
    office.processes[-1].send_signal(signal.SIGTERM)
    assert office.processes[-1].wait(timeout=20) == 0
