"""Turns that processes take: one at a time, in turn, and free again when whoever had it was killed."""

import contextlib
import os
import signal
import threading
import time

import pytest

from flightrules.service.door import turns
from flightrules.service.door.turns import Turn

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is one process alone")


@pytest.fixture(autouse=True)
def _a_file_of_our_own(settings, tmp_path):
    settings.FLIGHTRULES_HOME = str(tmp_path)
    turns._others.cache_clear()
    yield
    turns._others.cache_clear()


class Other:
    """Another process that takes the turn when told to, and says so."""

    def __init__(self) -> None:
        self._said, says = os.pipe()
        hears, self._tells = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            while os.read(hears, 1):
                os.write(says, b"y" if Turn().take(5.0) else b"n")

    def tell(self) -> None:
        os.write(self._tells, b"x")

    def has_it(self) -> bool:
        return os.read(self._said, 1) == b"y"

    def die(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


@pytest.fixture
def other():
    made = Other()
    yield made
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        made.die()


def test_who_waits_is_next_and_who_dies_gives_it_back(other):
    mine = Turn()
    assert mine.take()
    other.tell()
    time.sleep(0.05)
    mine.give()
    assert not mine.take()  # somebody waits already
    assert other.has_it()
    assert not mine.take(0.05)
    other.die()
    assert mine.take(1.0)
    mine.give()


def test_threads_of_one_process_take_turns_too():
    turn, inside, most = Turn(), [], []

    def work() -> None:
        for _ in range(20):
            assert turn.take(5.0)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            turn.give()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 80
