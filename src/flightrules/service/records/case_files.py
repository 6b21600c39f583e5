"""Case files: what the ledger and the store hold about a release, product or stream, to be verified offline.

A case file holds every entry of the stream from the first about its subject up to the newest, so that nothing
that was recorded meanwhile can be left out; entries from before (rulebooks, adopted keys) and of the office
(erasures) are added with a proof each. Other rooms register nothing: bytes belong to it when an entry's data
names them as ``sha256``, personal data when an entry holds their commitment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, BinaryIO

from django.db import DatabaseError

from flightrules.errors import LedgerError
from flightrules.ledger.case_file import write_case_file
from flightrules.ledger.case_seal import seal_text
from flightrules.ledger.checkpoint import parse_checkpoint
from flightrules.ledger.entry import moment, read_entry
from flightrules.ledger.frontier import EMPTY, Frontier
from flightrules.ledger.merkle import Tree
from flightrules.ledger.note import sign_note
from flightrules.service.door.refusals import ConflictError, ForeignError, UnavailableError
from flightrules.service.records import blobs
from flightrules.service.records.models import Blob, Checkpoint, Entry, PersonalDatum, Stream
from flightrules.service.records.queries import BATCH, batches, leaves, public_keys
from flightrules.service.records.services import OFFICE, product_stream
from flightrules.service.records.signer import ledger_key
from flightrules.service.records.tags import Tag

__all__ = ["Contents", "export_product", "export_release", "export_stream"]

_DIGEST = re.compile(rb'"sha256":"(?:sha256:)?([0-9a-f]{64})"')
_COMMITMENT = re.compile(rb'"commitment":"([0-9a-f]{64})"')
_BEFORE = (Tag.RULEBOOK_PROPOSED, Tag.RULEBOOK_SIGNED, Tag.RULEBOOK_ADOPTED, Tag.KEY_ADOPTED)
_FIELDS = ("commitment", "salt", "value", "erased_at")


@dataclass(frozen=True, slots=True)
class Contents:
    """What was exported; ``head`` is worth keeping elsewhere, as it shows a tail that is cut later."""

    about: str
    stream: str
    entries: int
    blobs: dict[str, str]
    head: str


def export_release(file: IO[bytes], *, release_key: str, at: datetime) -> Contents:
    """The case file of a release: everything that was recorded of its product since it was opened.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_LEDGER_TIP.
    """
    subject = f"release/{release_key}"
    opened = Entry.objects.filter(subject=subject, tag=Tag.RELEASE_OPENED)
    first = opened.select_related("stream").order_by("pk").first()
    if first is None:
        raise ForeignError("E_NO_SUCH", f"nothing is recorded about the release {release_key:.80}")
    return _export(file, first.stream, subject, first.seq, at)


def export_product(file: IO[bytes], *, product_key: str, at: datetime) -> Contents:
    """The case file of a product: its whole stream.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_LEDGER_TIP.
    """
    return _export(file, _stream(product_stream(product_key)), f"product/{product_key}", 0, at)


def export_stream(file: IO[bytes], *, name: str, at: datetime, good_prefix: bool = False) -> Contents:
    """The case file of a stream; the good prefix ends at the largest kept head before anything unreadable.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_LEDGER_TIP.
    """
    tip = _stream(name)
    upto = _good_head(tip) if good_prefix else None
    return _export(file, tip, f"stream/{name}", 0, at, upto)


def _export(
    file: IO[bytes], tip: Stream, about: str, start: int, at: datetime, head: str | None = None
) -> Contents:
    head = tip.head if head is None else head
    size = _size_of(head, tip)
    found = _looked_through(tip, start, size)
    tree = Tree()
    for leaf in leaves(tip, size):
        tree.append_hash(leaf)
    others = [_proved(entry, tree, size) for entry in _before(tip, start)]
    for entry in others:
        found.look_at(entry["entry"].encode())
    erasures = _erasures(found.commitments)
    states = {digest: str(state) for digest, state in blobs.states_of(_stored(found.digests)).items()}
    contents: dict[str, Any] = {
        "v": 1,
        "kind": "flightrules-case-file",
        "about": about,
        "made_at": moment(at),
        "stream": tip.name,
        "start": {"size": start, "peaks": [peak.hex() for peak in _edge(tip, start).peaks]},
        "head": head,
        "checkpoints": _kept(tip, size),
        "keys": [key.to_pem().decode() for key in public_keys()],
        "others": others + erasures,
        "blobs": [{"digest": digest, "state": state} for digest, state in sorted(states.items())],
        "openings": _openings(found.commitments),
    }
    contents["seal"] = _seal(contents, head)
    held = [digest for digest, state in sorted(states.items()) if state == blobs.BlobState.INTACT]
    write_case_file(file, contents, _bodies(tip, start, size), _streams(held))
    return Contents(about, tip.name, size - start, states, head)


def _seal(contents: dict[str, Any], head: str) -> str:
    """The exporter's signature under what stands beside the entries; none while there is no key."""
    origin = head.partition("\n")[0]
    with suppress(UnavailableError):
        return sign_note(seal_text(contents, origin), [(origin, ledger_key())])
    return ""


class _Found:
    """Digests and commitments that the entries speak of."""

    def __init__(self) -> None:
        self.digests: set[str] = set()
        self.commitments: set[str] = set()

    def look_at(self, body: bytes) -> None:
        self.digests.update(match.decode() for match in _DIGEST.findall(body))
        self.commitments.update(match.decode() for match in _COMMITMENT.findall(body))


def _looked_through(tip: Stream, start: int, size: int) -> _Found:
    found = _Found()
    for body in _bodies(tip, start, size):
        found.look_at(body)
    return found


def _bodies(tip: Stream, start: int, size: int) -> Iterator[bytes]:
    rows = Entry.objects.filter(stream=tip, seq__gte=start, seq__lt=size).order_by("seq")
    for body in rows.values_list("body", flat=True).iterator(BATCH):
        yield bytes(body)


def _before(tip: Stream, start: int) -> list[Entry]:
    return list(Entry.objects.filter(stream=tip, seq__lt=start, tag__in=_BEFORE).order_by("seq"))


def _proved(entry: Entry, tree: Tree, size: int, head: str = "") -> dict[str, Any]:
    proof = [one.hex() for one in tree.inclusion_proof(entry.seq, size)]
    return {"entry": bytes(entry.body).decode("utf-8"), "proof": proof} | ({"head": head} if head else {})


def _erasures(commitments: set[str]) -> list[dict[str, Any]]:
    """The office's entries about what was erased of these commitments, under the office's head."""
    if not PersonalDatum.objects.filter(pk__in=commitments, erased_at__isnull=False).exists():
        return []
    office = _stream(OFFICE)
    rows = Entry.objects.filter(stream=office, tag=Tag.PERSONAL_DATA_ERASED, seq__lt=office.size)
    about = [
        row
        for row in rows.order_by("seq")
        if commitments & set(read_entry(bytes(row.body)).data.get("commitments", ()))
    ]
    tree = Tree()
    for leaf in leaves(office, office.size):
        tree.append_hash(leaf)
    return [_proved(entry, tree, office.size, office.head) for entry in about]


def _openings(commitments: set[str]) -> list[dict[str, str]]:
    rows = PersonalDatum.objects.filter(pk__in=commitments).order_by("pk").values_list(*_FIELDS)
    opened: list[dict[str, str]] = []
    for commitment, salt, value, erased_at in rows:
        if erased_at is not None:
            opened.append({"commitment": commitment, "erased_at": moment(erased_at)})
        elif salt is not None and value is not None:
            opened.append({"commitment": commitment, "salt": bytes(salt).hex(), "value": value})
    return opened


def _stored(digests: set[str]) -> list[str]:
    return sorted(Blob.objects.filter(pk__in=digests).values_list("digest", flat=True))


def _streams(digests: list[str]) -> Iterator[tuple[str, BinaryIO]]:
    for digest in digests:
        yield digest, blobs.open(digest)


def _kept(tip: Stream, size: int) -> list[str]:
    rows = Checkpoint.objects.filter(stream=tip, size__lte=size).order_by("size")
    return list(rows.values_list("note", flat=True))


def _edge(tip: Stream, size: int) -> Frontier:
    return EMPTY.extended(list(leaves(tip, size)))


def _stream(name: str) -> Stream:
    found = Stream.objects.filter(name=name, size__gt=0).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", f"nothing is recorded in the stream {name:.80}")
    return found


def _size_of(head: str, tip: Stream) -> int:
    try:
        return parse_checkpoint(head.rpartition("\n\n")[0] + "\n").size
    except LedgerError as error:
        raise ConflictError(
            "E_LEDGER_TIP",
            f"the signed head of {tip.name} cannot be read: {error.message}",
            hint="export the good prefix",
        ) from None


def _good_head(tip: Stream) -> str:
    """The largest kept head up to which every entry can be read; pages of the database may be damaged."""
    readable = 0
    with suppress(DatabaseError):
        for columns in batches(tip, tip.size):
            readable += len(columns[0])
    kept = Checkpoint.objects.filter(stream=tip, size__lte=readable).order_by("-size")
    good = kept.values_list("note", flat=True).first()
    if not good:
        raise ForeignError("E_NO_SUCH", f"no kept head of {tip.name} covers readable entries")
    return good
