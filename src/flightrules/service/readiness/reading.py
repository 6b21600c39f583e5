"""Stored bytes read as evidence: first shown to be those that were received, then handed to their format."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO

from flightrules.engine.facts import Refusal
from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Reading
from flightrules.evidence.records.cases import Cases
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source
from flightrules.rules.source import EvidenceSource
from flightrules.service.door.refusals import ConflictError
from flightrules.service.records import blobs

__all__ = ["Tests", "is_intact", "read_stored", "states_its_run", "tests_in"]

_INLINE = 8 << 20
_PIECE = 1 << 20
_SUITES = 2000


@dataclass(frozen=True, slots=True)
class Tests:
    """How many tests ran in an artefact, and in which suites."""

    ran: int
    suites: frozenset[str]


def read_stored(digest: str, name: str, source: EvidenceSource | None) -> Reading | Refusal:
    """What stored bytes say, or why they are no evidence; a flipped or missing blob is such a reason."""
    try:
        with _opened(digest, name) as bytes_read:
            size = bytes_read.size
            if bytes_read.digest() != digest:
                return _refusal("E_EVIDENCE_TAMPERED", "TAMPERED: not the bytes received", name, digest, size)
            return _read(bytes_read, source, digest)
    except ConflictError:
        return _refusal("E_EVIDENCE_MISSING", "MISSING: the store no longer has these bytes", name, digest, 0)


def is_intact(digest: str) -> bool:
    """Whether the store has exactly the bytes that were received."""
    return blobs.state_of(digest) is blobs.BlobState.INTACT


def states_its_run(digest: str, size: int) -> bool:
    """Whether the bytes say of which run they are (a time or a build); taken for granted of large ones."""
    if size > _INLINE:
        return True
    reading = read_stored(digest, "evidence", None)
    if isinstance(reading, Refusal):
        return False
    return any(reading.facts.get(name) for name in ("taken_at", "build"))


def tests_in(reading: Reading | Refusal) -> Tests | None:
    """The tests of an artefact that holds tests; none that ran is none, too."""
    if isinstance(reading, Refusal):
        return Tests(0, frozenset())
    cases = reading.records
    if not isinstance(cases, Cases):
        return None
    suites: set[str] = set()
    for case in cases:
        suites.add(case.suite or case.classname.partition(".")[0])
        if len(suites) >= _SUITES:
            break
    return Tests(cases.total - cases.skipped, frozenset(suites))


def _read(source: Source, method: EvidenceSource | None, digest: str) -> Reading | Refusal:
    expected = method.format if method else None
    columns = dict(method.columns) if method else {}
    try:
        return read(source, expected=expected, columns=columns)
    except EvidenceError as error:
        return Refusal(
            source.name, error.code, error.message, error.line, error.column, error.hint, digest, source.size
        )


def _refusal(code: str, message: str, name: str, digest: str, size: int) -> Refusal:
    hint = "restore the store from a backup, or bring the evidence again"
    return Refusal(name, code, message, hint=hint, digest=digest, size=size)


@contextmanager
def _opened(digest: str, name: str) -> Iterator[Source]:
    """The blob as a source: straight from its file where it lies in one, else by way of a temporary file."""
    with blobs.open(digest) as stream:
        if _is_file(stream):
            yield _source(stream, name)
            return
        with tempfile.TemporaryFile() as copy:
            while piece := stream.read(_PIECE):
                copy.write(piece)
            copy.flush()
            yield _source(copy, name)


def _is_file(stream: BinaryIO) -> bool:
    try:
        return stream.fileno() >= 0
    except OSError:
        return False


def _source(file: IO[bytes], name: str) -> Source:
    return Source(name, fd=file.fileno())
