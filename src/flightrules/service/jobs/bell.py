"""How a web process tells the one that works, on SQLite, that there is work: a line through a named pipe.

Nothing depends on a line that is lost, or on nobody listening: the row is there, and the sweep finds it.
"""

from __future__ import annotations

import os
import selectors
import threading
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

__all__ = ["Bell", "ring"]

_LINES = 64 * 1024
_LOOK_S = 0.5


def ring(name: str, key: str) -> None:
    """Tell of one piece of work, if anybody listens."""
    with suppress(OSError):
        pipe = os.open(_place(), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.write(pipe, f"{name} {key}\n".encode())  # short, so it arrives in one piece
        finally:
            os.close(pipe)


class Bell:
    """Listens in a thread of its own; gives on what it hears."""

    def __init__(self, offer: Callable[[str, str], None]) -> None:
        self._offer = offer
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin to listen, where there are named pipes."""
        if hasattr(os, "mkfifo"):
            with suppress(FileExistsError):
                os.mkfifo(_place(), 0o600)
            threading.Thread(target=self._listen, name="bell", daemon=True).start()

    def stop(self) -> None:
        """Stop soon; does not wait."""
        self._stop.set()

    def _listen(self) -> None:
        pipe = os.open(_place(), os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)  # with ourselves it never ends
        rest = b""
        with selectors.DefaultSelector() as heard:
            heard.register(pipe, selectors.EVENT_READ)
            while not self._stop.is_set():
                if heard.select(_LOOK_S):
                    *lines, rest = (rest + _heard(pipe)).split(b"\n")
                    for line in lines:
                        name, _, key = line.decode(errors="replace").partition(" ")
                        self._offer(name, key)
        os.close(pipe)


def _heard(pipe: int) -> bytes:
    try:
        return os.read(pipe, _LINES)
    except BlockingIOError:  # another who listens was first
        return b""


def _place() -> str:
    return os.path.join(settings.FLIGHTRULES_HOME, "run", "bell")
