"""Check everything that is kept: ledger, evidence bytes, personal data, and rows that no entry speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db import DatabaseError, connection

from flightrules.ledger.entry import read_entry
from flightrules.ledger.history import Head
from flightrules.ledger.keys import PublicKey
from flightrules.service.door.refusals import RefusalError
from flightrules.service.records import blobs
from flightrules.service.records.anchors import timestamp_faults
from flightrules.service.records.models import Blob, Checkpoint, Entry, PersonalDatum
from flightrules.service.records.recorded import Recorded, misended, unrecorded, vanished
from flightrules.service.records.tags import Tag, is_decision
from flightrules.service.records.told import mistold
from flightrules.service.records.verification import verify_ledger

__all__ = ["Finding", "check_all", "rows_without_entry"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; ``room`` is where: database, ledger, blobs, personal data, rows."""

    room: str
    code: str
    message: str


def check_all(
    *, keys: Sequence[PublicKey], anchors: Mapping[str, Head] | None = None, with_blobs: bool = True
) -> Iterator[Finding]:
    """Everything that is wrong, room by room; a room that cannot be read is a finding too."""
    rooms = [_database(), _ledger(keys, anchors), _heads(), _timestamps()]
    rooms += [_blobs()] if with_blobs else []
    for room in (*rooms, _personal_data(), _rows()):
        try:
            yield from room
        except DatabaseError as error:
            said = (str(error).splitlines() or ["?"])[0][:100]
            yield Finding("database", "E_DATABASE", f"it cannot be read: {said}")
        except RefusalError as refusal:
            yield Finding("stores and witnesses", refusal.code, refusal.message)


def rows_without_entry() -> Iterator[tuple[str, str]]:
    """(subject, model and primary key) of rows that no entry tells of, of each model with ``recorded_as``."""
    for model in apps.get_models():
        said = getattr(model, "recorded_as", ())
        for key, subject in unrecorded(model, (said,) if isinstance(said, Recorded) else said):
            yield subject, f"{model.__name__} {key}"


def _database() -> Iterator[Finding]:
    """What the database says of itself; PostgreSQL checks pages as they are read."""
    if connection.vendor != "sqlite":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check(20)")
            said = [row[0] for row in cursor.fetchall()]
            cursor.execute("PRAGMA foreign_key_check")
            orphans = cursor.fetchall()
    except DatabaseError as error:
        said, orphans = [str(error)], []
    yield from (Finding("database", "E_DATABASE", one) for one in said if one != "ok")
    yield from (
        Finding("database", "E_DATABASE", f"row {row[1]} of {row[0]} leads nowhere") for row in orphans
    )


def _ledger(keys: Sequence[PublicKey], anchors: Mapping[str, Head] | None) -> Iterator[Finding]:
    for report in verify_ledger(keys=keys, anchors=anchors):
        for fault in report.faults:
            where = f"{report.stream}, entry {fault.seq}" if report.stream else "anchors"
            yield Finding("ledger", fault.code, f"{where}: {fault.message}")


def _timestamps() -> Iterator[Finding]:
    for kept in Checkpoint.objects.exclude(anchors=[]).select_related("stream").order_by("pk"):
        for why in timestamp_faults(kept):
            yield Finding("ledger", "E_WITNESS", f"{kept.stream.name}, head of {kept.size} entries: {why}")


def _blobs() -> Iterator[Finding]:
    away = _tombstoned()
    codes = {blobs.BlobState.MISSING: "E_BLOB_MISSING", blobs.BlobState.TAMPERED: "E_BLOB_TAMPERED"}
    for digest in Blob.objects.order_by("digest").values_list("digest", flat=True).iterator():
        state = blobs.state_of(digest)
        if state in codes and not (state is blobs.BlobState.MISSING and digest in away):
            yield Finding("blobs", codes[state], f"sha256:{digest} is {state}")


def _tombstoned() -> set[str]:
    rows = Entry.objects.filter(tag=Tag.EVIDENCE_TOMBSTONED).values_list("body", flat=True)
    return {str(read_entry(bytes(body)).data.get("sha256", "")) for body in rows}


def _personal_data() -> Iterator[Finding]:
    for commitment, salt, value, erased_at in PersonalDatum.objects.order_by("pk").values_list(
        "commitment", "salt", "value", "erased_at"
    ):
        if erased_at is None and salt is not None and value is not None:
            if hashlib.sha256(bytes(salt) + value.encode()).hexdigest() != commitment:
                yield Finding("personal data", "E_DIGEST", f"{commitment} is not what was committed to")
        elif erased_at is None:
            yield Finding("personal data", "E_DIGEST", f"{commitment} is gone and not erased")
    recorded = {
        str(one)
        for body in Entry.objects.filter(tag=Tag.PERSONAL_DATA_ERASED).values_list("body", flat=True)
        for one in read_entry(bytes(body)).data.get("commitments", ())
    }
    erased = PersonalDatum.objects.filter(erased_at__isnull=False).order_by("pk")
    for commitment in erased.values_list("commitment", flat=True):
        if commitment not in recorded:
            yield Finding("personal data", "E_ENTRY", f"{commitment} was erased, and no entry says so")


def _heads() -> Iterator[Finding]:
    """Heads that were signed at decisions and are gone: without any of them a cut would not show."""
    kept = set(Checkpoint.objects.values_list("stream_id", "size"))
    decided = Entry.objects.filter(tag__in=[tag for tag in Tag if is_decision(tag)]).select_related("stream")
    for one in decided.only("seq", "stream__name").order_by("pk").iterator():
        if (one.stream_id, one.seq + 1) not in kept:
            yield Finding(
                "ledger", "E_WITNESS", f"{one.stream.name}, the head of {one.seq + 1} entries is gone"
            )


def _rows() -> Iterator[Finding]:
    for model in apps.get_models():
        said = getattr(model, "recorded_as", ())
        for subject in vanished(model, (said,) if isinstance(said, Recorded) else said):
            yield Finding("rows", "E_ENTRY", f"an entry tells of {subject}, whose {model.__name__} is gone")
    for subject, row in rows_without_entry():
        yield Finding("rows", "E_ENTRY", f"no entry tells of {row}, expected about {subject}")
    for model in apps.get_models():
        way = getattr(model, "ended_as", None)
        for key, is_over in misended(model, way) if way is not None else ():
            row = f"{model.__name__} {key}"
            said = f"no entry ended {row}" if is_over else f"an entry ended {row}, which counts again"
            yield Finding("rows", "E_ENTRY", said)
        told = getattr(model, "told_as", None)
        for key, name in mistold(model, told) if told is not None else ():
            yield Finding(
                "rows", "E_ENTRY", f"{name} of {model.__name__} {key} is not what entries told last"
            )
