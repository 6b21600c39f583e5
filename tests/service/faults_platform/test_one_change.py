"""One key is one change, whoever is killed or cut off when; on both databases, with real processes."""

import json
import signal
import socket
import threading
import time

import pytest

CHAT = {"title": "Team chat", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/x"}
PATH = "/api/v1/products/shop/channels"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_office(request):
    return request.getfixturevalue("office" if request.param == "sqlite" else "shared_office")


def _count(office, token: str) -> int:
    return len(json.loads(office.get(f"{PATH}?limit=500", token)[2])["items"])


def test_ten_requests_at_once_under_one_key_are_one_change(any_office):
    office = any_office
    ports = [office.port]
    office.serve("--no-worker")
    manager = office.person(("release-manager", "shop"))["token"]
    answers: list[tuple[int, bytes]] = []

    def ask(number: int) -> None:
        status, _, body = office.ask(
            "POST", PATH, CHAT, manager, port=ports[number % len(ports)], Idempotency_Key="one"
        )
        answers.append((status, body))

    for _ in range(3):
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {status for status, _ in answers} == {201}
    assert len({body for _, body in answers}) == 1
    assert _count(office, manager) == 1


def test_an_answer_that_was_lost_on_the_way_is_given_again(any_office):
    """F09: the change was committed, the line was cut before the answer."""
    office = any_office
    office.serve("--no-worker")
    manager = office.person(("release-manager", "shop"))["token"]
    body = json.dumps(CHAT).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {manager}\r\nIdempotency-Key: lost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", office.port), timeout=10) as line:
        line.sendall(head.encode() + body)
        until = time.monotonic() + 20
        while _count(office, manager) == 0:
            assert time.monotonic() < until
            time.sleep(0.1)
    status, headers, _ = office.ask("POST", PATH, CHAT, manager, Idempotency_Key="lost")
    assert (status, headers["idempotent-replay"]) == (201, "true")
    assert _count(office, manager) == 1


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice_under_kills(office):
    """F01 for the whole service: killed at random moments under load; clients repeat with their keys."""
    office.serve("--no-worker")
    manager = office.person(("release-manager", "shop"))["token"]
    stop, acknowledged, lock = threading.Event(), set(), threading.Lock()

    def client(name: int) -> None:
        for number in range(12):
            while not stop.is_set():
                try:
                    status, _, body = office.ask(
                        "POST",
                        PATH,
                        CHAT | {"title": f"{name}-{number}"},
                        manager,
                        Idempotency_Key=f"{name}-{number}",
                    )
                except OSError:
                    time.sleep(0.05)
                    continue
                if status == 201:
                    with lock:
                        acknowledged.add(json.loads(body)["key"])
                    break
                assert status == 503, body
                time.sleep(0.1)

    clients = [threading.Thread(target=client, args=(name,)) for name in range(3)]
    for thread in clients:
        thread.start()
    for _ in range(4):
        time.sleep(0.4)
        office.processes[-1].send_signal(signal.SIGKILL)
        office.processes[-1].wait()
        office.serve("--no-worker")
    for thread in clients:
        thread.join(60)
    stop.set()
    stored = {one["key"] for one in json.loads(office.get(f"{PATH}?limit=500", manager)[2])["items"]}
    assert acknowledged == stored
    assert len(stored) == 36


def test_another_program_at_the_same_database_takes_no_journal_away(office):
    """SQLite's locks are the process's: who opens the file and closes it beside a connection gives them up.

    Then the next program that comes and goes takes the journal with it, and what was acknowledged is lost.
    """
    office.serve("--no-worker")
    office.get("/readyz")  # from here on one of the web's processes holds a connection
    manager = office.person(("release-manager", "shop"))["token"]  # a program that comes and goes
    assert (office.home / "flightrules.sqlite3-wal").exists()
    assert office.ask("POST", PATH, CHAT, manager)[0] == 201
    office.processes[-1].send_signal(signal.SIGKILL)
    office.processes[-1].wait()
    office.serve("--no-worker")
    assert _count(office, manager) == 1
