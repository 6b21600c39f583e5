"""Work in the background outlives those who do it: killed workers, a restarted database, a receiver that is down."""

import contextlib
import http.server
import json
import os
import signal
import subprocess
import threading
import time

import pytest

_CHANNEL = """
import sys, json
from flightrules.service.config.start import start
start()
from django.db import transaction
from django.utils import timezone
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.models import Channel, Outbox, Subscription
from flightrules.service.notices import sealing
from flightrules.service.notices.services import tell
from flightrules.service.notices.signature import new_secret
if not Subscription.objects.exists():
    Subscription.objects.create(product="shop", title="t", channel="webhook", shown="x", opened_at=timezone.now(),
        address=sealing.sealed(sys.argv[1]), secret=sealing.sealed(new_secret()), kinds=[])
for number in range(int(sys.argv[2])):
    with transaction.atomic():
        tell(Kind.AFTER, product="shop", about="release/1", once=f"after/{sys.argv[3]}/{number}", at=timezone.now(),
            context={"product": "shop", "version": "1", "outcome": "fine", "incidents": "", "stability": ""})
"""

_STATES = """
from flightrules.service.config.start import start
start()
import json
from flightrules.service.notices.queries import counts_by_state
print(json.dumps(counts_by_state()))
"""


class Receiver:
    """A real HTTP server that counts what it is sent, by the id of the message."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.status = 200
        self.slow_s = 0.0
        self.begun = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                receiver.begun.set()
                time.sleep(receiver.slow_s)
                if receiver.status == 200:
                    receiver.seen.append(self.headers["webhook-id"])
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_):
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def await_messages(self, count: int, within: float) -> None:
        until = time.monotonic() + within
        while len(set(self.seen)) < count:
            assert time.monotonic() < until, f"{len(set(self.seen))} of {count} after {within} s"
            time.sleep(0.1)


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


def _tell(office, receiver, count: int = 1, name: str = "a") -> None:
    office.python(_CHANNEL, receiver.url, str(count), name)


def _allow(office) -> None:
    office.environment["FLIGHTRULES_NOTICE_HOSTS"] = "127.0.0.1"


@pytest.mark.slow
def test_what_was_told_while_nobody_worked_is_delivered_once_at_the_next_start(office, receiver):
    _allow(office)
    process = office.serve("--no-worker")
    _tell(office, receiver, 5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    office.serve()
    receiver.await_messages(5, within=15)
    time.sleep(4)  # another sweep passes
    assert len(receiver.seen) == 5
    assert json.loads(office.python(_STATES))["done"] == 5


def test_two_workers_on_postgresql_share_the_work_and_do_nothing_twice(shared_office, receiver):
    office = shared_office
    _allow(office)
    office.serve("--no-worker")
    workers = [office.run("worker"), office.run("worker")]
    _tell(office, receiver, 40)
    receiver.await_messages(40, within=30)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(timeout=25) for worker in workers] == [0, 0], office.log()
    assert len(receiver.seen) == 40


@pytest.mark.slow
def test_the_worker_beside_the_web_works_on_postgresql_too(shared_office, receiver):
    _allow(shared_office)
    process = shared_office.serve()
    _tell(shared_office, receiver, 3)
    receiver.await_messages(3, within=15)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


@pytest.mark.slow
def test_a_killed_workers_work_is_done_by_the_survivor_within_a_minute(shared_office, receiver):
    office = shared_office
    _allow(office)
    office.serve("--no-worker")
    receiver.slow_s = 8.0
    doomed = office.run("worker")
    _tell(office, receiver, 2)
    assert receiver.begun.wait(20)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    killed = time.monotonic()
    time.sleep(9)  # the calls that it had begun end; nobody is left to mark them
    receiver.seen.clear()
    receiver.slow_s = 0.0
    office.run("worker")
    receiver.await_messages(2, within=60 - (time.monotonic() - killed))
    time.sleep(3)
    assert json.loads(office.python(_STATES)) == {"waiting": 0, "done": 2, "dead": 0}


@pytest.mark.slow
def test_postgresql_restarts_and_the_service_says_so_and_comes_back(
    shared_office, receiver, postgresql_server
):
    """F07: 503 with Retry-After while it is away, no 500; the pool and the worker recover by themselves."""
    office = shared_office
    _allow(office)
    office.serve("--no-worker")
    office.run("worker")
    reader = office.person(("viewer", "shop"))
    path = "/api/v1/products/shop/notices"
    assert office.get(path, reader["token"])[0] == 200
    _restart(postgresql_server, office, path, reader["token"])
    began = time.monotonic()
    while office.get(path, reader["token"])[0] != 200:
        assert time.monotonic() - began < 5.0
        time.sleep(0.1)
    _tell(office, receiver, 2)
    receiver.await_messages(2, within=30)


def _restart(server, office, path: str, token: str) -> None:
    with open(server.pgdata / "postmaster.pid", encoding="ascii") as file:
        os.kill(int(file.readline()), signal.SIGQUIT)  # what pg_ctl stop -m immediate sends
    time.sleep(1.0)
    seen = {office.get(path, token)[0] for _ in range(5)}
    status, headers, body = office.get(path, token)
    assert (seen, status, json.loads(body)["code"]) == ({503}, 503, "E_DATABASE")
    assert int(headers["retry-after"]) > 0
    assert office.get("/readyz")[0] == 503
    assert office.get("/healthz")[0] == 200
    until = time.monotonic() + 60
    while time.monotonic() < until:  # its own recovery takes as long as the disk does
        with contextlib.suppress(subprocess.SubprocessError):
            server.ensure_postgres_running()
            return
