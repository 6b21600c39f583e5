"""Evidence bytes by their SHA-256: taken in whole or not at all, and looked at again before they count.

Where they lie is one setting: a folder under the home, or ``s3://bucket/prefix`` for an S3-compatible store.
Call ``store`` before the transaction of the act that speaks of the bytes, for it may take long; bytes that no
entry names do no harm.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import BinaryIO

from django.conf import settings
from django.db.models import CharField

from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import ConflictError, InvalidError
from flightrules.service.records.folder_store import FolderStore
from flightrules.service.records.models import Blob
from flightrules.service.records.store import Store

__all__ = ["BlobState", "intact_bytes", "keep", "open", "state_of", "states_of", "store", "store_of"]

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_BLOB = Question(lambda digest: Blob.objects.filter(pk=digest), CharField())


class BlobState(StrEnum):
    """Whether the stored bytes still are what their digest says; all but INTACT block a decision."""

    INTACT = "intact"
    TAMPERED = "tampered"
    MISSING = "missing"


def store(stream: BinaryIO, limit: int) -> tuple[str, int]:
    """Take bytes in, hashing on the fly; on disk before this returns. Returns digest and size.

    Bytes that are there already are written again only if the stored ones were changed or lost.

    Raises:
        InvalidError: E_BODY_TOO_LARGE, and nothing is kept. UnavailableError: E_BLOB_STORE.
    """
    place = store_of()
    with place.incoming() as incoming:
        seen, size = hashlib.sha256(), 0
        while piece := stream.read(_CHUNK):
            size += len(piece)
            if size > limit:
                raise InvalidError("E_BODY_TOO_LARGE", f"at most {limit} bytes are taken here")
            seen.update(piece)
            incoming.write(piece)
        digest = seen.hexdigest()
        if state_of(digest) is not BlobState.INTACT:
            incoming.keep(digest)
    if not _is_known(digest):
        Blob.objects.bulk_create([Blob(digest=digest, size=size)], ignore_conflicts=True)
    return digest, size


def keep(data: bytes, limit: int) -> str:
    """``store`` for bytes in hand, which writes nothing where they lie intact. Returns the digest.

    Raises:
        as ``store``.
    """
    digest = hashlib.sha256(data).hexdigest()
    if _is_known(digest) and state_of(digest) is BlobState.INTACT:
        return digest
    return store(io.BytesIO(data), limit)[0]


def open(digest: str) -> BinaryIO:  # noqa: A001 -- read as blobs.open
    """The stored bytes as a stream; whoever relies on them hashes them.

    Raises:
        ConflictError: E_BLOB_MISSING. InvalidError: E_DIGEST. UnavailableError: E_BLOB_STORE.
    """
    found = store_of().open(_named(digest))
    if found is None:
        raise ConflictError(
            "E_BLOB_MISSING", f"the bytes of sha256:{digest} are missing", hint="restore them from a backup"
        )
    return found


def intact_bytes(digest: str) -> bytes:
    """The stored bytes, if they are what the digest says; for small things such as rulebooks.

    Raises:
        ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED. UnavailableError: E_BLOB_STORE.
    """
    with open(digest) as stream:
        data = stream.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ConflictError(
            "E_BLOB_TAMPERED", f"the bytes of sha256:{digest} were changed", hint="restore them from a backup"
        )
    return data


def state_of(digest: str) -> BlobState:
    """Read the stored bytes and say what became of them.

    Raises:
        UnavailableError: E_BLOB_STORE, when the store cannot be asked.
    """
    found = store_of().open(_named(digest))
    if found is None:
        return BlobState.MISSING
    seen = hashlib.sha256()
    with found as stream:
        while piece := stream.read(_CHUNK):
            seen.update(piece)
    return BlobState.INTACT if seen.hexdigest() == digest else BlobState.TAMPERED


def states_of(digests: Iterable[str]) -> dict[str, BlobState]:
    """The state of each."""
    return {digest: state_of(digest) for digest in sorted(set(digests))}


def store_of() -> Store:
    """The store that the settings name."""
    return _made(settings.FLIGHTRULES_BLOBS, settings.FLIGHTRULES_HOME)


@lru_cache(maxsize=4)
def _made(named: str, home: str) -> Store:
    if not named:
        return FolderStore(f"{home}/blobs")
    from flightrules.service.records.s3_store import S3Store

    return S3Store.of(named)


def _is_known(digest: str) -> bool:
    return _BLOB.first(digest) is not None


def _named(digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise InvalidError("E_DIGEST_FORM", "a digest is 64 lower-case hexadecimal digits")
    return digest
