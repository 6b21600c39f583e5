"""Turns that processes of one machine take: locks on bytes of a file, which vanish with whoever held them."""

from __future__ import annotations

import os
import sys
import threading
import time
from functools import cache

from django.conf import settings

if sys.platform != "win32":  # where a process cannot fork there is only one
    import fcntl

__all__ = ["Locks", "Turn"]

_NEXT, _NOW = range(2)
_NAP_S = 0.0003


class Locks:
    """Locks against other processes, not against threads of this one.

    Args:
        file: open for writing, for as long as we live: closing it anywhere in a process gives up its locks.
    """

    def __init__(self, file: int) -> None:
        self._file = file

    def hold(self, byte: int, until: float | None = None) -> bool:
        """Lock a byte; whether that came in time, by ``time.monotonic``."""
        if sys.platform == "win32":
            return True
        how = fcntl.LOCK_EX if until is None else fcntl.LOCK_EX | fcntl.LOCK_NB
        while True:
            try:
                fcntl.lockf(self._file, how, 1, byte)
            except (BlockingIOError, PermissionError):
                if until is None or time.monotonic() >= until:
                    return False
            else:
                return True
            time.sleep(_NAP_S)

    def let_go(self, byte: int) -> None:
        """Unlock it."""
        if sys.platform != "win32":
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, byte)


class Turn:
    """The turn to write: whoever had the last one waits behind the process that waits already.

    SQLite lets whoever waits nap up to 100 ms and find the door shut again as often as not. On a busy
    machine, with sixteen clients of two processes, a change in twenty took 284 ms or more; taking turns, 171.
    """

    def __init__(self) -> None:
        self._here = threading.Lock()

    def take(self, timeout_s: float = 0.0) -> bool:
        """Wait for the turn; False where it did not come in time."""
        until = time.monotonic() + timeout_s
        if not self._here.acquire(timeout=timeout_s):
            return False
        others = _others()
        if others.hold(_NEXT, until):
            came = others.hold(_NOW, until)
            others.let_go(_NEXT)
            if came:
                return True
        self._here.release()
        return False

    def give(self) -> None:
        """Give it back."""
        _others().let_go(_NOW)
        self._here.release()


@cache
def _others() -> Locks:
    folder = os.path.join(settings.FLIGHTRULES_HOME, "run")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return Locks(os.open(os.path.join(folder, "turns"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
