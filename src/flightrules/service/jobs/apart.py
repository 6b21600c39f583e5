"""Work that takes long, done in a process of its own, so that nobody waits for it who is answered meanwhile.

Python computes in one thread of a process at a time. A gate over a million test cases, judged in a thread of
the web, would hold every request up; in a process of its own, which yields to others, it takes the core that
the web leaves. The process is started anew, not forked: a fork would copy the threads' locks as they stand.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from contextlib import suppress
from datetime import datetime

from flightrules.service.jobs.registry import due_finders, handler, is_much

__all__ = ["do", "end_with_parent", "keep_much_apart"]

_LOG = logging.getLogger("flightrules.jobs")
_YIELDS = 10
_PATIENCE_S = 600
_GOES_ON_S = 60  # to start costs as much as many a gate, so who is there takes what else is due
_AT_ONCE = 100
_apart: list[bool] = []


def keep_much_apart() -> None:
    """From here on this process answers requests: what is much work is done in another."""
    _apart[:] = [True]


def do(name: str, key: str, at: datetime) -> None:
    """Do one piece of work, here or apart.

    Raises:
        LookupError: the job map knows no such work. Else whatever the work raises; what is done apart says so
            in its row and in its own log.
    """
    if _apart and is_much(name, key):
        _do_apart(name, key)
    else:
        handler(name)(key, at)


def _do_apart(name: str, key: str) -> None:
    made = multiprocessing.get_context("spawn")
    process = made.Process(target=_child, args=(name, key), name="much-work", daemon=True)
    process.start()
    process.join(_PATIENCE_S)
    if process.is_alive():
        process.kill()
        process.join()
    if process.exitcode:
        _LOG.error("work apart ended early", extra={"work": name, "row": key, "code": process.exitcode})


def _child(name: str, key: str) -> None:
    """The whole life of the other process."""
    with suppress(OSError):
        os.nice(_YIELDS)
    end_with_parent()
    import django
    from django.utils import timezone

    django.setup()
    until = time.monotonic() + _GOES_ON_S
    handler(name)(key, timezone.now())  # noqa: TID251 -- the runner is the door of background work
    for other in dict(due_finders())[name](timezone.now(), _AT_ONCE):  # noqa: TID251 -- see above
        if time.monotonic() < until:
            handler(name)(other, timezone.now())  # noqa: TID251 -- see above


def end_with_parent() -> None:
    """End this process at once when the one that started it is gone: killed, it cannot say so itself."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
