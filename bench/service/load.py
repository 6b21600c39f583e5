"""Load on the service from one thread: lines that are kept open, requests made beforehand, answers counted.

The generator shares the machine with what it measures, so it does as little as it can: one ``epoll`` loop
over plain sockets, no threads that wait for each other, nothing built or parsed beyond the answer's status
and length. What processor time it took itself is told with each figure.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

__all__ = ["Load", "at_a_rate", "cpu_s", "one_after_the_other", "percentile", "request", "without_pause"]

_GOOD = range(200, 300)
_PATIENCE_S = 30.0
_HEAD_END = b"\r\n\r\n"
_READ = 1 << 18


class Load(NamedTuple):
    """What one run measured; ``cpu_ms`` is what the web's processes took for a request.

    ``client_cpu_ms`` is what this generator took for one.
    """

    done: int
    failed: int
    seconds: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float = 0.0
    client_cpu_ms: float = 0.0

    @property
    def rate(self) -> float:
        return self.done / self.seconds


class Next(NamedTuple):
    """A request, and since when it is due, by ``time.perf_counter``."""

    due: float
    data: bytes


Source = Callable[[int, float], Next | float | None]
"""What the line of this number sends at this moment; a moment to ask again at; or nothing any more."""


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """The bytes of one request."""
    head = [
        f"{method} /api/v1{path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        *(("Content-Type: application/json", f"Content-Length: {len(body)}") if method != "GET" else ()),
    ]
    return "\r\n".join(head).encode() + _HEAD_END + body


def without_pause(port: int, asks: Sequence[bytes], seconds: float) -> Load:
    """One line for each request, which is sent again as soon as it was answered."""
    until = time.perf_counter() + seconds

    def source(line: int, now: float) -> Next | None:
        return Next(now, asks[line]) if now < until else None

    return _run(port, len(asks), source)[0]


def at_a_rate(
    port: int, asks: Sequence[bytes], rate: float, seconds: float, lines: int
) -> tuple[Load, list[float]]:
    """The requests in turn at a fixed rate, over whichever line is free; a late answer slows nothing down.

    The time counts from when the request was due, so that waiting for a free line is not forgotten.
    """
    began, total, sent = 0.0, int(rate * seconds), 0

    def source(_line: int, now: float) -> Next | float | None:
        nonlocal began, sent
        began = began or now  # once all lines are open
        if sent >= total:
            return None
        due = began + sent / rate
        if due > now:
            return due
        sent += 1
        return Next(due, asks[(sent - 1) % len(asks)])

    return _run(port, lines, source)


def one_after_the_other(port: int, asks: Sequence[Sequence[bytes]]) -> tuple[Load, list[float]]:
    """One line for each list, which sends what is in it once; with the seconds that each answer took."""
    waiting = [iter(one) for one in asks]

    def source(line: int, now: float) -> Next | None:
        data = next(waiting[line], None)
        return None if data is None else Next(now, data)

    return _run(port, len(asks), source)


class _Line:
    """One connection that is kept, with the answer that comes in."""

    def __init__(self, number: int, port: int) -> None:
        self.number, self.due, self._answer, self._whole = number, 0.0, b"", 0
        self.status = 0
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, asked: Next) -> None:
        self.due, self._answer, self._whole = asked.due, b"", 0
        self.socket.sendall(asked.data)

    def is_answered(self) -> bool:
        """Take what came; whether the answer is whole."""
        came = self.socket.recv(_READ)
        if not came:
            raise SystemExit("the service closed a connection")
        self._answer += came
        if not self._whole:
            end = self._answer.find(_HEAD_END)
            if end < 0:
                return False
            head = self._answer[:end].lower()
            self.status = int(head[9:12])
            self._whole = end + len(_HEAD_END) + _length(head)
        return len(self._answer) >= self._whole


def _length(head: bytes) -> int:
    _, found, rest = head.partition(b"\r\ncontent-length:")
    if not found:
        raise SystemExit("an answer does not say how long it is")
    return int(rest.partition(b"\r\n")[0])


def _run(port: int, count: int, source: Source) -> tuple[Load, list[float]]:
    with contextlib.ExitStack() as stack:
        watched = stack.enter_context(select.epoll())
        lines = {}
        for number in range(count):
            line = _Line(number, port)
            stack.callback(line.socket.close)
            watched.register(line.socket, select.EPOLLIN)
            lines[line.socket.fileno()] = line
        began, cpu = time.perf_counter(), time.process_time()
        times, failed = _answers(watched, lines, source)
        seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    times.sort()
    middle, high = (percentile(times, one) * 1000 for one in (50, 95))
    client = spent / max(len(times), 1) * 1000
    return Load(len(times), failed, seconds, middle, high, client_cpu_ms=client), times


def _answers(watched: select.epoll, lines: dict[int, _Line], source: Source) -> tuple[list[float], int]:
    """Send and take until the source has no more and every line was answered."""
    free, busy = list(lines.values()), 0
    times: list[float] = []
    failed = 0
    while True:
        left, wait = [], _PATIENCE_S
        for line in free:
            asked = source(line.number, time.perf_counter())
            if isinstance(asked, Next):
                line.send(asked)
                busy += 1
            elif asked is not None:
                left.append(line)
                wait = max(0.0, asked - time.perf_counter())
        free = left
        if not busy and not free:
            return times, failed
        for descriptor, _ in watched.poll(wait):
            line = lines[descriptor]
            if line.is_answered():
                busy -= 1
                free.append(line)
                if line.status in _GOOD:
                    times.append(time.perf_counter() - line.due)
                else:
                    failed += 1


def percentile(ordered: list[float], percent: int) -> float:
    """Nearest rank."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else float("nan")


def cpu_s(process: int) -> float:
    """Seconds of processor time of a process and its children, where the system tells (Linux)."""
    try:
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
            family = [process, *map(int, file.read().split())]
        total = 0
        for one in family:
            with open(f"/proc/{one}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    except OSError:
        return float("nan")
    return total / os.sysconf("SC_CLK_TCK")
