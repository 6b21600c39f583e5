"""The case file: all that the ledger says and holds about one release or product, in one zip archive.

Members, and no others: ``case.json`` (what it is about, the signed heads, keys, proofs, digests, opened
commitments), ``entries.jsonl`` (the entries' bytes, one a line) and ``blobs/<sha256>``. Nothing is extracted:
members are read by the names that are expected, in bounded pieces, and an archive with anything else in it is
refused. The decision record on case files says why it looks like this.
"""

from __future__ import annotations

import hashlib
import re
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
_HEAD, _ROW = "<4s2B4H3L2H", "<4s4B4H3L5H2L"  # of a member, before its name: where it lies, and in the list
_END, _LAST, _PLACE = "<4s4H2LH", "<4sQ2H2L4Q", "<4sLQL"  # what ends an archive; before it, in a large one
_LARGE, _MANY = 0xFFFF_FFFF, 0xFFFF  # what stands where a number is larger
_REACH = (1 << 31) - 1  # what is larger stands beside: an agreement of those who write archives
_DENSE = 40  # what packs this well at the fastest could unpack to more than readers take
_SYSTEMS, _VERSIONS = (0, 3), (20, 45)  # Windows and all others; with members of any size, 45
_MODES = [(mode, 0) for mode in (0o600, 0o644)]
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


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
        LedgerError: E_NOT_CANONICAL; E_CASE_TOO_LARGE for what could not be verified again.
    """
    said = canonical_bytes(dict(about)) + b"\n"
    if len(said) > _ABOUT_LIMIT:
        raise _too_large(f"what stands beside the entries takes {len(said)} bytes")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_member(_ABOUT), said)
        with archive.open(_member(_ENTRIES), "w", force_zip64=True) as entries:
            for body in bodies:
                if len(body) >= _LINE_LIMIT:
                    raise _too_large(f"an entry takes {len(body)} bytes")
                entries.write(body + b"\n")
        for digest, stream in blobs:
            with stream:
                _pack(archive, _member(BLOBS + digest), stream)
            if len(archive.infolist()) > _MEMBER_LIMIT or _unpacked(archive) > _SIZE_LIMIT:
                raise _too_large("there is too much evidence")


def _pack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, stream: BinaryIO) -> None:
    """Write a member; as it is, where it would unpack to more than readers take of so few bytes."""
    piece = stream.read(_CHUNK)
    if len(piece) > _DENSE * len(zlib.compress(piece, 1)):
        info.compress_type = zipfile.ZIP_STORED
    with archive.open(info, "w", force_zip64=True) as member:
        while piece:
            member.write(piece)
            piece = stream.read(_CHUNK)
    if _unpacks_too_well(info):
        raise _too_large(f"the bytes of {info.filename} pack into too few")


def _unpacks_too_well(one: zipfile.ZipInfo) -> bool:
    return one.file_size > _CHUNK and one.file_size > one.compress_size * _RATIO_LIMIT


def _unpacked(archive: zipfile.ZipFile) -> int:
    return sum(one.file_size for one in archive.infolist())


def _too_large(message: str) -> LedgerError:
    return LedgerError(
        "E_CASE_TOO_LARGE",
        f"{message}, more than a case file holds",
        hint="export the releases one by one, and bring evidence in parts",
    )


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
        _require_list(archive, file, name)
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
    if len(members) > _MEMBER_LIMIT or _unpacked(archive) > _SIZE_LIMIT:
        raise LedgerError("E_TOO_LARGE", "it holds more than a case file may", file=name)
    for one in members:
        if one.flag_bits & 0x1 or one.compress_type not in _PLAIN:
            raise _refused("a member is encrypted or packed in another way", name)
        if _unpacks_too_well(one):
            raise _refused("a member unpacks to more than it can hold", name)
    if archive.comment or any(one.comment or one.extra != _beside(one) for one in members):
        raise _refused("it says something beside its members", name)
    if any(divmod(one.external_attr, 1 << 16) not in _MODES for one in members):
        raise _refused("a member is no plain file", name)
    if any(_is_odd(one) for one in members):
        raise _refused("the list says of a member what none has", name)


def _is_odd(one: zipfile.ZipInfo) -> bool:
    made = one.create_system in _SYSTEMS and one.create_version == one.extract_version in _VERSIONS
    return not made or bool(one.flag_bits)


def _require_seamless(archive: zipfile.ZipFile, file: IO[bytes], name: str) -> None:
    """The members and nothing else lie one behind the other: some readers go by that, and not by the list."""
    at = 0
    for one in sorted(archive.infolist(), key=lambda one: one.header_offset):
        if one.header_offset != at:
            raise _refused("something stands before a member, or two lie over each other", name)
        heads = _heads(one)
        file.seek(at)
        found = file.read(max(map(len, heads)))
        head = next(filter(found.startswith, heads), b"")
        if not head:
            raise _refused("what stands before a member is not what the list says of it", name)
        at += len(head) + one.compress_size
    if at != archive.start_dir:
        raise _refused("something stands behind its last member", name)


def _heads(one: zipfile.ZipInfo) -> tuple[bytes, bytes]:
    """What may stand before a member of which the list says this: with its sizes, or with them beside it."""
    title, sizes = one.filename.encode("ascii"), (one.compress_size, one.file_size)
    beside = struct.pack("<HHQQ", 1, 16, one.file_size, one.compress_size)
    known = (b"PK\x03\x04", one.extract_version, 0, *_packed(one))
    small = struct.pack(_HEAD, *known, *sizes, len(title), 0) + title
    large = struct.pack(_HEAD, *known, _LARGE, _LARGE, len(title), len(beside)) + title + beside
    return small, large


def _packed(one: zipfile.ZipInfo) -> tuple[int, ...]:
    year, month, day, hour, minute, second = one.date_time
    time = hour << 11 | minute << 5 | second // 2
    return 0, one.compress_type, time, (year - 1980) << 9 | month << 5 | day, one.CRC


def _require_list(archive: zipfile.ZipFile, file: IO[bytes], name: str) -> None:
    """The list says of each member what was read of it, and behind it stands the archive's end alone."""
    members = archive.infolist()
    listed = b"".join(map(_row, members))
    expected = listed + _ending(len(members), archive.start_dir, len(listed))
    file.seek(archive.start_dir)
    if file.read(len(expected) + 1) != expected:
        raise _refused("its list of members, or what stands behind it, is another one", name)


def _row(one: zipfile.ZipInfo) -> bytes:
    """What the list says of a member."""
    beside = _beside(one)
    made = one.create_version, one.create_system, one.extract_version, 0
    sizes = (_LARGE, _LARGE) if _is_large(one) else (one.compress_size, one.file_size)
    at = _LARGE if one.header_offset > _REACH else one.header_offset
    known = (*made, *_packed(one), *sizes, len(one.filename), len(beside))
    row = struct.pack(_ROW, b"PK\x01\x02", *known, 0, 0, 0, one.external_attr, at)
    return row + one.filename.encode("ascii") + beside


def _beside(one: zipfile.ZipInfo) -> bytes:
    """Numbers that are too large for their places in the list."""
    large = [one.file_size, one.compress_size] if _is_large(one) else []
    large += [one.header_offset] if one.header_offset > _REACH else []
    return struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""


def _is_large(one: zipfile.ZipInfo) -> bool:
    return max(one.file_size, one.compress_size) > _REACH


def _ending(count: int, start: int, size: int) -> bytes:
    """What stands behind the list: the archive's end, and before it the same in large numbers."""
    known = min(count, _MANY), min(count, _MANY), min(size, _LARGE), min(start, _LARGE)
    end = struct.pack(_END, b"PK\x05\x06", 0, 0, *known, 0)
    if count <= _MANY and max(start, size) <= _REACH:
        return end
    last = struct.pack(_LAST, b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    return last + struct.pack(_PLACE, b"PK\x06\x07", 0, start + size, 1) + end


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
