"""Programs at work beside us, started without a shell, and what they print.

``subprocess`` takes 4 ms to load, a fiftieth of a ``check``; it is left to systems without ``posix_spawn``.
"""

from __future__ import annotations

import os
import select
from time import monotonic
from typing import TYPE_CHECKING

from flightrules.values import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from subprocess import Popen

__all__ = ["Printed", "Running", "started"]

_PIPE = 1 << 20  # a program need not wait for a reader who is busy
_PIECE = 1 << 18
_SIGKILL, _SIGPIPE = 9, 13  # as every system with posix_spawn has them


class Printed(NamedTuple):
    """What a program printed, and its exit code, not 0 where a signal ended it."""

    code: int
    out: bytes
    err: bytes


class Running:
    """One program at work, or ended and its answer waiting; by ``posix_spawn``."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        pipes = [_pipe(), _pipe()]
        try:
            self._child = os.posix_spawnp(
                command[0],
                command,
                environment,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    *((os.POSIX_SPAWN_DUP2, writing, at) for at, (_, writing) in enumerate(pipes, 1)),
                ],
                setsigdef=[_SIGPIPE],  # which Python ignores, and a child would, too
            )
        except (OSError, ValueError):
            for reading, _ in pipes:
                os.close(reading)
            raise
        finally:
            for _, writing in pipes:
                os.close(writing)
        self._open = [reading for reading, _ in pipes]

    def printed(self, seconds: float) -> Printed:
        """All that it prints; to be asked for once.

        Raises:
            TimeoutError: after so many seconds it is still at work.
        """
        texts: dict[int, list[bytes]] = {reading: [] for reading in self._open}
        until, poll = monotonic() + seconds, select.poll()
        for reading in self._open:
            poll.register(reading, select.POLLIN)
        while self._open:
            ready = poll.poll(max(until - monotonic(), 0) * 1000)
            if not ready:
                raise TimeoutError
            for reading, _ in ready:
                self._read(reading, texts[reading], poll)
        out, err = (b"".join(pieces) for pieces in texts.values())
        return Printed(self._ended(), out, err)

    def end(self) -> None:
        """End it, if it has not ended; nobody wants its answer."""
        if self._child:
            os.kill(self._child, _SIGKILL)
            self._ended()
        while self._open:
            os.close(self._open.pop())

    def _read(self, reading: int, pieces: list[bytes], poll: select.poll) -> None:
        pieces.append(os.read(reading, _PIECE))
        if not pieces[-1]:
            poll.unregister(reading)
            self._open.remove(reading)
            os.close(reading)

    def _ended(self) -> int:
        child, self._child = self._child, 0
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class _ByPopen(Running):
    """The same where there is no ``posix_spawn``."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        from subprocess import DEVNULL, PIPE, Popen

        self._process: Popen[bytes] = Popen(  # noqa: S603 -- as the caller spelt it, and without a shell
            command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment
        )

    def printed(self, seconds: float) -> Printed:
        from subprocess import TimeoutExpired

        try:
            out, err = self._process.communicate(timeout=seconds)
        except TimeoutExpired:
            raise TimeoutError from None
        return Printed(self._process.returncode, out, err)

    def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()


def started(command: list[str], environment: Mapping[str, str]) -> Running:
    """Start a program that reads nothing.

    Args:
        command: its name, looked for along PATH, and its arguments.
        environment: all variables that it shall see.

    Raises:
        FileNotFoundError: there is no such program.
        OSError: it cannot be started.
        ValueError: an argument holds a NUL.
    """
    if hasattr(os, "posix_spawnp") and hasattr(select, "poll"):
        return Running(command, environment)
    return _ByPopen(command, environment)


def _pipe() -> tuple[int, int]:
    """A pipe that holds most answers, if the system lets us have one."""
    ends = os.pipe()
    try:
        from fcntl import F_SETPIPE_SZ, fcntl

        fcntl(ends[1], F_SETPIPE_SZ, _PIPE)
    except (ImportError, OSError):
        return ends
    return ends
