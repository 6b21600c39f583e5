"""Backups: one consistent snapshot of the database while others write, and the evidence bytes that it names.

A backup is a folder: the database (``database.sqlite3`` copied by SQLite's own backup; ``database.dump`` by
pg_dump, or ``tables/*.copy`` where no fitting pg_dump is found), ``blobs``, the public keys, and last of all
``backup.json``, so that an interrupted backup is never taken for a whole one. The private signing key is not
part of it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from flightrules.errors import UsageError
from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.entry import moment
from flightrules.service.records import blobs
from flightrules.service.records.folder_store import FolderStore
from flightrules.service.records.queries import public_keys

__all__ = [
    "ABOUT",
    "COPIED",
    "DUMPED",
    "SQLITE",
    "Made",
    "back_up",
    "postgresql_environment",
    "postgresql_tool",
]

ABOUT, SQLITE, DUMPED, COPIED = "backup.json", "database.sqlite3", "database.dump", "tables"
_VERSION = 1
_HEADS = "SELECT name, head FROM records_stream WHERE size > 0 ORDER BY name"
_DIGESTS = "SELECT digest FROM records_blob ORDER BY digest"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup holds; evidence that was not intact is listed and not copied."""

    folder: str
    how: str
    heads: dict[str, str]
    blobs: int
    damaged: tuple[str, ...]


def back_up(folder: str, *, at: datetime) -> Made:
    """Write a backup into a new folder.

    Raises:
        UsageError: E_EXISTS, E_WRITE. UnavailableError: E_BLOB_STORE.
    """
    try:
        os.makedirs(os.path.join(folder, "keys"), mode=0o700)
    except FileExistsError:
        raise UsageError(
            "E_EXISTS", "the folder is there already", file=folder, hint="name a new one"
        ) from None
    except OSError as error:
        raise UsageError("E_WRITE", f"cannot write: {error.strerror}", file=folder) from None
    how, heads, digests = _postgresql(folder) if connection.vendor == "postgresql" else _sqlite(folder)
    damaged = _copy_blobs(folder, digests)
    for number, key in enumerate(public_keys()):
        _write(os.path.join(folder, "keys", f"ledger-{number}.pub"), key.to_pem())
    about: dict[str, Any] = {
        "v": _VERSION,
        "made_at": moment(at),
        "database": how,
        "heads": heads,
        "blobs": [digest for digest in digests if digest not in damaged],
        "damaged": damaged,
    }
    _write(os.path.join(folder, ABOUT), canonical_bytes(about) + b"\n")
    return Made(folder, how, heads, len(digests) - len(damaged), tuple(damaged))


def _sqlite(folder: str) -> tuple[str, dict[str, str], list[str]]:
    path = os.path.join(folder, SQLITE)
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        heads = dict(copy.execute(_HEADS).fetchall())
        digests = [row[0] for row in copy.execute(_DIGESTS).fetchall()]
    _flush(path)
    return SQLITE, heads, digests


def _postgresql(folder: str) -> tuple[str, dict[str, str], list[str]]:
    """Heads, digests and dump come from one snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(_HEADS)
        heads = dict(cursor.fetchall())
        cursor.execute(_DIGESTS)
        digests = [row[0] for row in cursor.fetchall()]
        tool = postgresql_tool("pg_dump")
        cursor.execute("SELECT pg_export_snapshot()")
        if tool and _dumped(tool, os.path.join(folder, DUMPED), cursor.fetchone()[0]):
            return DUMPED, heads, digests
        _copy_tables(cursor, os.path.join(folder, COPIED))
    return COPIED, heads, digests


def _dumped(tool: str, path: str, snapshot: str) -> bool:
    """Whether pg_dump wrote the dump; one older than the server refuses, and then tables are copied."""
    argv = [tool, "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={path}"]
    done = subprocess.run(argv, env=postgresql_environment(), capture_output=True, check=False)  # noqa: S603 -- the operator's own pg_dump
    if done.returncode != 0:
        if os.path.exists(path):
            os.unlink(path)
        return False
    _flush(path)
    return True


def _copy_tables(cursor: Any, folder: str) -> None:
    os.mkdir(folder, 0o700)
    for table in sorted(connection.introspection.table_names(cursor)):
        with open(os.path.join(folder, f"{table}.copy"), "wb") as file:
            question = f'COPY "{table}" TO STDOUT'
            with cursor.copy(question) as rows:
                file.writelines(rows)
            file.flush()
            os.fsync(file.fileno())


def postgresql_tool(name: str) -> str | None:
    """pg_dump or pg_restore: in the folder that FLIGHTRULES_POSTGRESQL_TOOLS names, or on the path."""
    folder = os.environ.get("FLIGHTRULES_POSTGRESQL_TOOLS")
    return shutil.which(name, path=folder or None)


def postgresql_environment() -> dict[str, str]:
    """How the tools reach the same database; the password never stands in a command line."""
    asked = connection.settings_dict
    named = {
        "PGHOST": asked["HOST"],
        "PGPORT": asked["PORT"],
        "PGUSER": asked["USER"],
        "PGPASSWORD": asked["PASSWORD"],
        "PGDATABASE": asked["NAME"],
        "PGSSLMODE": asked["OPTIONS"].get("sslmode", ""),
    }
    return os.environ | {name: str(value) for name, value in named.items() if value}


def _copy_blobs(folder: str, digests: list[str]) -> list[str]:
    """Copy each; the bytes are hashed on their way, so that only intact ones are kept."""
    target, damaged = FolderStore(os.path.join(folder, "blobs")), []
    for digest in digests:
        if blobs.state_of(digest) is not blobs.BlobState.INTACT:
            damaged.append(digest)
            continue
        with blobs.open(digest) as stream, target.incoming() as incoming:
            while piece := stream.read(_CHUNK):
                incoming.write(piece)
            incoming.keep(digest)
    return damaged


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_about(folder: str) -> dict[str, Any]:
    """What a backup says of itself.

    Raises:
        UsageError: E_BACKUP, for a folder that is no whole backup.
    """
    try:
        with open(os.path.join(folder, ABOUT), encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        found = None
    whole = isinstance(found, dict) and found.get("v") == _VERSION
    if not whole or found["database"] not in (SQLITE, DUMPED, COPIED):
        raise UsageError(
            "E_BACKUP",
            "the folder is no whole backup: its backup.json is missing or damaged",
            file=folder,
            hint="name a folder that `flightrules backup` finished",
        )
    return dict(found)


def store_limit() -> int:
    """The largest piece of evidence that can have been taken in."""
    return int(settings.FLIGHTRULES_EVIDENCE_LIMIT)
