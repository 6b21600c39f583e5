"""JSON of records, read strictly: no duplicate key, no NaN, bounded size, depth and counts.

The evidence room has a reader of its own; the two rooms do not know each other.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from flightrules.errors import LedgerError
from flightrules.ledger.canonical import DEPTH_LIMIT

__all__ = ["STRING_LIMIT", "decode_text", "field", "text_of"]

STRING_LIMIT = 8 << 20
_DOCUMENT_LIMIT = 64 << 20
_ITEM_LIMIT = 1_000_000
_DIGIT_LIMIT = 400
_EXPONENT_LIMIT = 300
_MAGIC = (
    b"\x7fELF",
    b"\x89PNG",
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"GIF8",
    b"\xff\xd8\xff",
    b"MZ",
    b"BZh",
    b"\xfd7zXZ",
)
_JSON_START = b"{[\"-0123456789tfnNI/#'"
_HTML = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_TYPE_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "a number",
    Decimal: "a number",
    bool: "a boolean",
    type(None): "null",
}


def text_of(data: bytes, name: str) -> str:
    """The bytes as text, if they can be a record at all; a byte order mark is tolerated.

    Raises:
        LedgerError: E_TOO_LARGE, E_EMPTY, E_BINARY, E_LFS_POINTER, E_HTML_PAGE, E_UNRECOGNISED, E_ENCODING.
    """
    if len(data) > _DOCUMENT_LIMIT:
        raise LedgerError(
            "E_TOO_LARGE", f"the record has {len(data)} bytes; the limit is {_DOCUMENT_LIMIT}", file=name
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{")):
        raise LedgerError(
            "E_ENCODING", "the file is UTF-16; records are UTF-8", file=name, hint="fetch the record again"
        )
    body = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    _refuse_foreign(body, name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not valid UTF-8 at byte {error.start}"
        raise LedgerError("E_ENCODING", message, file=name, hint="fetch the record again") from None


def _refuse_foreign(body: bytes, name: str) -> None:
    if not body:
        raise LedgerError("E_EMPTY", "the file has no content", file=name, hint="fetch the record again")
    if body.startswith(_MAGIC) or not body.strip(b"\0"):
        raise LedgerError(
            "E_BINARY", "the file is binary, not a record", file=name, hint="name the record itself"
        )
    if body.startswith(b"version https://git-lfs"):
        raise LedgerError(
            "E_LFS_POINTER", "the file is a Git LFS pointer", file=name, hint="run git lfs pull"
        )
    if _HTML.match(body):
        raise LedgerError(
            "E_HTML_PAGE", "the file is a page, not a record", file=name, hint="download it with credentials"
        )
    if body[0] not in _JSON_START:
        raise LedgerError(
            "E_UNRECOGNISED",
            "the file is no signed record",
            file=name,
            hint="name the file that --attest wrote",
        )


def decode_text(text: str, name: str, *, line: int = 1) -> Any:
    """One JSON text; numbers are ``int`` or ``Decimal``, never float.

    Raises:
        LedgerError: E_MALFORMED, E_TRUNCATED, E_DUPLICATE_KEY, E_UNKNOWN_FIELD, E_NONFINITE, E_NUMBER,
            E_TOO_DEEP, E_TOO_MANY_ITEMS, E_FIELD_TOO_LONG, E_ENCODING, E_CONTROL_CHAR.
    """
    try:
        value = _decoder(name).decode(text)
    except json.JSONDecodeError as error:
        raise _malformed(error, text, name, line) from None
    except RecursionError:
        raise LedgerError("E_TOO_DEEP", "the record is nested too deeply", file=name, line=line) from None
    _refuse_excess(value, name, line)
    return value


def field(holder: dict[str, Any], key: str, kind: type, what: str) -> Any:
    """The member of an object, if it is there and has the type; a boolean is never a number.

    Raises:
        LedgerError: E_MISSING_FIELD, E_WRONG_TYPE.
    """
    value = holder.get(key)
    if value is None:
        raise LedgerError("E_MISSING_FIELD", f"{what} has no {key}; expected {_TYPE_NAMES[kind]}")
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        found = _TYPE_NAMES.get(type(value), type(value).__name__)
        raise LedgerError("E_WRONG_TYPE", f"{key} of {what}: expected {_TYPE_NAMES[kind]}, got {found}")
    return value


def _decoder(name: str) -> json.JSONDecoder:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(found)
        if len(built) != len(found):
            raise LedgerError(
                "E_DUPLICATE_KEY",
                "a key stands twice in one object",
                file=name,
                hint="fetch the record again",
            )
        if "__proto__" in built:
            raise LedgerError(
                "E_UNKNOWN_FIELD", "a record holds no __proto__", file=name, hint="do not trust this file"
            )
        return built

    def constant(text: str) -> NoReturn:
        raise LedgerError("E_NONFINITE", f"{text} is not a JSON number", file=name)

    def integer(text: str) -> int:
        if len(text) > _DIGIT_LIMIT:
            raise LedgerError("E_NUMBER", f"a number has {len(text)} digits", file=name)
        return int(text)

    def decimal(text: str) -> Decimal:
        value = Decimal(text)
        if value and abs(value.adjusted()) > _EXPONENT_LIMIT:
            raise LedgerError("E_NONFINITE", f"the number {text[:40]} is out of range", file=name)
        return value

    return json.JSONDecoder(
        object_pairs_hook=pairs, parse_constant=constant, parse_int=integer, parse_float=decimal
    )


def _refuse_excess(value: Any, name: str, line: int) -> None:
    """Walk all values with a stack of our own, so that the limits are the same on every interpreter."""
    level = [value]
    for _ in range(DEPTH_LIMIT):
        below: list[Any] = []
        for one in level:
            if isinstance(one, str):
                _refuse_text(one, name, line)
            elif isinstance(one, (dict, list)):
                below.extend(_members(one, name, line))
        if not below:
            return
        level = below
    raise LedgerError(
        "E_TOO_DEEP", f"the record is nested deeper than {DEPTH_LIMIT} levels", file=name, line=line
    )


def _members(value: dict[str, Any] | list[Any], name: str, line: int) -> list[Any]:
    if len(value) > _ITEM_LIMIT:
        raise LedgerError(
            "E_TOO_MANY_ITEMS",
            f"a list has {len(value)} items; the limit is {_ITEM_LIMIT}",
            file=name,
            line=line,
        )
    if isinstance(value, list):
        return value
    return [*value.keys(), *value.values()]


def _refuse_text(text: str, name: str, line: int) -> None:
    if len(text) > STRING_LIMIT:
        raise LedgerError("E_FIELD_TOO_LONG", f"a text has {len(text)} characters", file=name, line=line)
    if "\0" in text:
        raise LedgerError("E_CONTROL_CHAR", "a text holds a NUL character", file=name, line=line)
    if not text.isascii() and _SURROGATE.search(text):
        raise LedgerError("E_ENCODING", "a text holds a lone surrogate", file=name, line=line)


def _malformed(error: json.JSONDecodeError, text: str, name: str, line: int) -> LedgerError:
    at_end = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    code = "E_TRUNCATED" if at_end else "E_MALFORMED"
    message = "the record ends in the middle" if at_end else f"not valid JSON: {error.msg}"
    return LedgerError(
        code,
        message,
        file=name,
        line=error.lineno + line - 1,
        column=error.colno,
        hint="fetch the record again",
    )
