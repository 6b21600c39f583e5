"""An artefact's bytes: opened once, regular files only, never more than the limit."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from typing import Protocol, Self, TypeVar

from flightrules.errors import EvidenceError

__all__ = ["SIZE_LIMIT", "WRITE_UTF8", "Beside", "Source"]

SIZE_LIMIT = 1 << 30
WRITE_UTF8 = "write UTF-8; in PowerShell, whose > writes UTF-16: COMMAND | Out-File -Encoding utf8 FILE"
_CHUNK = 1 << 18
_AT_HAND = 1 << 16  # what was copied is in the processor's cache when it is looked at: a tenth less time
_OPEN_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)

T = TypeVar("T")


class Beside(Protocol):
    """Does some work in another process while this one goes on."""

    def __call__(self, work: Callable[[], T], /) -> Callable[[], T | None]:
        """Begin; what is returned waits for the answer, which is ``None`` if the other process had none."""


class Source:
    """Bytes of one artefact, from a file or from memory.

    Use as a context manager. Formats read through ``chunks`` (bounded memory) or ``data``.
    The digest is taken from the same open file; a file that changes while it is read is refused.
    Who opens it may give a way to read one half of it ``beside`` the other.
    """

    def __init__(self, name: str, *, data: bytes | None = None, fd: int | None = None) -> None:
        self.name = name
        self.beside: Beside | None = None
        self._data = data
        self._fd = fd
        self._stat = os.fstat(fd) if fd is not None else None
        self.size = self._stat.st_size if self._stat else len(data or b"")

    @classmethod
    def open(cls, path: str, *, limit: int = SIZE_LIMIT) -> Self:
        """Open a regular file for reading.

        Raises:
            EvidenceError: E_NOT_FOUND, E_PERMISSION, E_NOT_A_FILE, E_TOO_LARGE.
        """
        try:
            fd = os.open(path, _OPEN_FLAGS)
        except OSError as error:
            raise _open_error(path, error) from None
        source = cls(path, fd=fd)
        try:
            source._require_regular(limit)
        except EvidenceError:
            source.close()
            raise
        return source

    @classmethod
    def of(cls, data: bytes, name: str = "<memory>") -> Self:
        """The same reader over bytes in memory."""
        return cls(name, data=data)

    @property
    def modified_at(self) -> float | None:
        """The file's own time stamp in seconds since 1970; a claim, not a measurement."""
        return self._stat.st_mtime if self._stat else None

    def chunks(self, size: int = _CHUNK) -> Iterator[bytes]:
        """All bytes from the start, in pieces; refuses a file that changed meanwhile."""
        return self.part(size, 0, self.size)

    def part(self, size: int, start: int, end: int) -> Iterator[bytes]:
        """The bytes of a part as ``chunks`` gives all: a piece ends at every multiple of ``size``."""
        if self._fd is not None:
            yield from self._pieces(self._fd, size, start, end)
            return
        data, at = self._data or b"", start
        while at < end:
            piece = data[at : min(at - at % size + size, end)]
            at += len(piece)
            yield piece

    def _pieces(self, fd: int, size: int, at: int, end: int) -> Iterator[bytes]:
        while piece := os.pread(fd, min(size - at % size, max(end - at, 1)), at):
            at += len(piece)
            yield piece
            if at >= end < self.size:
                break
        self._require_unchanged(fd, at, end)

    def data(self) -> bytes:
        """All bytes at once; kept, so that a second reader costs nothing."""
        if self._data is None:
            self._data = b"".join(self.chunks(1 << 20))
        return self._data

    def head(self, size: int) -> bytes:
        """The first bytes, for recognition."""
        if self._data is not None:
            return self._data[:size]
        return os.pread(self._fd, size, 0) if self._fd is not None else b""

    def digest(self) -> str:
        """Hexadecimal SHA-256 over all bytes."""
        import hashlib  # loads OpenSSL, 2 ms and 2 MiB, which who only reads does not need

        if self._data is not None:
            return hashlib.sha256(self._data).hexdigest()
        digest = hashlib.sha256()
        for piece in self.chunks(_AT_HAND):
            digest.update(piece)
        return digest.hexdigest()

    def close(self) -> None:
        """Give the file back."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _require_regular(self, limit: int) -> None:
        mode = self._stat.st_mode if self._stat else 0
        if not stat.S_ISREG(mode):
            what = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            raise EvidenceError(
                "E_NOT_A_FILE", f"the path is {what}", file=self.name, hint="name the report file itself"
            )
        if self.size > limit:
            raise EvidenceError(
                "E_TOO_LARGE",
                f"the file has {self.size} bytes; the limit is {limit}",
                file=self.name,
                hint="split the report or export a summary",
            )

    def _require_unchanged(self, fd: int, read: int, end: int) -> None:
        now, then = os.fstat(fd), self._stat
        if then is None or read != end or now.st_mtime_ns != then.st_mtime_ns:
            raise EvidenceError(
                "E_TRUNCATED",
                f"the file changed while it was read: {self.size} bytes announced, {read} bytes read",
                file=self.name,
                hint="wait until the producing step has ended",
            )


def _open_error(path: str, error: OSError) -> EvidenceError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return EvidenceError(
            "E_PERMISSION", "cannot be read: no permission", file=path, hint="make it readable"
        )
    if error.errno == errno.EISDIR:
        return EvidenceError(
            "E_NOT_A_FILE", "the path is a directory", file=path, hint="name the report itself"
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG):
        reason = "too many links" if error.errno == errno.ELOOP else "no such file"
        hint = "check the path and that the producing step ran"
        return EvidenceError("E_NOT_FOUND", reason, file=path, hint=hint)
    return EvidenceError("E_NOT_A_FILE", f"the path cannot be opened: {error.strerror}", file=path)
