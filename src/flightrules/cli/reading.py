"""Reading one file: all that either of two processes needs to know, and nothing of rulebooks or verdicts."""

from __future__ import annotations

import os

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Reading
from flightrules.evidence.registry import by_name, read
from flightrules.evidence.source import Beside, Source
from flightrules.values import frozen

__all__ = ["File", "FileRead", "load_format", "read_one"]

File = tuple[str, str | None, tuple[tuple[str, str], ...]]
"""Path, declared format, and the rulebook's names for columns."""


@frozen
class FileRead:
    """One file as read; what a second process hands back.

    Where nothing ran (every case skipped) there are both: a refusal, and a reading that counts beside others.
    ``refusal`` holds code, message, line, column and hint.
    """

    path: str
    digest: str
    size: int
    modified_at: float | None
    reading: Reading | None
    refusal: tuple[str, str, int | None, int | None, str | None] | None


def read_one(file: File, root: str, helper: Beside | None = None) -> FileRead:
    """What a file says, or why it cannot be read; ``helper`` may read one half of it."""
    path, expected, columns = file
    digest, size, modified = "", 0, None
    try:
        with Source.open(os.path.join(root, path)) as source:
            source.name, source.beside = path, helper
            size, modified = source.size, source.modified_at
            digest = source.digest()
            reading = read(source, expected=expected, columns=dict(columns))
            getattr(reading.records, "ahead", _nothing)()  # what is done here is shared by two processes
            return FileRead(path, digest, size, modified, reading, None)
    except EvidenceError as error:
        refusal = (error.code, error.message, error.line, error.column, error.hint)
        return FileRead(path, digest, size, modified, getattr(error, "reading", None), refusal)


def _nothing() -> None:
    """Most records have nothing to be found ahead."""


def load_format(name: str) -> None:
    """Load what reads a format.

    Raises:
        EvidenceError: E_UNRECOGNISED, there is no such format.
    """
    __import__(f"flightrules.evidence.formats.{by_name(name).module}")
