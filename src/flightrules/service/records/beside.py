"""Work in a second process with a database connection of its own, where there is a second core for it.

Nothing but the answer comes back, and where there is none, for whatever reason, whoever asked does the work.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

__all__ = ["alone", "beside"]

T = TypeVar("T")


def alone() -> bool:
    """Whether a fork is safe and of use: one thread, two cores, and nothing here that is not committed."""
    return (
        hasattr(os, "fork")
        and (os.cpu_count() or 1) > 1
        and threading.active_count() == 1
        and not connection.in_atomic_block
    )


def beside(work: Callable[[], T]) -> Callable[[], T | None]:
    """Begin work in another process; what is returned waits for its answer. ``None``: there is none."""
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return lambda: None
    if child == 0:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    return lambda: _collected(child, reading)


def _answer(work: Callable[[], object], writing: int) -> None:
    """The child's whole life; it never returns into the parent's code."""
    code = 1
    try:
        import pickle

        held = connection.connection  # the parent's: neither used nor closed here, and alive to the end
        connection.connection = None
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(), pipe, protocol=5)
        code = 0 if held is not None else 1
    finally:
        os._exit(code)


def _collected(child: int, reading: int) -> T | None:
    import pickle

    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        return None
    answer: T | None = pickle.loads(data)  # noqa: S301 -- our own child's bytes over an unnamed pipe
    return answer
