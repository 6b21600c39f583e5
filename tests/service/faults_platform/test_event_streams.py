"""Event streams for real: every entry once and in order, however often the line is cut, for nobody who is disabled."""

import contextlib
import json
import shutil
import socket
import threading
import time

import pytest

from service.faults_platform.conftest import Office

CHAT = {"title": "Team chat", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/x"}
PATH = "/api/v1/products/shop/channels"
_SIZE = """
from flightrules.service.config.start import start
start()
from flightrules.service.records.models import Stream
print(Stream.objects.get(name="product/shop").size)
"""


class Reader:
    """A client of the stream that keeps what it saw; cut by ``cut``."""

    def __init__(self, office, token: str, last: int | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", office.port), timeout=30)
        seen = "" if last is None else f"Last-Event-ID: {last}\r\n"
        asked = f"GET /api/v1/events?product=shop HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{seen}\r\n"
        self.socket.sendall(asked.encode())
        self.text = b""
        self.ended = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while data := self.socket.recv(65536):
                self.text += data
                if data.endswith(b"0\r\n\r\n"):
                    break
        except OSError:
            pass
        self.ended.set()

    @property
    def status(self) -> int:
        until = time.monotonic() + 10
        while b"\r\n" not in self.text and time.monotonic() < until:
            time.sleep(0.02)
        return int(self.text.split()[1])

    def ids(self) -> list[int]:
        return [int(line[4:]) for line in self.text.decode().splitlines() if line.startswith("id: ")]

    def await_ids(self, count: int, within: float = 10.0) -> list[int]:
        until = time.monotonic() + within
        while len(self.ids()) < count:
            assert time.monotonic() < until, self.text
            time.sleep(0.05)
        return self.ids()

    def cut(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def _change(office, token: str, count: int = 1) -> None:
    for _ in range(count):
        assert office.ask("POST", PATH, CHAT, token)[0] == 201


@pytest.fixture
def reader_of():
    """Makes readers and takes them away again."""
    made: list[Reader] = []

    def make(*given, **named) -> Reader:
        made.append(Reader(*given, **named))
        return made[-1]

    yield make
    for reader in made:
        reader.cut()
        reader.ended.wait(2)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def any_office(request):
    return request.getfixturevalue("office" if request.param == "sqlite" else "shared_office")


def test_every_entry_comes_once_and_in_order_across_cuts(any_office, reader_of):
    office = any_office
    office.environment["FLIGHTRULES_EVENT_HEARTBEAT_S"] = "1"
    office.serve()
    manager = office.person(("release-manager", "shop"))["token"]
    _change(office, manager)
    first = reader_of(office, manager, last=-1 + 1)
    _change(office, manager, 3)
    seen = first.await_ids(3)
    first.cut()
    _change(office, manager, 4)
    second = reader_of(office, manager, last=seen[-1])
    _change(office, manager, 2)
    seen += second.await_ids(6)
    second.cut()
    assert seen == list(range(1, 10))
    data = [json.loads(line[6:]) for line in second.text.decode().splitlines() if line.startswith("data: ")]
    assert {one["tag"] for one in data} == {"notices:channel:opened"}


@pytest.fixture(scope="module")
def served(tmp_path_factory, prepared_home):
    """One office for the stories that only ask it: three places for readers, and a sign of life each second."""
    home = tmp_path_factory.mktemp("streams") / "home"
    shutil.copytree(prepared_home, home)
    found = Office(home, FLIGHTRULES_EVENT_STREAMS="3", FLIGHTRULES_EVENT_HEARTBEAT_S="1")
    found.serve("--no-worker", "--workers", "1")  # places are counted a process
    yield found
    found.end()


@pytest.fixture(scope="module")
def manager(served):
    return served.person(("release-manager", "shop"))["token"]


def test_a_new_reader_begins_with_what_comes_next_and_hears_that_the_line_lives(served, manager, reader_of):
    _change(served, manager, 2)
    before = int(served.python(_SIZE))
    reader = _free_reader(served, manager, reader_of)
    time.sleep(1.5)
    assert reader.ids() == []
    assert b": still here" in reader.text
    _change(served, manager)
    assert reader.await_ids(1) == [before]


def test_who_is_disabled_is_no_reader_any_more(served, reader_of):
    leaver = served.person(("release-manager", "shop"))
    reader = _free_reader(served, leaver["token"], reader_of)
    served.python(
        "from flightrules.service.config.start import start; start()\n"
        "from django.utils import timezone\n"
        "from flightrules.service.people.models import Person\n"
        f"Person.objects.filter(pk='{leaver['key']}').update(disabled_at=timezone.now())"
    )
    assert reader.ended.wait(2)


def test_places_are_bounded_and_given_back(served, manager, reader_of):
    readers = [_free_reader(served, manager, reader_of) for _ in range(3)]
    status, headers, body = served.get("/api/v1/events?product=shop", manager)
    assert (status, json.loads(body)["code"], headers["retry-after"]) == (503, "E_EVENT_STREAMS", "10")
    _change(served, manager)  # decisions are not held up by readers
    for reader in readers:
        reader.cut()
    _free_reader(served, manager, reader_of).cut()


def _free_reader(office, token: str, reader_of) -> Reader:
    """A reader that got a place; those that were cut are noticed at the next sign of life."""
    until = time.monotonic() + 15
    while (reader := reader_of(office, token)).status != 200:
        reader.cut()
        assert time.monotonic() < until
        time.sleep(0.5)
    return reader


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 30, "١"])
def test_a_number_that_is_none_is_refused(served, manager, last):
    request = f"GET /api/v1/events?product=shop HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {manager}\r\nLast-Event-ID: {last}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(request.encode())
        assert line.recv(4096).split()[1] in (b"422", b"400")
