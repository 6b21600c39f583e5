"""Reads of the ledger: entries by stream, subject or tag, as they are shown; heads and keys."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import CharField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from flightrules.errors import LedgerError
from flightrules.ledger.entry import read_entry
from flightrules.ledger.key_files import load_public_key
from flightrules.ledger.keys import PublicKey
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import UnavailableError
from flightrules.service.records.models import Checkpoint, Entry, PersonalDatum, Stream
from flightrules.service.records.signer import ledger_key

__all__ = [
    "batches",
    "checkpoints",
    "entries",
    "head",
    "leaves",
    "opened",
    "opening_of",
    "public_keys",
    "shown",
    "sizes_of",
    "stream_names",
    "stream_of",
]

BATCH = 256  # a batch that fits the nearest caches: 4,096 took half as long again
_COLUMNS = "seq, {at}, tag, actor, subject, body, leaf"
_AT = {
    "postgresql": """to_char("at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "sqlite": """"at" || ''""",
}
_DATUM = Question(lambda commitment: PersonalDatum.objects.filter(pk=commitment), CharField())
_WITHOUT_FRACTION = 19
_BLANK, _LINE = 10, 27  # of a moment with a fraction: the place of its blank, its length with a line end


def entries(
    *, stream: str | None = None, subject: str | None = None, tag: str | None = None
) -> QuerySet[Entry]:
    """The entries, oldest first, for ``door.paging.page_of`` with ``key="pk", cast=int``."""
    found = Entry.objects.select_related("stream").order_by("pk")
    if stream is not None:
        found = found.filter(stream__name=stream)
    if subject is not None:
        found = found.filter(subject=subject)
    return found if tag is None else found.filter(tag=tag)


def shown(entry: Entry) -> dict[str, Any]:
    """An entry as a person or a program reads it; what its bytes say, not its columns."""
    body = bytes(entry.body)
    content = read_entry(body)
    return {
        "stream": content.stream,
        "seq": content.seq,
        "at": content.at,
        "tag": content.tag,
        "actor": content.actor,
        "by": dict(content.by),
        "subject": content.subject,
        "data": dict(content.data),
        "leaf": bytes(entry.leaf).hex(),
    }


def stream_names() -> list[str]:
    """All streams, the office's first."""
    return sorted(Stream.objects.values_list("name", flat=True), key=lambda name: (name != "office", name))


def sizes_of(names: Iterable[str]) -> dict[str, int]:
    """How many entries each of these streams has; those without any are left out."""
    return dict(Stream.objects.filter(name__in=list(names)).values_list("name", "size"))


def stream_of(subject: str) -> str | None:
    """The stream in which a subject was first spoken of."""
    found = Entry.objects.filter(subject=subject).select_related("stream").order_by("pk").first()
    return found.stream.name if found else None


def head(stream: str) -> str:
    """The newest signed checkpoint of a stream; empty where nothing is recorded yet."""
    found = Stream.objects.filter(name=stream).values_list("head", flat=True).first()
    return found or ""


def checkpoints(stream: str) -> list[Checkpoint]:
    """The checkpoints that were kept, smallest first."""
    return list(Checkpoint.objects.filter(stream__name=stream).order_by("size"))


def public_keys() -> list[PublicKey]:
    """The key that signs now, and the one beside it in the home, where they can be read."""
    found: list[PublicKey] = []
    with suppress(UnavailableError):  # reading goes on without it; the public half may still be there
        found.append(ledger_key().public)
    path = os.path.join(settings.FLIGHTRULES_HOME, "keys", "ledger.pub")
    with suppress(OSError, LedgerError), open(path, "rb") as file:
        found.append(load_public_key(file.read(), name=path))
    return list(dict.fromkeys(found))


def opened(commitment: str) -> str | None:
    """The personal datum behind a commitment, or None where it was erased or never kept."""
    found = _DATUM.first(commitment)
    return None if found is None else found.value


def opening_of(column: str) -> Coalesce:
    """What the commitment in a column stands for, asked along with its rows; empty where it was erased."""
    found = PersonalDatum.objects.filter(pk=OuterRef(column)).values("value")
    return Coalesce(Subquery(found[:1]), Value(""), output_field=TextField())


def leaves(tip: Stream, size: int, start: int = 0) -> Iterator[bytes]:
    """The leaf hashes of entries ``start`` to ``size``, as they are stored."""
    rows = Entry.objects.filter(stream=tip, seq__gte=start, seq__lt=size).order_by("seq")
    for leaf in rows.values_list("leaf", flat=True).iterator(BATCH):
        yield bytes(leaf)


def batches(tip: Stream, size: int, start: int = 0) -> Iterator[list[Sequence[Any]]]:
    """The columns of entries ``start`` to ``size`` as they are stored, in order, some hundred at a time.

    Before a damaged page entries come one by one, so that all that can be read is read.

    Raises:
        DatabaseError: where the database cannot be read any further.
    """
    at = start
    for step in (BATCH, 1):
        try:
            for columns in _columns(tip, at, size, step):
                yield columns
                last = columns[0][-1]
                at = last + 1 if isinstance(last, int) else at
        except DatabaseError:
            if step == 1:
                raise
        else:
            return


def _columns(tip: Stream, start: int, size: int, step: int) -> Iterator[list[Sequence[Any]]]:
    names = _COLUMNS.format(at=_AT[connection.vendor])
    question = (
        f"SELECT {names} FROM records_entry"  # noqa: S608 -- the columns are ours
        " WHERE stream_id = %s AND seq >= %s AND seq < %s ORDER BY seq, id"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(question, [tip.pk, start, size])
        while rows := cursor.fetchmany(step):
            columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
            if connection.vendor == "sqlite":
                columns[1] = _moments_of(columns[1])
            yield columns


def _moments_of(ats: Sequence[Any]) -> Sequence[Any]:
    """``_moment_of`` each; at once where all are texts of one plain form, in a third of the time."""
    count = len(ats)
    if set(map(type, ats)) == {str}:
        text = "\n".join(ats)
        if (
            len(text) == count * _LINE - 1
            and text[_BLANK::_LINE] == " " * count == " " * text.count(" ")
            and text[_LINE - 1 :: _LINE] == "\n" * (count - 1) == "\n" * text.count("\n")
        ):
            return (text.replace(" ", "T").replace("\n", "Z\n") + "Z").split("\n")
    return [_moment_of(at) for at in ats]


def _moment_of(at: Any) -> Any:
    """SQLite keeps a moment as text, without a fraction where it is zero; anything else is left as it is."""
    if type(at) is not str or at[10:11] != " ":
        return at
    return f"{at[:10]}T{at[11:]}Z" if len(at) > _WITHOUT_FRACTION else f"{at[:10]}T{at[11:]}.000000Z"
