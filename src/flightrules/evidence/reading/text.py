"""Plain text and tables, read strictly."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.source import Source
from flightrules.patterns import late

__all__ = ["count", "decimal", "lines", "table"]

_FIELD_LIMIT = 128 << 10
_COUNT_LIMIT = 10**18
_DECIMAL = late(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z", re.ASCII)


def lines(source: Source) -> Iterator[str]:
    """Decoded lines without their ends, in bounded memory; a byte order mark is dropped."""
    rest, first = b"", True
    for chunk in source.chunks(1 << 20):
        piece = chunk.removeprefix(b"\xef\xbb\xbf") if first else chunk
        first = False
        if b"\0" in piece:
            raise EvidenceError("E_CONTROL_CHAR", "the text holds a NUL character", file=source.name)
        parts = (rest + piece).split(b"\n")
        rest = parts.pop()
        if len(rest) > (8 << 20):
            raise EvidenceError("E_FIELD_TOO_LONG", "one line is longer than 8 MiB", file=source.name)
        for part in parts:
            yield _decoded(part, source)
    if rest:
        yield _decoded(rest, source)


def table(
    source: Source, *, delimiter: str = ",", required: tuple[str, ...] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV file with a header, as ``(line, {column: cell})``.

    Raises:
        EvidenceError: E_HEADER, E_DUPLICATE_KEY, E_MISSING_FIELD, E_ROW_WIDTH, E_UNTERMINATED_QUOTE,
            E_FIELD_TOO_LONG, E_NO_ROWS, E_ENCODING, E_CONTROL_CHAR.
    """
    reader = csv.reader((line + "\n" for line in lines(source)), delimiter=delimiter, strict=True)
    csv.field_size_limit(_FIELD_LIMIT)
    header: list[str] | None = None
    rows = 0
    try:
        for row in reader:
            if header is None:
                header = _header([cell.strip() for cell in row], required, source)
            elif row:
                rows += 1
                yield reader.line_num, _row(header, row, reader.line_num, source)
    except csv.Error as error:
        raise _csv_error(error, reader.line_num, source) from None
    if not rows:
        raise EvidenceError("E_NO_ROWS", "the table has no rows", file=source.name, hint="check the export")


def decimal(text: str, what: str, name: str, line: int | None = None) -> Decimal:
    """A plain decimal number; no comma, underscore, foreign digit, hex or NaN is accepted."""
    if _DECIMAL.match(text):
        return Decimal(text)
    if text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise EvidenceError("E_NONFINITE", f"{what} is {text.strip()}", file=name, line=line)
    raise EvidenceError(
        "E_NUMBER",
        f"{what} is not a number: {text[:40]!r}",
        file=name,
        line=line,
        hint="write plain decimal numbers with a point",
    )


def count(text: str, what: str, name: str, line: int | None = None) -> int:
    """A whole number of things, zero or more."""
    value = decimal(text, what, name, line)
    if value != value.to_integral_value():
        raise EvidenceError("E_NUMBER", f"{what} is not a whole number: {text[:40]!r}", file=name, line=line)
    if value > _COUNT_LIMIT:
        raise EvidenceError("E_RANGE", f"{what} is impossibly large: {text[:40]}", file=name, line=line)
    if value < 0:
        raise EvidenceError("E_NEGATIVE", f"{what} is below zero: {text[:40]}", file=name, line=line)
    return int(value)


def _decoded(part: bytes, source: Source) -> str:
    try:
        return part.rstrip(b"\r").decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvidenceError(
            "E_ENCODING",
            f"not valid UTF-8 at byte {error.start} of a line",
            file=source.name,
            hint="write UTF-8",
        ) from None


def _header(cells: list[str], required: tuple[str, ...], source: Source) -> list[str]:
    twice = next((cell for at, cell in enumerate(cells) if cell in cells[:at]), None)
    if twice is not None:
        raise EvidenceError(
            "E_DUPLICATE_KEY", f"the column {twice!r} stands twice in the header", file=source.name, line=1
        )
    missing = [name for name in required if name not in cells]
    if missing and len(cells) == 1 and any(other in cells[0] for other in ";\t|"):
        other = next(one for one in ";\t|" if one in cells[0])
        message = f"the header is separated by {other!r}, not by commas"
        raise EvidenceError("E_HEADER", message, file=source.name, line=1, hint="export with commas")
    if missing and len(missing) == len(required):
        raise EvidenceError(
            "E_HEADER",
            f"no header with {', '.join(required)}",
            file=source.name,
            line=1,
            hint="export with a header line",
        )
    if missing:
        raise EvidenceError(
            "E_MISSING_FIELD", f"the column {missing[0]} is missing", file=source.name, line=1
        )
    return cells


def _row(header: list[str], row: list[str], line: int, source: Source) -> dict[str, str]:
    if len(row) != len(header):
        raise EvidenceError(
            "E_ROW_WIDTH",
            f"the row has {len(row)} of {len(header)} cells",
            file=source.name,
            line=line,
            hint="check the quoting",
        )
    return dict(zip(header, row, strict=True))


def _csv_error(error: csv.Error, line: int, source: Source) -> EvidenceError:
    text = str(error)
    if "field larger" in text:
        return EvidenceError("E_FIELD_TOO_LONG", "a cell is longer than 128 KiB", file=source.name, line=line)
    if "end of data" in text:
        return EvidenceError("E_UNTERMINATED_QUOTE", "a quoted cell never ends", file=source.name, line=line)
    return EvidenceError("E_MALFORMED", f"not a valid table: {text}", file=source.name, line=line)
