"""Two web processes and one that works, at one SQLite: they act as one, and whoever is killed is replaced."""

import contextlib
import http.client
import json
import os
import signal
import socket
import threading
import time

import pytest

pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/task"), reason="processes are looked up in /proc"
)

CHAT = {"title": "Team chat", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/x"}
PATH = "/api/v1/products/shop/channels"


_OPEN: list[http.client.HTTPConnection | socket.socket] = []


@pytest.fixture(autouse=True)
def _nothing_stays_open():
    yield
    while _OPEN:
        _OPEN.pop().close()


class Line:
    """One connection that is kept, so that one process answers all that is asked over it."""

    def __init__(self, office) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", office.port, timeout=20)
        _OPEN.append(self._line)
        counts = self.ask("GET", "/metrics")[1].decode()
        self.process = int(float(counts.partition("\nflightrules_process_id ")[2].split()[0]))

    def ask(self, method: str, path: str, token: str = "", body=None, **headers: str) -> tuple[int, bytes]:
        said = {"Authorization": f"Bearer {token}"} if token else {}
        said |= {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        self._line.request(method, path, None if body is None else json.dumps(body), said)
        answer = self._line.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        self._line.close()


def lines_to_both(office, *, without=(), within: float = 20.0) -> list[Line]:
    """A line to each of two web processes; the system chooses who takes a new one."""
    found, until = {}, time.monotonic() + within
    while len(found) < 2:
        assert time.monotonic() < until, office.log()
        with contextlib.suppress(OSError, http.client.HTTPException):
            line = Line(office)
            if line.process in without or line.process in found:
                line.close()
            else:
                found[line.process] = line
    return list(found.values())


def family(parent) -> set[int]:
    """Whom the process began, in whichever thread, that still live."""
    found = set()
    for task in os.listdir(f"/proc/{parent.pid}/task"):
        with contextlib.suppress(OSError), open(f"/proc/{parent.pid}/task/{task}/children") as file:
            found.update(int(one) for one in file.read().split())
    return found


def gone(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def await_that(holds, within: float = 15.0) -> None:
    until = time.monotonic() + within
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def follow(office, token: str) -> socket.socket:
    """An event stream that answers, with whichever process."""
    stream = socket.create_connection(("127.0.0.1", office.port), timeout=10)
    _OPEN.append(stream)
    head = f"GET /api/v1/events?product=shop HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    stream.sendall(head.encode())
    assert stream.recv(4096).startswith(b"HTTP/1.1 200")
    return stream


def hear(stream: socket.socket, count: int) -> bytes:
    heard = b""
    while heard.count(b"event: ") < count:
        heard += stream.recv(65536)
    return heard


def keys(line: Line, token: str) -> set[str]:
    return {one["key"] for one in json.loads(line.ask("GET", f"{PATH}?limit=500", token)[1])["items"]}


def opened(line: Line, token: str) -> str:
    status, body = line.ask("POST", PATH, token, CHAT)
    assert status == 201, body
    return json.loads(body)["key"]


def test_two_processes_act_as_one_and_whoever_is_killed_is_replaced(office):
    office.environment["FLIGHTRULES_RATE_PER_CALLER"] = "3"  # so thirty at once
    parent = office.serve("--workers", "2")
    link = office.log().partition("/setup?")[2].split()[0]
    one, other = lines_to_both(office)
    assert [line.ask("GET", f"/setup?{link}")[0] for line in (one, other)] == [200, 200]

    manager = office.person(("release-manager", "shop"))["token"]
    stream = follow(office, manager)
    acknowledged = {opened(line, manager) for line in (one, other, one, other)}
    assert keys(one, manager) == keys(other, manager) == acknowledged
    hear(stream, 4)  # whichever process the reader is with, half of it was done by the other

    began = time.monotonic()
    answers = [line.ask("GET", PATH, "nobody")[0] for _ in range(25) for line in (one, other)]
    assert set(answers) == {401, 429}
    assert 30 <= answers.count(401) <= 31 + 3 * (time.monotonic() - began)

    before = family(parent)
    os.kill(one.process, signal.SIGKILL)
    acknowledged.add(opened(other, manager))  # nobody waits for who is gone
    (worker,) = before - {one.process, other.process}
    os.kill(worker, signal.SIGKILL)
    await_that(lambda: len(family(parent) - {one.process, worker}) == 3)
    both = lines_to_both(office, without={one.process})
    assert all(keys(line, manager) == acknowledged for line in both)

    parent.send_signal(signal.SIGTERM)
    assert parent.wait(timeout=10) == 0
    assert all(gone(process) for process in before | {line.process for line in both})


@pytest.mark.slow
def test_killed_the_watcher_takes_all_with_it_and_the_next_has_the_port_at_once(office):
    for _ in range(3):
        parent = office.serve("--workers", "2")
        lines_to_both(office)
        children = family(parent)
        assert len(children) == 3
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        await_that(lambda children=children: all(gone(process) for process in children), within=1.0)


@pytest.mark.slow
def test_all_that_are_told_to_end_at_once_end_well(office):
    """As a terminal and a service manager tell: every process of the group, not the first alone."""
    for number in (signal.SIGTERM, signal.SIGINT):
        parent = office.serve("--workers", "2")
        lines_to_both(office)
        for process in (*family(parent), parent.pid):
            os.kill(process, number)
        assert parent.wait(timeout=10) == 0
        assert "ended early" not in office.log()


@pytest.mark.slow
def test_work_that_the_web_asks_for_begins_before_the_next_sweep(office):
    """The web's processes tell the one that works; a trial notice is tried at once."""
    office.serve("--workers", "2")
    manager = office.person(("release-manager", "shop"))["token"]
    waits = []
    for line in lines_to_both(office):
        key = opened(line, manager)
        for _ in range(3):
            line.ask("POST", f"{PATH}/{key}/trial", manager)
            began = time.monotonic()
            await_that(lambda line=line: _tried(line, manager))
            waits.append(time.monotonic() - began)
    assert sorted(waits)[len(waits) // 2] < 1.5, waits


def _tried(line: Line, token: str) -> bool:
    found = json.loads(line.ask("GET", "/api/v1/products/shop/notices?limit=500", token)[1])["items"]
    return all(one["attempts"] for one in found)


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_while_web_processes_are_killed_in_turn(office):
    office.environment |= {"FLIGHTRULES_RATE_PER_CALLER": "0", "FLIGHTRULES_RATE_PER_ADDRESS": "0"}
    parent = office.serve("--no-worker", "--workers", "2")
    manager = office.person(("release-manager", "shop"))["token"]
    stop, acknowledged, answers = threading.Event(), set(), set()

    channel = opened(lines_to_both(office)[0], manager)

    def client(name: int) -> None:
        number = 0
        while not stop.is_set():
            key = f"{name}-{number}"
            try:
                status, _, body = office.ask(
                    "POST", f"{PATH}/{channel}/trial", token=manager, Idempotency_Key=key
                )
            except (OSError, http.client.HTTPException):
                continue  # asked again, under the same key
            answers.add(status)
            acknowledged.add(json.loads(body)["key"])
            number += 1

    clients = [threading.Thread(target=client, args=(name,)) for name in range(8)]
    for thread in clients:
        thread.start()
    for _ in range(4):
        victim, _ = lines_to_both(office)
        os.kill(victim.process, signal.SIGKILL)
        time.sleep(6)  # twice in five seconds is taken for a fault that stays
    stop.set()
    for thread in clients:
        thread.join(60)
    assert parent.poll() is None
    assert answers == {202}, [line for line in office.log(0).splitlines() if '"error"' in line]
    listed = office.python(_NOTICES).split()
    assert len(listed) == len(set(listed)) == len(acknowledged)
    assert set(listed) == acknowledged
    assert office.run("ledger", "verify").wait() == 0, office.log()


_NOTICES = """
from flightrules.service.config.start import start
start()
from flightrules.service.notices.models import Outbox
print(*Outbox.objects.values_list("key", flat=True))
"""
