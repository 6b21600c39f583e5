"""Read large evidence on two cores: one forked child, one pipe, and the parent falls back to doing it all.

Files are independent, so the result is the same whoever reads them; only the order of work differs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import BinaryIO, TypeVar

__all__ = ["FORK_ABOVE", "beside", "read_all"]

K = TypeVar("K")
V = TypeVar("V")

# A fork, a pickled answer and a pipe cost about 5 ms; reading 2 MiB costs about 20.
FORK_ABOVE = 2 << 20
# What the parent does beside its reading (git, loading what judges and reports), in bytes to read.
_BESIDE = 3 << 19


def read_all(
    files: Sequence[K],
    sizes: Sequence[int],
    work: Callable[[K], V],
    step: Callable[[int, int, K], None],
    first: Callable[[], None] = lambda: None,
) -> dict[K, V]:
    """Do the work for every file.

    Args:
        files: what to read, each once.
        sizes: what each costs to read, in bytes of an ordinary report.
        work: reads one; must not raise.
        step: told before each file that this process reads.
        first: what this process has to do beside its reading; where there is another one, it reads already.
    """
    theirs = _second_half(files, sizes) if _worth_it(sizes) else []
    pipe = _fork(theirs, work) if theirs else None
    first()
    mine = [file for file in files if file not in set(theirs)]
    done = _alone(mine, work, step)
    answers: list[V] | None = _collect(pipe, len(theirs)) if pipe is not None else None
    if answers is None:  # no child, or it died or could not answer: nothing is lost, the parent does its part
        return done | _alone(theirs, work, step)
    return done | dict(zip(theirs, answers, strict=True))


def beside(work: Callable[[], V]) -> Callable[[], V | None]:
    """Begin work in another process; what is returned waits for its answer. ``None``: there is none."""
    pipe = _fork([None], lambda _: work()) if _has_two() else None

    def answer() -> V | None:
        answers: list[V] | None = _collect(pipe, 1) if pipe is not None else None
        return answers[0] if answers else None

    return answer


def _alone(files: Sequence[K], work: Callable[[K], V], step: Callable[[int, int, K], None]) -> dict[K, V]:
    done: dict[K, V] = {}
    for at, file in enumerate(files, 1):
        step(at, len(files), file)
        done[file] = work(file)
    return done


def _worth_it(sizes: Sequence[int]) -> bool:
    return len(sizes) > 1 and sum(sizes) > FORK_ABOVE and _has_two()


def _has_two() -> bool:
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1


def _second_half(files: Sequence[K], sizes: Sequence[int]) -> list[K]:
    """About half of the effort: the largest files in turn to whoever has less to do."""
    order = sorted(range(len(files)), key=lambda at: (-sizes[at], at))
    loads, theirs = [_BESIDE, 0], []
    for at in order:
        who = 0 if loads[0] < loads[1] else 1
        loads[who] += sizes[at]
        if who:
            theirs.append(files[at])
    return theirs


def _fork(files: Sequence[K], work: Callable[[K], V]) -> tuple[int, BinaryIO] | None:
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if child == 0:
        os.close(reading)
        _answer(files, work, writing)
    os.close(writing)
    return child, os.fdopen(reading, "rb")


def _answer(files: Sequence[K], work: Callable[[K], V], writing: int) -> None:
    """The child's whole life; it never returns into the parent's code."""
    code = 1
    try:
        import pickle

        with os.fdopen(writing, "wb") as pipe:
            pickle.dump([work(file) for file in files], pipe, protocol=5)
        code = 0
    finally:
        os._exit(code)


def _collect(pipe: tuple[int, BinaryIO], wanted: int) -> list[V] | None:
    """What the child found; ``None`` unless it ended well and answered for every file."""
    import pickle

    child, reading = pipe
    with reading:
        data = reading.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        return None
    try:
        answers: list[V] = pickle.loads(data)  # noqa: S301 -- our own child's bytes over an unnamed pipe
    except (EOFError, pickle.UnpicklingError):
        return None
    return answers if len(answers) == wanted else None
