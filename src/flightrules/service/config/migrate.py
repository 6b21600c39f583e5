"""Bring the database's schema up to the code: safe to run twice, two at once, and after a kill at any step.

Each migration and the note that it was applied are one transaction, so a killed run leaves whole steps
behind and the next run goes on from there. Runs take turns: behind an advisory lock on PostgreSQL, behind a
locked file beside the database on SQLite; both vanish with the process that held them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from flightrules.errors import UsageError

__all__ = ["migrate", "missing_migrations"]

_LOCK = 0x464C5452  # "FLTR": the number of our advisory lock
_PATIENCE_S = 60.0
_STEP_S = 0.1


def migrate() -> int:
    """Apply what is missing; returns how many migrations that were.

    Raises:
        UsageError: E_SCHEMA_NEWER, E_MIGRATION_BUSY, E_DATABASE.
    """
    try:
        with _alone():
            executor = _WholeSteps(connection)
            _refuse_newer(executor)
            targets = executor.loader.graph.leaf_nodes()
            plan = executor.migration_plan(targets)
            if plan:
                executor.migrate(targets, plan)
            return len(plan)
    except DatabaseError as error:
        raise _unusable(error) from error


def missing_migrations() -> list[str]:
    """Names of the migrations that the database still lacks, in order.

    Raises:
        UsageError: E_SCHEMA_NEWER, E_DATABASE.
    """
    try:
        executor = _WholeSteps(connection)
        _refuse_newer(executor)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise _unusable(error) from error
    return [f"{step.app_label}.{step.name}" for step, _ in plan]


class _WholeSteps(MigrationExecutor):
    """Django notes a migration after its transaction; a kill in between would strand it."""

    def apply_migration(
        self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False
    ) -> Any:
        if not migration.atomic or fake or fake_initial:
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
        with self.connection.schema_editor(atomic=True) as editor:
            state = migration.apply(state, editor)
            for app, name in (*migration.replaces, (migration.app_label, migration.name)):
                self.recorder.record_applied(app, name)
        return state


def _refuse_newer(executor: MigrationExecutor) -> None:
    """Old code must not write to a schema that it does not know."""
    known = executor.loader.disk_migrations
    ours = {app for app, _ in known}
    foreign = sorted(
        f"{a}.{n}" for a, n in executor.loader.applied_migrations if a in ours and (a, n) not in known
    )
    if foreign:
        raise UsageError(
            "E_SCHEMA_NEWER",
            f"the database's schema is newer than this code: it has {foreign[-1]}, which is unknown here",
            hint="start the newer Flightrules, or restore a backup made before the upgrade",
        )


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with _advisory_lock():
            yield
        return
    database = str(connection.settings_dict["NAME"])
    if "mode=memory" in database:  # nobody else has it
        yield
        return
    with _locked_file(database + ".migrating"):
        # Made here it is its owner's alone, as are its journals. One that is there is left alone: to close a
        # file gives up all locks that this process has on it, those of SQLite's open connection among them,
        # and the next program that opens and closes it would take the journal away from under our writes.
        if not os.path.exists(database):
            os.close(_opened(database))
        yield


@contextmanager
def _advisory_lock() -> Iterator[None]:
    with connection.cursor() as cursor:
        _wait_for(lambda: _asked(cursor, "SELECT pg_try_advisory_lock(%s)"))
        try:
            yield
        finally:
            if connection.is_usable():
                _asked(cursor, "SELECT pg_advisory_unlock(%s)")


def _asked(cursor: Any, question: str) -> bool:
    cursor.execute(question, [_LOCK])
    return bool(cursor.fetchone()[0])


@contextmanager
def _locked_file(name: str) -> Iterator[None]:
    import fcntl

    def took() -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    descriptor = _opened(name)
    try:
        _wait_for(took)
        yield
    finally:
        os.close(descriptor)  # the file stays: taking it away would let two runs hold two files of one name


def _opened(name: str) -> int:
    try:
        return os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageError(
            "E_HOME",
            f"the database's folder cannot be written: {error.strerror}",
            file=name,
            hint="set FLIGHTRULES_HOME to a folder that this user may write",
        ) from None


def _wait_for(took: Any) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not took():
        if time.monotonic() > until:
            raise UsageError(
                "E_MIGRATION_BUSY",
                f"another process has been migrating this database for {_PATIENCE_S:.0f} s",
                hint="wait for it; if it hangs, end it: nothing half done stays behind",
            )
        time.sleep(_STEP_S)


def _unusable(error: DatabaseError) -> UsageError:
    """The database's own first sentence; it names the host and the database, never the password."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    return UsageError(
        "E_DATABASE",
        f"the database cannot be used: {said}",
        hint="check FLIGHTRULES_DATABASE_URL, the server and the disk; `flightrules doctor` tells more",
    )
