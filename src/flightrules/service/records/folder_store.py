"""Blobs in a local folder: a temporary file, flushed to disk, renamed, and the folder flushed after it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from flightrules.service.door.refusals import UnavailableError

__all__ = ["FolderStore"]

_INCOMING = "incoming"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class FolderStore:
    """``FOLDER/ab/abcd...`` for each blob, ``FOLDER/incoming`` for those on their way."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._durable: set[str] = set()

    @contextmanager
    def incoming(self) -> Iterator[_File]:
        """A temporary file; whatever happens, it is gone afterwards."""
        with _said():
            os.makedirs(os.path.join(self.folder, _INCOMING), mode=0o700, exist_ok=True)
            descriptor, path = tempfile.mkstemp(dir=os.path.join(self.folder, _INCOMING))
        file = _File(self, path, os.fdopen(descriptor, "wb"))
        try:
            yield file
        finally:
            file.close()

    def place_of(self, digest: str) -> str:
        """The folder of a blob, made and flushed if this process does not know it to be on disk."""
        place = os.path.join(self.folder, digest[:2])
        if place not in self._durable or not os.path.isdir(place):
            os.makedirs(place, mode=0o700, exist_ok=True)
            _flush_folder(self.folder)
            self._durable.add(place)
        return place

    def open(self, digest: str) -> BinaryIO | None:
        """The blob's file, if it is one."""
        path = os.path.join(self.folder, digest[:2], digest)
        with _said():
            try:
                return open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")
            except (FileNotFoundError, IsADirectoryError):
                return None

    def digests(self) -> list[str]:
        """All files that are named like a digest."""
        with _said():
            found = [name for _, _, names in os.walk(self.folder) for name in names]
        return sorted(name for name in found if _DIGEST.fullmatch(name))

    def discard_leftovers(self, before: float) -> int:
        """Remove what a killed process left on its way in before this moment (seconds since 1970)."""
        place = os.path.join(self.folder, _INCOMING)
        gone = 0
        for name in os.listdir(place) if os.path.isdir(place) else ():
            path = os.path.join(place, name)
            with suppress(OSError):
                if os.stat(path).st_mtime < before:
                    os.unlink(path)
                    gone += 1
        return gone


class _File:
    def __init__(self, store: FolderStore, path: str, file: BinaryIO) -> None:
        self._store, self._path, self._file = store, path, file

    def write(self, piece: bytes) -> None:
        with _said():
            self._file.write(piece)

    def keep(self, digest: str) -> None:
        with _said():
            self._file.flush()
            os.fsync(self._file.fileno())
            place = self._store.place_of(digest)
            os.chmod(self._path, 0o400)
            os.replace(self._path, os.path.join(place, digest))
            _flush_folder(place)

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            os.unlink(self._path)


def _flush_folder(path: str) -> None:
    """A rename is durable only when its folder is."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            "E_BLOB_STORE",
            f"the store of evidence cannot be used: {error.strerror}; nothing was kept",
            hint="check the disk and the permissions of its folder",
        ) from None
