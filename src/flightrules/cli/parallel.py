"""Read large evidence on two cores: one forked child, one pipe, and the parent falls back to doing it all.

Both take the next largest file from one queue, so that neither waits for the other at the end. Files are
independent, so the result is the same whoever reads them; only the order of work differs.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, BinaryIO, TypeVar

__all__ = ["FORK_ABOVE", "Pipe", "answer", "beside", "fill", "has_two", "read_all", "share", "widen"]

K = TypeVar("K")
V = TypeVar("V")
Pipe = tuple[int, BinaryIO]
"""A process, and the end of the pipe through which it answers."""

# A fork, a pickled answer and a pipe cost about 5 ms; reading 2 MiB costs about 20.
FORK_ABOVE = 2 << 20
_PLAIN = b"m"  # before what marshal wrote; pickle begins otherwise
_ROOM = 1 << 20  # what a Linux user may have without asking
_PILES = 1000  # their numbers, of two bytes each, fit the smallest pipe


def read_all(
    files: Sequence[K],
    sizes: Sequence[int],
    work: Callable[[K], V],
    step: Callable[[int, int, K], None],
    first: Callable[[], None] = lambda: None,
    last: Callable[[], None] = lambda: None,
    begin: Callable[[list[list[K]]], tuple[int, Pipe | None]] | None = None,
) -> dict[K, V]:
    """Do the work for every file.

    Args:
        files: what to read, each once.
        sizes: what each costs to read, in bytes of an ordinary report.
        work: reads one; must not raise.
        step: told before each file that this process reads.
        first: what this process has to do before it reads; where there is another one, it reads already.
        last: what it cannot do sooner, when nothing is left to read; the other one may still be reading.
        begin: sets a process to work that is there already: what it gives back is the queue from which both
            take the numbers of piles of files, and that process. Else one is forked.
    """
    piles = _piles(files, sizes) if _worth_it(sizes) else [list(files)]
    if len(piles) == 1:
        queue, pipe = _queue(1), None
    else:
        queue, pipe = begin(piles) if begin is not None else _begun(piles, work)
    first()
    done: dict[K, V] = {}
    for at in _taken(queue):
        _do(piles[at], work, step, done, len(files))
    os.close(queue)
    last()
    answers: list[tuple[int, list[V]]] = _collect(pipe) or [] if pipe is not None else []
    for at, results in answers:
        done.update(zip(piles[at], results, strict=True))
    # no child, or it died or could not answer: nothing is lost, the parent does what it took
    _do([file for file in files if file not in done], work, step, done, len(files))
    return done


def _begun(piles: list[list[K]], work: Callable[[K], V]) -> tuple[int, Pipe | None]:
    queue = _queue(len(piles))
    return queue, _fork(lambda: share(piles, queue, work))


def share(piles: Sequence[Sequence[K]], queue: int, work: Callable[[K], V]) -> list[tuple[int, list[V]]]:
    """What a second process does and answers: for each pile that it takes, its number and the results."""
    return [(at, list(map(work, piles[at]))) for at in _taken(queue)]


def beside(work: Callable[[], V]) -> Callable[[], V | None]:
    """Begin work in another process; what is returned waits for its answer. ``None``: there is none."""
    pipe = _fork(work) if has_two() else None
    return lambda: _collect(pipe) if pipe is not None else None


def _do(
    files: Sequence[K],
    work: Callable[[K], V],
    step: Callable[[int, int, K], None],
    done: dict[K, V],
    of: int,
) -> None:
    for file in files:
        step(len(done) + 1, of, file)
        done[file] = work(file)


def _worth_it(sizes: Sequence[int]) -> bool:
    return len(sizes) > 1 and sum(sizes) > FORK_ABOVE and has_two()


def has_two() -> bool:
    """Whether a second process can be had, and has a core of its own."""
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1


def _piles(files: Sequence[K], sizes: Sequence[int]) -> list[list[K]]:
    """One file each, the largest first; where there are very many files, some each."""
    order = sorted(range(len(files)), key=lambda at: (-sizes[at], at))
    return [[files[at] for at in order[first::_PILES]] for first in range(min(len(order), _PILES))]


def _queue(count: int) -> int:
    """A pipe that holds the numbers below ``count``; whoever reads one has it for himself."""
    reading, writing = os.pipe()
    fill(writing, count)
    return reading


def fill(queue: int, count: int) -> None:
    """Put all numbers below ``count`` into a queue, and no more ever."""
    os.write(queue, b"".join(at.to_bytes(2, "big") for at in range(count)))
    os.close(queue)


def _taken(queue: int) -> Iterator[int]:
    while number := os.read(queue, 2):
        yield int.from_bytes(number, "big")


def _fork(work: Callable[[], object]) -> Pipe | None:
    reading, writing = os.pipe()
    widen(writing)
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if child == 0:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    return child, os.fdopen(reading, "rb")


def _pickle() -> Any:
    """``pickle``: of CPython's the half in C, for the other serves other ends and takes 1 ms to load."""
    try:
        return import_module("_pickle")
    except ImportError:
        return import_module("pickle")


def widen(pipe: int) -> None:
    """Room for most answers: else the child waits until the parent has read its own files."""
    try:
        from fcntl import F_SETPIPE_SZ, fcntl

        fcntl(pipe, F_SETPIPE_SZ, _ROOM)
    except (ImportError, OSError):  # not on this system, or not for this user
        return


def _answer(work: Callable[[], object], writing: int) -> None:
    """The child's whole life; it never returns into the parent's code."""
    code = 1
    try:
        answer(work(), writing)
        code = 0
    finally:
        os._exit(code)


def answer(result: Any, writing: int) -> None:
    """Hand a result over, from the second process to ``_collect`` in the first."""
    with os.fdopen(writing, "wb") as pipe:
        try:
            plain = marshal.dumps(result)  # nothing has to be loaded for it
        except ValueError:
            _pickle().dump(result, pipe, protocol=5)
        else:
            pipe.write(_PLAIN)
            pipe.write(plain)


def _collect(pipe: Pipe) -> Any:
    """What the child answered; ``None`` unless it ended well."""
    child, reading = pipe
    with reading:
        data = reading.read()
    answered = _understood(data)
    _, status = os.waitpid(child, 0)  # last: taking a process apart takes a while, and it is done beside
    return answered if status == 0 else None


def _understood(data: bytes) -> Any:
    """What our own child wrote into an unnamed pipe; ``None`` where it is not whole."""
    if data.startswith(_PLAIN):
        try:
            return marshal.loads(memoryview(data)[len(_PLAIN) :])  # noqa: S302 -- our own child's bytes
        except (EOFError, ValueError, TypeError):
            return None
    pickle = _pickle()
    try:
        return pickle.loads(data)
    except (EOFError, pickle.UnpicklingError):
        return None
