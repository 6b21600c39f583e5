"""Bring a backup back into an empty installation, verify it, and put on record that this was done.

What was recorded after the backup is gone. With an anchor that is said, by number: the ledger then is behind,
and stays red against that anchor; the entry of the restore names what is missing.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction

from flightrules.errors import UsageError
from flightrules.ledger.history import Head, head_in
from flightrules.ledger.keys import PublicKey
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor
from flightrules.service.records.backup import (
    COPIED,
    DUMPED,
    SQLITE,
    postgresql_environment,
    postgresql_tool,
    read_about,
    store_limit,
)
from flightrules.service.records.models import Entry, Stream
from flightrules.service.records.services import OFFICE, append
from flightrules.service.records.tags import Tag
from flightrules.service.records.verification import StreamReport, verify_ledger

__all__ = ["Restored", "bring_back", "check_restored", "record_restored"]

_BEHIND = "E_ANCHOR"
_OTHERS = ("django_migrations",)


@dataclass(frozen=True, slots=True)
class Restored:
    """What the verification after a restore found; ``missing`` are blobs that the backup did not hold."""

    reports: tuple[StreamReport, ...]
    missing: tuple[str, ...]

    @property
    def behind(self) -> list[dict[str, Any]]:
        """Streams that are shorter than an anchor."""
        return [
            {"stream": report.stream, "size": report.size, "said": fault.message}
            for report in self.reports
            for fault in report.faults
            if fault.code == _BEHIND
        ]

    @property
    def sound(self) -> bool:
        """Whether everything that is there holds, behind an anchor or not."""
        return all(fault.code == _BEHIND for report in self.reports for fault in report.faults)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong at all."""
        return not self.missing and all(report.ok for report in self.reports)


def bring_back(folder: str) -> dict[str, Any]:
    """Put database and evidence back; returns what the backup says of itself.

    Raises:
        UsageError: E_BACKUP (no whole backup, of the other kind of database), E_NOT_EMPTY (something is here
            already), E_TOOL (no pg_restore).
    """
    about = read_about(folder)
    is_sqlite = about["database"] == SQLITE
    if is_sqlite != (connection.vendor == "sqlite"):
        raise UsageError(
            "E_BACKUP",
            "the backup is of the other kind of database",
            file=folder,
            hint="set FLIGHTRULES_DATABASE_URL to the kind that was backed up",
        )
    _require_empty()
    if is_sqlite:
        _bring_sqlite(os.path.join(folder, SQLITE))
    elif about["database"] == DUMPED:
        _bring_dump(os.path.join(folder, DUMPED))
    else:
        _bring_tables(os.path.join(folder, COPIED))
    for digest in about["blobs"]:
        _bring_blob(folder, digest)
    return about


def check_restored(
    about: Mapping[str, Any], *, keys: Sequence[PublicKey], anchors: Mapping[str, Head]
) -> Restored:
    """Verify what was brought back, against the keys and anchors at hand and the heads in the backup."""
    own = {f"the backup's head of {name}": head_in(note) for name, note in about["heads"].items()}
    reports = tuple(verify_ledger(keys=keys, anchors={**own, **anchors}))
    missing = [one for one in about["blobs"] if blobs.state_of(one) is not blobs.BlobState.INTACT]
    return Restored(reports, tuple(missing + list(about["damaged"])))


def record_restored(about: Mapping[str, Any], found: Restored, *, by: Actor, at: datetime) -> Entry:
    """Put on record that the ledger was restored, from when, and what it is behind.

    Raises:
        UnavailableError: E_SIGNING_KEY, E_LEDGER_TIP.
    """
    sizes = dict(Stream.objects.order_by("name").values_list("name", "size"))
    data = {
        "made_at": about["made_at"],
        "sizes": sizes,
        "behind": found.behind,
        "missing": list(found.missing),
    }
    with transaction.atomic():
        return append(stream=OFFICE, tag=Tag.RESTORED, by=by, at=at, subject="office/ledger", data=data)


def _require_empty() -> None:
    with suppress(DatabaseError):  # no tables: as empty as can be
        if Entry.objects.exists():
            raise _not_empty("the ledger here holds entries")
    if blobs.store_of().digests():
        raise _not_empty("the store here holds evidence")


def _not_empty(why: str) -> UsageError:
    return UsageError(
        "E_NOT_EMPTY",
        f"{why}; a restore never overwrites",
        hint="restore into a new FLIGHTRULES_HOME and an empty database",
    )


def _bring_sqlite(path: str) -> None:
    _require_sound(path)
    target = str(connection.settings_dict["NAME"])
    connection.close()
    part = f"{target}.part"
    shutil.copyfile(path, part)
    with open(part, "rb") as file:
        os.fsync(file.fileno())
    for leftover in (f"{target}-wal", f"{target}-shm"):
        with suppress(FileNotFoundError):
            os.unlink(leftover)
    os.replace(part, target)


def _require_sound(path: str) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
            said = copy.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        said = str(error)
    if said != "ok":
        raise UsageError(
            "E_BACKUP", f"the backup's database is damaged: {said[:100]}", hint="take another one"
        )


def _bring_dump(path: str) -> None:
    tool = postgresql_tool("pg_restore")
    if tool is None:
        raise UsageError(
            "E_TOOL",
            "pg_restore is not found",
            hint="install PostgreSQL's client tools, or name their folder in FLIGHTRULES_POSTGRESQL_TOOLS",
        )
    connection.close()
    argv = [tool, "--no-owner", "--clean", "--if-exists", "--single-transaction", "--exit-on-error"]
    environment = postgresql_environment()
    argv += [f"--dbname={environment['PGDATABASE']}", path]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 -- the operator's own pg_restore
    if done.returncode != 0:
        raise UsageError(
            "E_BACKUP",
            f"pg_restore refused: {(done.stderr.splitlines() or ['?'])[0][:200]}",
            hint="use the client tools of the server's version",
        )


def _bring_tables(folder: str) -> None:
    """Into a database whose schema is there: foreign keys are looked at when all rows are."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = [
            table for table in sorted(connection.introspection.table_names(cursor)) if table not in _OTHERS
        ]
        for table in tables:
            if not table.startswith("records_"):  # those are empty, and refuse to be emptied
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 -- names come from the catalogue
        for table in tables:
            path = os.path.join(folder, f"{table}.copy")
            if os.path.exists(path):
                with open(path, "rb") as file, cursor.copy(f'COPY "{table}" FROM STDIN') as rows:
                    while piece := file.read(1 << 20):
                        rows.write(piece)
        for table in tables:
            _set_sequence(cursor, table)


def _set_sequence(cursor: Any, table: str) -> None:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = %s"
        " AND (is_identity = 'YES' OR column_default LIKE 'nextval(%%')",
        [table],
    )
    for (column,) in cursor.fetchall():
        highest = f'COALESCE(max("{column}"), 1), max("{column}") IS NOT NULL) FROM "{table}"'
        question = f"SELECT setval(pg_get_serial_sequence(%s, %s), {highest}"
        cursor.execute(question, [f'"{table}"', column])


def _bring_blob(folder: str, digest: str) -> None:
    from flightrules.service.records.folder_store import FolderStore

    found = FolderStore(os.path.join(folder, "blobs")).open(digest)
    if found is None:
        return  # said by the check that follows
    with found as stream:
        blobs.store(stream, store_limit())
