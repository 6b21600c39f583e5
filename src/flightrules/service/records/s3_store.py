"""Blobs in an S3-compatible store, through boto3 (extra ``s3``); credentials come from boto3's own places."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Self, cast
from urllib.parse import parse_qsl, urlsplit

from flightrules.errors import UsageError
from flightrules.service.door.refusals import UnavailableError

__all__ = ["S3Store"]

_IN_MEMORY = 8 << 20
_DIGEST_SIZE = 64


class S3Store:
    """``s3://bucket/prefix?endpoint=URL&region=NAME``; objects are named ``prefix/ab/abcd...``."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    @classmethod
    def of(cls, named: str) -> Self:
        """The store that the setting names.

        Raises:
            UsageError: E_EXTRA, E_BLOB_STORE.
        """
        parts = urlsplit(named)
        if parts.scheme != "s3" or not parts.netloc:
            raise UsageError(
                "E_BLOB_STORE",
                "the store of evidence is not understood",
                hint="FLIGHTRULES_BLOBS is s3://bucket/prefix?endpoint=URL, or empty for a folder",
            )
        asked = dict(parse_qsl(parts.query))
        client = _client(asked.get("endpoint"), asked.get("region"))
        return cls(client, parts.netloc, parts.path.strip("/"))

    @contextmanager
    def incoming(self) -> Iterator[_Spool]:
        """A spool on the local disk; it is sent when it is kept."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
            yield _Spool(self, cast("BinaryIO", spool))

    def open(self, digest: str) -> BinaryIO | None:
        """The object's body as it streams in."""
        with _said():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._key(digest))
            except self._client.exceptions.NoSuchKey:
                return None
        return cast("BinaryIO", _Body(answer["Body"]))

    def digests(self) -> list[str]:
        """All objects under the prefix that are named like a digest."""
        with _said():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            names = [item["Key"].rpartition("/")[2] for page in pages for item in page.get("Contents", ())]
        return sorted(name for name in names if len(name) == _DIGEST_SIZE)

    def send(self, digest: str, file: BinaryIO) -> None:
        """Put a whole file there; S3 shows it whole or not at all."""
        with _said():
            self._client.upload_fileobj(file, self._bucket, self._key(digest))

    def _key(self, digest: str) -> str:
        return "/".join(part for part in (self._prefix, digest[:2], digest) if part)


class _Spool:
    def __init__(self, store: S3Store, file: BinaryIO) -> None:
        self._store, self._file = store, file

    def write(self, piece: bytes) -> None:
        with _said():
            self._file.write(piece)

    def keep(self, digest: str) -> None:
        self._file.seek(0)
        self._store.send(digest, self._file)


class _Body:
    """The answer's body, whose faults are those of the store."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        with _said():
            return bytes(self._body.read(None if size < 0 else size))

    def close(self) -> None:
        self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _client(endpoint: str | None, region: str | None) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise UsageError(
            "E_EXTRA", "an S3 store needs the extra 's3'", hint="pip install 'flightrules[s3]'"
        ) from None
    patience = Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 3, "mode": "standard"})
    return boto3.client("s3", endpoint_url=endpoint, region_name=region, config=patience)


@contextmanager
def _said() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        yield
    except (BotoCoreError, ClientError, HTTPClientError, OSError) as error:
        raise UnavailableError(
            "E_BLOB_STORE",
            f"the store of evidence cannot be used ({type(error).__name__}); nothing was kept",
            hint="check its address, its credentials and whether it runs",
        ) from None
