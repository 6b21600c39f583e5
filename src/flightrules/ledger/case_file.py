"""The case file: all that the ledger says and holds about one release or product, in one zip archive.

Members, and no others: ``case.json`` (what it is about, the signed heads, keys, proofs, digests, opened
commitments), ``entries.jsonl`` (the entries' bytes, one a line) and ``blobs/<sha256>``. Nothing is extracted:
members are read by the names that are expected, in bounded pieces, and an archive with anything else in it is
refused. The decision record on case files says why it looks like this.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, BinaryIO

from flightrules.errors import LedgerError
from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.decoding import decode_text, text_of
from flightrules.values import frozen

__all__ = ["BLOBS", "CaseFile", "is_case_file", "open_case_file", "write_case_file"]

BLOBS = "blobs/"
_ABOUT, _ENTRIES = "case.json", "entries.jsonl"
_MEMBER = re.compile(r"case\.json|entries\.jsonl|blobs/[0-9a-f]{64}")
_MEMBER_LIMIT = 200_000
_SIZE_LIMIT = 64 << 30
_ABOUT_LIMIT = 64 << 20
_LINE_LIMIT = 8 << 20
_RATIO_LIMIT = 200
_CHUNK = 1 << 20
_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END, _END_SIZE = b"PK\x05\x06", 22
_HEAD_SIZE = 30  # of what stands before each member, without its name and what is said beside it
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@frozen
class CaseFile:
    """A case file that was opened; nothing in it has been verified."""

    about: Mapping[str, Any]
    archive: zipfile.ZipFile
    name: str

    @property
    def digests(self) -> list[str]:
        """The blobs that it holds, by their file names."""
        return sorted(
            one.filename.removeprefix(BLOBS)
            for one in self.archive.infolist()
            if one.filename.startswith(BLOBS)
        )

    def bodies(self) -> Iterator[bytes]:
        """The entries' bytes in their order.

        Raises:
            LedgerError: E_TRUNCATED, E_FIELD_TOO_LONG, E_ARCHIVE.
        """
        with _damaged(self.name), self.archive.open(_ENTRIES) as file:
            while line := file.readline(_LINE_LIMIT + 1):
                if not line.endswith(b"\n"):
                    raise LedgerError(*_too_long(line), file=self.name)
                yield line[:-1]

    def digest_of(self, digest: str) -> str:
        """The SHA-256 that the bytes of a member really have.

        Raises:
            LedgerError: E_ARCHIVE.
        """
        seen = hashlib.sha256()
        with _damaged(self.name), self.archive.open(BLOBS + digest) as file:
            while piece := file.read(_CHUNK):
                seen.update(piece)
        return seen.hexdigest()

    def close(self) -> None:
        """Give the archive back."""
        self.archive.close()


def is_case_file(head: bytes) -> bool:
    """Whether a file that begins like this can be a case file."""
    return head.startswith(b"PK\x03\x04")


def write_case_file(
    file: IO[bytes], about: Mapping[str, Any], bodies: Iterable[bytes], blobs: Iterable[tuple[str, BinaryIO]]
) -> None:
    """Write a case file; the same content always gives the same bytes.

    Raises:
        LedgerError: E_NOT_CANONICAL.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_member(_ABOUT), canonical_bytes(dict(about)) + b"\n")
        with archive.open(_member(_ENTRIES), "w", force_zip64=True) as entries:
            for body in bodies:
                entries.write(body + b"\n")
        for digest, stream in blobs:
            with stream, archive.open(_member(BLOBS + digest), "w", force_zip64=True) as member:
                while piece := stream.read(_CHUNK):
                    member.write(piece)


def open_case_file(file: IO[bytes], *, name: str = "<case file>") -> CaseFile:
    """Open a case file and read what it says about itself.

    Raises:
        LedgerError: E_ARCHIVE (damaged, or with members that do not belong), E_TOO_LARGE, and the strict
            reader's.
    """
    with _damaged(name):
        archive = zipfile.ZipFile(file)
        _require_plain(archive, name)
        _require_seamless(archive, file, name)
        _require_end(file, name)
        with archive.open(_ABOUT) as member:
            data = member.read(_ABOUT_LIMIT + 1)
    if len(data) > _ABOUT_LIMIT:
        raise LedgerError("E_TOO_LARGE", f"its case.json is larger than {_ABOUT_LIMIT} bytes", file=name)
    about = decode_text(text_of(data, name), name)
    if not isinstance(about, dict):
        raise LedgerError("E_WRONG_TYPE", "case.json is a JSON object", file=name)
    if canonical_bytes(about) + b"\n" != data:
        raise LedgerError("E_NOT_CANONICAL", "case.json is not in its canonical form", file=name)
    return CaseFile(about, archive, name)


def _require_plain(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    names = [one.filename for one in members]
    strange = next((one for one in names if not _MEMBER.fullmatch(one)), None)
    if strange is not None:
        raise _refused(f"it holds {strange!r:.80}, which does not belong there", name)
    if len(set(names)) != len(names) or not {_ABOUT, _ENTRIES} <= set(names):
        raise _refused("a member is missing or stands twice", name)
    if len(members) > _MEMBER_LIMIT or sum(one.file_size for one in members) > _SIZE_LIMIT:
        raise LedgerError("E_TOO_LARGE", "it holds more than a case file may", file=name)
    for one in members:
        if one.flag_bits & 0x1 or one.compress_type not in _PLAIN:
            raise _refused("a member is encrypted or packed in another way", name)
        if one.file_size > _CHUNK and one.file_size > one.compress_size * _RATIO_LIMIT:
            raise _refused("a member unpacks to more than it can hold", name)
    if archive.comment or any(one.comment or one.extra for one in members):
        raise _refused("it says something beside its members", name)
    if any(stat.S_IFMT(one.external_attr >> 16) not in (0, stat.S_IFREG) for one in members):
        raise _refused("a member is no plain file", name)


def _require_seamless(archive: zipfile.ZipFile, file: IO[bytes], name: str) -> None:
    """The members and nothing else lie one behind the other: some readers go by that, and not by the list."""
    at = 0
    for one in sorted(archive.infolist(), key=lambda one: one.header_offset):
        file.seek(one.header_offset)
        head = file.read(_HEAD_SIZE)
        if one.header_offset != at or len(head) < _HEAD_SIZE:
            raise _refused("something stands before a member, or two lie over each other", name)
        at += _HEAD_SIZE + sum(struct.unpack("<HH", head[-4:])) + one.compress_size
    if at != archive.start_dir:
        raise _refused("something stands behind its last member", name)


def _require_end(file: IO[bytes], name: str) -> None:
    """Nothing stands behind the archive: other readers would look for other members there."""
    file.seek(-_END_SIZE, os.SEEK_END)
    if not file.read(len(_END)).startswith(_END):
        raise _refused("something stands behind its end", name)


def _too_long(line: bytes) -> tuple[str, str]:
    if len(line) > _LINE_LIMIT:
        return "E_FIELD_TOO_LONG", f"an entry is longer than {_LINE_LIMIT} bytes"
    return "E_TRUNCATED", "the last entry has no line end"


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _WRITTEN_AT)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


class _damaged:  # noqa: N801 -- reads as a word in a with statement
    """Turns what a damaged archive raises, in any of the libraries below, into one refusal."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, LedgerError):
            return
        if isinstance(error, (*_DAMAGE, KeyError)):
            raise _refused("it is no whole zip archive", self._name) from None


def _refused(message: str, name: str) -> LedgerError:
    return LedgerError("E_ARCHIVE", message, file=name, hint="export the case file again")
