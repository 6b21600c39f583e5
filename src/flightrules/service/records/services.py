"""Writes of the ledger: the only way that an entry comes to be.

``append`` runs inside the transaction of the change that it records, and last: it takes the lock of the stream's
tip, so everything slow is done before. A refusal that goes on record is written after the refused change was
rolled back, by ``act``, which wraps every service that changes a state.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from django.db import connection, transaction

from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.checkpoint import Checkpoint as Head
from flightrules.ledger.frontier import Frontier
from flightrules.ledger.merkle import leaf_hash
from flightrules.ledger.note import sign_note
from flightrules.service.door.refusals import ConflictError, DeniedError, RefusalError
from flightrules.service.records.actor import Actor
from flightrules.service.records.models import Checkpoint, Entry, Office, PersonalDatum, Stream
from flightrules.service.records.signer import ledger_key
from flightrules.service.records.tags import Tag, is_decision

__all__ = ["OFFICE", "act", "append", "commit_to", "origin", "product_stream", "record_denied"]

P = ParamSpec("P")
R = TypeVar("R")

OFFICE = "office"
"""The stream of people, keys and the installation itself; each product has a stream of its own."""

_VERSION = 1


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
        subject: what it is about, as ``kind/key``.
        data: what was done, in canonical JSON values; decimals as text, personal data by ``commit_to``.

    Raises:
        UnavailableError: E_SIGNING_KEY. LedgerError: E_NOT_CANONICAL and its kin.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an entry is written in the transaction of what it records")
    key = ledger_key()
    tip = _locked(stream)
    body = canonical_bytes(
        {
            "v": _VERSION,
            "stream": stream,
            "seq": tip.size,
            "at": _moment(at),
            "tag": str(tag),
            "actor": by.to_record(),
            "subject": subject,
            "data": dict(data or {}),
        }
    )
    leaf = leaf_hash(body)
    entry = Entry.objects.create(
        stream=tip, seq=tip.size, at=at, tag=str(tag), actor=by.key, subject=subject, body=body, leaf=leaf
    )
    frontier = Frontier.of_bytes(tip.size, bytes(tip.frontier)).appended(leaf)
    name = origin(stream)
    tip.size, tip.frontier = frontier.size, frontier.to_bytes()
    tip.head = sign_note(Head(name, frontier.size, frontier.root).text, [(name, key)])  # type: ignore[list-item]
    tip.save(update_fields=["size", "frontier", "head"])
    if is_decision(tag):
        Checkpoint.objects.create(stream=tip, size=tip.size, note=tip.head, at=at)
    return entry


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Make a service one act: its change and its entry stand or fall together; a denial goes on record.

    The service is keyword-only and takes ``by: Actor`` and ``at: datetime``. An act does not call another act.
    A DeniedError or ConflictError carries ``stream`` and ``subject`` in ``on_record`` where a product is known.
    """

    @wraps(function)
    def acted(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                return function(*args, **kwargs)
        except (DeniedError, ConflictError) as refusal:
            record_denied(refusal, by=kwargs["by"], at=kwargs["at"], asked=function.__name__)  # type: ignore[arg-type]
            raise

    return acted


def record_denied(refusal: RefusalError, *, by: Actor, at: datetime, asked: str) -> None:
    """Put a refused act on record, in its own transaction (or savepoint)."""
    stream, subject = refusal.on_record or (OFFICE, f"{by.kind}/{by.key}")
    data = {"asked": asked, "code": refusal.code, "reason": refusal.message}
    with transaction.atomic():
        append(stream=stream, tag=Tag.ACT_DENIED, by=by, at=at, subject=subject, data=data)


def commit_to(value: str, *, about: str) -> dict[str, str]:
    """Keep personal data beside the ledger and return what the entry holds instead: a salted commitment.

    The commitment is SHA-256(salt || value) with 32 random bytes of salt, so that it tells nothing once salt and
    value are erased, and proves the value as long as they are kept.
    """
    salt = secrets.token_bytes(32)
    commitment = hashlib.sha256(salt + value.encode()).hexdigest()
    PersonalDatum.objects.create(commitment=commitment, salt=salt, value=value, about=about)
    return {"commitment": commitment}


def _locked(stream: str) -> Stream:
    """The tip, locked: FOR UPDATE on PostgreSQL; on SQLite the write transaction already is the only one."""
    found = Stream.objects.select_for_update().filter(name=stream).first()
    if found is None:
        Stream.objects.get_or_create(name=stream)
        found = Stream.objects.select_for_update().get(name=stream)
    return found


def _office() -> str:
    found = Office.objects.first()
    if found is None:
        Office.objects.get_or_create(pk=1, defaults={"key": uuid4()})
        found = Office.objects.get(pk=1)
    return found.key.hex


def _moment(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds: one text for one moment."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
