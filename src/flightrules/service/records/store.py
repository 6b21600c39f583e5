"""What a store of blobs can do; a folder and an S3-compatible service pass the same tests."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

__all__ = ["Incoming", "Store"]


class Incoming(Protocol):
    """Bytes on their way in; gone without a trace unless they are kept."""

    def write(self, piece: bytes) -> None:
        """Some more of them."""

    def keep(self, digest: str) -> None:
        """Put them where they are found by their digest, durably, in place of what may be there."""


class Store(Protocol):
    """Bytes by digest. Nothing here deletes."""

    def incoming(self) -> AbstractContextManager[Incoming]:
        """A place for new bytes.

        Raises:
            UnavailableError: E_BLOB_STORE.
        """

    def open(self, digest: str) -> BinaryIO | None:
        """The stored bytes, or None where there are none.

        Raises:
            UnavailableError: E_BLOB_STORE.
        """

    def digests(self) -> list[str]:
        """All that is stored, sorted."""
