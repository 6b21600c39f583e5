"""Writes of the ledger: the only way that an entry comes to be.

``append`` runs inside the transaction of the change that it records, and last: it takes the lock of the
stream's tip, so everything slow is done before. A refusal that goes on record is written after the refused
change was rolled back, by ``act``, which wraps every service that changes a state.

Before the tip is extended it is verified: nobody who only writes to the database gets a signature for what
was not recorded here.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from django.db import connection, transaction

from flightrules.errors import LedgerError
from flightrules.ledger.checkpoint import Checkpoint as Head
from flightrules.ledger.entry import Entry as Content
from flightrules.ledger.entry import entry_bytes, moment, read_entry
from flightrules.ledger.frontier import Frontier
from flightrules.ledger.history import adopted_keys
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.merkle import leaf_hash
from flightrules.ledger.note import NoteKey, sign_note, verify_note
from flightrules.service.door.refusals import (
    ConflictError,
    DeniedError,
    RefusalError,
    UnauthenticatedError,
    UnavailableError,
)
from flightrules.service.records.actor import Actor
from flightrules.service.records.models import Checkpoint, Entry, Office, PersonalDatum, Stream
from flightrules.service.records.signer import ledger_key
from flightrules.service.records.tags import Tag, is_decision

__all__ = [
    "OFFICE",
    "act",
    "adopt_key",
    "append",
    "commit_to",
    "erase_person",
    "origin",
    "product_stream",
    "record_denied",
    "require_signed_tip",
]

P = ParamSpec("P")
R = TypeVar("R")

OFFICE = "office"
"""The stream of people, keys and the installation itself; each product has a stream of its own."""

# In plain SQL: building these through the ORM took half of an append.
_TIP_HAS = ("id", "name", "size", "frontier", "last", "head")
_TIP = "SELECT id, name, size, frontier, last, head FROM records_stream WHERE name = %s"
_MOVE_TIP = "UPDATE records_stream SET size = %s, frontier = %s, last = %s, head = %s WHERE id = %s"
_ENTER = (
    "INSERT INTO records_entry (stream_id, seq, at, tag, actor, subject, body, leaf)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
# One trip to the server instead of two while others wait for the tip; SQLite is near and has no such form.
_MOVE_AND_ENTER = f"WITH moved AS ({_MOVE_TIP}) {_ENTER} RETURNING id"


def product_stream(product_key: str) -> str:
    """The stream in which everything about one product is recorded."""
    return f"product/{product_key}"


def origin(stream: str) -> str:
    """The name of a stream's ledger in checkpoints: unlike that of any other installation."""
    return f"flightrules/{_office()}/{stream}"


def append(
    *, stream: str, tag: Tag, by: Actor, at: datetime, subject: str, data: Mapping[str, Any] | None = None
) -> Entry:
    """Record one act; the last thing that its transaction does.

    Args:
        stream: ``OFFICE`` or ``product_stream(key)``.
        tag: what happened.
        by: who did it.
        at: when the door heard of it.
        subject: what it is about, as ``kind/key``.
        data: what was done, in canonical JSON values; decimals as text, personal data by ``commit_to``. A
            SHA-256 of stored bytes in it makes them part of the case file.

    Raises:
        UnavailableError: E_SIGNING_KEY, E_LEDGER_TIP. LedgerError: E_NOT_CANONICAL and its kin.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an entry is written in the transaction of what it records")
    key = ledger_key()
    tip = _locked(stream)
    name, edge = require_signed_tip(tip, key.public)
    actor = by.to_record()
    content = Content(
        seq=tip.size,
        at=moment(at),
        tag=str(tag),
        actor=actor.pop("key"),
        subject=subject,
        stream=stream,
        prev=bytes(tip.last).hex(),
        by=actor,
        data=data or {},
    )
    body = entry_bytes(content)
    leaf = leaf_hash(body)
    entry = Entry(
        stream=tip, seq=tip.size, at=at, tag=str(tag), actor=by.key, subject=subject, body=body, leaf=leaf
    )
    edge = edge.appended(leaf)
    head = sign_note(Head(name, edge.size, edge.root).text, [(name, key)])
    _write(entry, edge, head)
    if is_decision(tag):
        Checkpoint.objects.create(stream=tip, size=edge.size, note=head, at=at)
    return entry


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Make a service one act: its change and its entry stand or fall together; a denial goes on record.

    The service is keyword-only and takes ``by: Actor`` and ``at: datetime``. An act does not call another
    act. A DeniedError or ConflictError carries ``stream`` and ``subject`` in ``on_record`` where a product is
    known; a missing proof of who signs goes on record like them.
    """

    @wraps(function)
    def acted(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                return function(*args, **kwargs)
        except (DeniedError, ConflictError, UnauthenticatedError) as refusal:
            record_denied(refusal, by=kwargs["by"], at=kwargs["at"], asked=function.__name__)  # type: ignore[arg-type]
            raise

    return acted


def record_denied(refusal: RefusalError, *, by: Actor, at: datetime, asked: str) -> None:
    """Put a refused act on record, in its own transaction (or savepoint)."""
    stream, subject = refusal.on_record or (OFFICE, f"{by.kind}/{by.key}")
    data = {"asked": asked, "code": refusal.code, "reason": refusal.message}
    with transaction.atomic():
        append(stream=stream, tag=Tag.ACT_DENIED, by=by, at=at, subject=subject, data=data)


@act
def adopt_key(*, new: PublicKey, by: Actor, at: datetime) -> None:
    """Let the key in use vouch for its successor, in every stream; afterwards the key file can be replaced.

    A head of each stream is kept under the old key, so that who knows only that one can follow.
    """
    under = ledger_key().public
    data = {"adopted": new.to_pem().decode(), "under": under.to_pem().decode()}
    names = set(Stream.objects.values_list("name", flat=True)) | {OFFICE}
    for name in [*sorted(names - {OFFICE}), OFFICE]:
        append(stream=name, tag=Tag.KEY_ADOPTED, by=by, at=at, subject=f"key/{new.keyid}", data=data)


def commit_to(value: str, *, about: str) -> dict[str, str]:
    """Keep personal data beside the ledger and return what the entry holds instead: a salted commitment.

    The commitment is SHA-256(salt || value) with 32 random bytes of salt, so that it tells nothing once salt
    and value are erased, and proves the value as long as they are kept.
    """
    salt = secrets.token_bytes(32)
    commitment = hashlib.sha256(salt + value.encode()).hexdigest()
    PersonalDatum.objects.create(commitment=commitment, salt=salt, value=value, about=about)
    return {"commitment": commitment}


@act
def erase_person(
    *, person_key: str, ground: str, documents: Sequence[str] = (), by: Actor, at: datetime
) -> int:
    """Erase what the ledger's commitments about a person stand for; every entry and proof stays as it is.

    Args:
        person_key: whose.
        by: who erases.
        at: when.
        ground: the lawful ground, such as the reference of the request; it goes on record, so no names in it.
        documents: digests of kept documents that hold the name and stay.

    Returns:
        How many values were erased.
    """
    held = PersonalDatum.objects.filter(about=person_key, erased_at__isnull=True)
    commitments = sorted(held.values_list("commitment", flat=True))
    held.update(salt=None, value=None, erased_at=at)
    data: dict[str, Any] = {"commitments": commitments, "ground": ground}
    if documents:
        data["kept_documents"] = list(documents)
    append(
        stream=OFFICE,
        tag=Tag.PERSONAL_DATA_ERASED,
        by=by,
        at=at,
        subject=f"person/{person_key}",
        data=data,
    )
    return len(commitments)


def _locked(stream: str) -> Stream:
    """The tip, locked: FOR UPDATE on PostgreSQL; on SQLite the write transaction already is the only one."""
    question = _TIP if connection.vendor == "sqlite" else f"{_TIP} FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(question, [stream])
        found = cursor.fetchone()
    if found is not None:
        return Stream.from_db(connection.alias, _TIP_HAS, found)
    Stream.objects.get_or_create(name=stream)
    return Stream.objects.select_for_update().get(name=stream)


def _write(entry: Entry, edge: Frontier, head: str) -> None:
    """The entry, and the tip moved over it."""
    leaf = bytes(entry.leaf)
    tip: list[Any] = [edge.size, edge.to_bytes(), leaf, head, entry.stream_id]
    at = connection.ops.adapt_datetimefield_value(entry.at)
    row: list[Any] = [entry.stream_id, entry.seq, at, entry.tag, entry.actor, entry.subject, entry.body]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_ENTER, [*row, leaf])
            entry.pk = cursor.lastrowid
            cursor.execute(_MOVE_TIP, tip)
        else:
            cursor.execute(_MOVE_AND_ENTER, [*tip, *row, leaf])
            entry.pk = cursor.fetchone()[0]


def require_signed_tip(tip: Stream, public: PublicKey) -> tuple[str, Frontier]:
    """Name and edge of a ledger whose tip is as its key signed it.

    Raises:
        UnavailableError: E_LEDGER_TIP, E_SIGNING_KEY.
    """
    if tip.size == 0:
        office = None if tip.name == OFFICE else Stream.objects.filter(name=OFFICE, size__gt=0).first()
        if office is not None:
            require_signed_tip(office, public)
        return origin(tip.name), Frontier.of_bytes(0, bytes(tip.frontier))
    name = tip.head.partition("\n")[0]
    try:
        edge = Frontier.of_bytes(tip.size, bytes(tip.frontier))
        whole = name.endswith(f"/{tip.name}") and tip.head.startswith(Head(name, edge.size, edge.root).text)
    except LedgerError:
        whole = False
    if not whole:
        raise _broken(tip)
    for key in _signers(tip, public):
        if _is_signed_by(tip.head, name, key):
            return name, edge
    raise UnavailableError(
        "E_SIGNING_KEY",
        "the key did not sign the ledger and was not adopted by the one that did; nothing is recorded",
        hint="put the right key back; a new one is adopted first, with flightrules ledger adopt-key",
    )


def _is_signed_by(note: str, name: str, key: PublicKey) -> bool:
    try:
        verify_note(note, [NoteKey(name, key)])
    except LedgerError:
        return False
    return True


def _signers(tip: Stream, public: PublicKey) -> Iterator[PublicKey]:
    """The key in use, then those that vouched for it, which nobody looks up while the first one fits."""
    yield public
    yield from _predecessors(tip, public)


def _predecessors(tip: Stream, public: PublicKey) -> list[PublicKey]:
    adoptions = Entry.objects.filter(tag=Tag.KEY_ADOPTED, stream__name__in=(tip.name, OFFICE))
    pairs = [adopted_keys(read_entry(bytes(body))) for body in adoptions.values_list("body", flat=True)]
    return [pair[0] for pair in pairs if pair[1:] == (public,)]


def _broken(tip: Stream) -> UnavailableError:
    return UnavailableError(
        "E_LEDGER_TIP",
        f"the tip of the stream {tip.name} is not as it was signed; nothing is recorded",
        hint="run flightrules ledger verify, and restore the ledger",
    )


def _office() -> str:
    found = Office.objects.first()
    if found is None:
        Office.objects.get_or_create(pk=1, defaults={"key": uuid4()})
        found = Office.objects.get(pk=1)
    return found.key.hex
