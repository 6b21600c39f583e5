"""Work on PostgreSQL: Procrastinate carries names and keys between processes, and finds workers that died.

What is asked for is written by Django's own connection, so it stands or falls with the caller's transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from functools import cache
from typing import Any

import procrastinate
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import DjangoApp
from procrastinate.contrib.django.django_connector import DjangoConnector

from flightrules.service.jobs import apart
from flightrules.service.jobs.registry import may_be_much
from flightrules.service.jobs.sweep import Sweeper

__all__ = ["WorkerThread", "defer", "run_worker"]

_WORK = "flightrules.work"
_BEAT_S = 5.0
_STALLED_S = 20.0
_RETRIES = 10
_PAUSE_S = 1.0
_LOG = logging.getLogger("flightrules.jobs")
_LOST = (procrastinate.exceptions.ConnectorException, OSError)


def defer(name: str, key: str) -> None:
    """Ask for work, unless it waits already; in the caller's transaction."""
    first = int(may_be_much(name))  # somebody waits for a gate; it does not queue behind a thousand messages
    lock = f"{name}:{key}"
    asked = _sender().configure_task(_WORK, queueing_lock=lock, priority=first, allow_unknown=True)
    try:
        with transaction.atomic():  # a savepoint: "waits already" must not spoil the caller's transaction
            asked.defer(name=name, key=key)
    except procrastinate.exceptions.AlreadyEnqueued:
        return


def run_worker(*, concurrency: int = 4) -> None:
    """Work until SIGTERM or SIGINT; what is under way is finished first."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    worker = WorkerThread(concurrency=concurrency)
    worker.start()
    told.wait()
    worker.stop()


class WorkerThread:
    """A worker in a thread of its own; one that lost the database begins anew until there is one again."""

    def __init__(self, *, concurrency: int = 2) -> None:
        self._concurrency = concurrency
        self._stopping = threading.Event()
        self._life: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._sweeper = Sweeper(defer)

    def start(self) -> None:
        """Begin to work and to sweep."""
        self._sweeper.start()
        self._thread.start()

    def stop(self, patience_s: float = 20.0) -> bool:
        """Finish what is under way and stop; whether it came to its end in time."""
        self._stopping.set()
        self._sweeper.stop()
        if self._life is not None:
            loop, task = self._life
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(task.cancel)
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._work())
            except asyncio.CancelledError:
                return
            except _LOST:
                _LOG.warning("the worker cannot reach the database; it goes on trying")
            except Exception:  # noqa: BLE001 -- a worker that ended would end all work; it is logged
                _LOG.exception("the worker failed; it begins anew")
            self._stopping.wait(_PAUSE_S)  # it also ends without an error when one of its parts did not

    async def _work(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._life = (asyncio.get_running_loop(), task)
        await _work(self._concurrency)


async def _work(concurrency: int) -> None:
    app = _worker_app()
    async with app.open_async():
        await app.run_worker_async(
            concurrency=concurrency,
            delete_jobs="successful",
            fetch_job_polling_interval=2.0,
            update_heartbeat_interval=_BEAT_S,
            stalled_worker_timeout=_STALLED_S,
            shutdown_graceful_timeout=20.0,
            install_signal_handlers=False,
        )


@cache
def _sender() -> procrastinate.App:
    return procrastinate.App(connector=DjangoConnector())


def _worker_app() -> procrastinate.App:
    """An app with a connection pool of its own; Django's connections are for the handlers."""
    app = DjangoApp(connector=DjangoConnector().get_worker_connector())

    @app.task(name=_WORK)
    def work(name: str, key: str) -> None:
        apart.do(name, key, timezone.now())  # noqa: TID251 -- the runner is the door of background work

    @app.periodic(cron="*/10 * * * * *", periodic_id="rescue")
    @app.task(name="flightrules.rescue", queueing_lock="rescue", pass_context=True)
    async def rescue(context: Any, timestamp: int) -> None:  # noqa: ARG001 -- the form that is asked for
        await _rescue(context.app)

    return app


async def _rescue(app: procrastinate.App) -> None:
    """Give the jobs of dead workers back to the living, and give up those that outlived too many workers."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_S):
        if job.attempts >= _RETRIES:
            failed = procrastinate.jobs.Status.FAILED
            await manager.finish_job(job, status=failed, delete_job=False)
            _LOG.error("a job was given up", extra={"work": str(job.task_kwargs.get("name"))})
        else:
            await manager.retry_job(job)
