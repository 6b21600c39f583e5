"""JSON, read strictly: no duplicate key, no NaN, exact decimals, bounded size and depth."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Any, NoReturn

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.collector import without_collector
from flightrules.evidence.source import WRITE_UTF8, Source
from flightrules.patterns import late

__all__ = [
    "DOCUMENT_LIMIT",
    "decode",
    "decode_text",
    "malformed",
    "may_hold_bad_text",
    "refuse_bad_text",
    "refuse_too_many",
    "require",
    "strict_decoder",
    "utf8",
]

DOCUMENT_LIMIT = 64 << 20
_OBJECT_LIMIT = 750_000
_ARRAY_LIMIT = 2_000_000
_ITEM_LIMIT = 8_000_000
_STRING_LIMIT = 8 << 20
_EXPONENT_LIMIT = 300
_CUT_TOKEN = late(r"tr?u?|fa?l?s?|nu?l?|-|\.|[eE][+-]?|u[0-9a-fA-F]{0,4}")
_SUSPICIOUS = ("\\u0000", "\\ud", "\\uD")


def decode(source: Source, *, free_text: bool = False) -> Any:
    """The whole document; objects are dicts, numbers ``int`` or ``Decimal``.

    With ``free_text`` strings may hold any character: captured output does, and whoever reads such a
    report passes the texts that it keeps to ``refuse_bad_text``.

    Raises:
        EvidenceError: E_MALFORMED, E_TRUNCATED, E_DUPLICATE_KEY, E_NONFINITE, E_NUMBER, E_TOO_DEEP,
            E_TOO_LARGE, E_TOO_MANY_ITEMS, E_ENCODING, E_CONTROL_CHAR with line and column where known.
    """
    if source.size > DOCUMENT_LIMIT:
        raise EvidenceError(
            "E_TOO_LARGE",
            f"the document has {source.size} bytes; this format is read up to {DOCUMENT_LIMIT}",
            file=source.name,
        )
    return decode_text(utf8(source), source.name, free_text=free_text)


def decode_text(text: str, name: str, *, line: int = 1, free_text: bool = False) -> Any:
    """One JSON text; ``line`` is the number of its first line in the file."""
    refuse_too_many(text, name)
    many = text.count("{") > _OBJECT_LIMIT
    try:
        with without_collector():
            value = strict_decoder(name, limit=_OBJECT_LIMIT if many else None).decode(text)
    except json.JSONDecodeError as error:
        raise malformed(error, text, name, line) from None
    except RecursionError:
        raise EvidenceError("E_TOO_DEEP", "the document is nested too deeply", file=name, line=line) from None
    except ValueError:
        raise EvidenceError("E_NUMBER", "a number has too many digits", file=name, line=line) from None
    if not free_text and may_hold_bad_text(text):
        refuse_bad_text(value, name)
    return value


def refuse_too_many(text: str, name: str) -> None:
    """Small values cost far more memory than text; a few megabytes of them would exhaust the machine.

    Raises:
        EvidenceError: E_TOO_MANY_ITEMS.
    """
    if text.count("[") > _ARRAY_LIMIT or text.count(",") > _ITEM_LIMIT:
        raise _too_many(name)


def _too_many(name: str) -> EvidenceError:
    return EvidenceError(
        "E_TOO_MANY_ITEMS",
        f"the document holds more than {_OBJECT_LIMIT} objects or more than {_ITEM_LIMIT} values",
        file=name,
        hint="split the report",
    )


def strict_decoder(name: str, *, limit: int | None = None) -> json.JSONDecoder:
    """A decoder with the product's strictness; shared by whole-document and streaming readers.

    ``limit`` bounds how many objects it makes in its whole life.
    """
    made = count()

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(found)
        if len(built) != len(found):
            raise _duplicate(found, name)
        return built

    def bounded(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if limit is not None and next(made) >= limit:
            raise _too_many(name)
        return pairs(found)

    def constant(text: str) -> NoReturn:
        raise EvidenceError(
            "E_NONFINITE", f"{text} is not a JSON number", file=name, hint="have the tool leave the value out"
        )

    return json.JSONDecoder(
        object_pairs_hook=pairs if limit is None else bounded,
        parse_float=lambda text: _decimal(text, name),
        parse_constant=constant,
    )


def utf8(source: Source) -> str:
    """The source as text; a byte order mark is tolerated, another encoding is not."""
    data = source.data()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise EvidenceError("E_ENCODING", "the file is UTF-16, not UTF-8", file=source.name, hint=WRITE_UTF8)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvidenceError(
            "E_ENCODING", f"not valid UTF-8 at byte {error.start}", file=source.name, hint="write UTF-8"
        ) from None


def require(value: Any, kind: type | tuple[type, ...], what: str, name: str) -> Any:
    """The value, if it has the type; ``bool`` is never a number.

    Raises:
        EvidenceError: E_WRONG_TYPE naming the expected and the found type, E_MISSING_FIELD for None.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)):
        return value
    expected = " or ".join(_TYPE_NAMES.get(one, one.__name__) for one in kinds)
    if value is None:
        raise EvidenceError("E_MISSING_FIELD", f"{what} is missing; expected {expected}", file=name)
    raise EvidenceError(
        "E_WRONG_TYPE", f"{what}: expected {expected}, got {_TYPE_NAMES.get(type(value), 'null')}", file=name
    )


_TYPE_NAMES: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    int: "number",
    Decimal: "number",
    bool: "boolean",
}


def _decimal(text: str, name: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise EvidenceError("E_NONFINITE", f"the number {text[:40]} is out of range", file=name) from None
    if value and abs(value.adjusted()) > _EXPONENT_LIMIT:
        raise EvidenceError("E_NONFINITE", f"the number {text[:40]} is out of range", file=name)
    return value


def _duplicate(found: list[tuple[str, Any]], name: str) -> EvidenceError:
    seen: set[str] = set()
    key = ""
    for key, _ in found:
        if key in seen:
            break
        seen.add(key)
    return EvidenceError(
        "E_DUPLICATE_KEY", f"the key {key[:80]!r} stands twice in one object", file=name, hint="keep one"
    )


def may_hold_bad_text(text: str) -> bool:
    """Whether what is decoded from this text takes a look by ``refuse_bad_text``."""
    return len(text) > _STRING_LIMIT or any(escape in text for escape in _SUSPICIOUS)


def refuse_bad_text(value: Any, name: str) -> None:
    """Refuse text that cannot be stored or shown: too long, with NUL or with half a character.

    The decoder joins escaped pairs and leaves the rest; looking at what it made is exact where looking
    at escapes is not.

    Raises:
        EvidenceError: E_FIELD_TOO_LONG, E_CONTROL_CHAR, E_ENCODING.
    """
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            _refuse_bad_string(one, name)
        elif isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
        elif isinstance(one, (list, tuple)):
            waiting.extend(one)


def _refuse_bad_string(text: str, name: str) -> None:
    if len(text) > _STRING_LIMIT:
        raise EvidenceError(
            "E_FIELD_TOO_LONG",
            f"a string has {len(text)} characters; the limit is {_STRING_LIMIT}",
            file=name,
        )
    if "\0" in text:
        raise EvidenceError(
            "E_CONTROL_CHAR",
            "a string holds a NUL character",
            file=name,
            hint="have the tool drop the character",
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise EvidenceError(
            "E_ENCODING",
            "a string holds a lone surrogate",
            file=name,
            hint="have the tool drop the character",
        ) from None


def malformed(error: json.JSONDecodeError, text: str, name: str, line: int) -> EvidenceError:
    """What a decoder's complaint means: cut short, several documents, or plainly wrong."""
    at_end = _is_cut(error, text)
    code, hint = "E_MALFORMED", "let the tool write the file again"
    if at_end:
        code, hint = "E_TRUNCATED", "upload the artefact again"
    message = "the document ends in the middle" if at_end else f"not valid JSON: {error.msg}"
    if error.msg == "Extra data" and text[error.pos : error.pos + 1] in "{[":
        message, hint = (
            "more than one JSON document in the file",
            "this looks like JSON Lines; join the records or use their own format",
        )
    return EvidenceError(
        code, message, file=name, line=error.lineno + line - 1, column=error.colno, hint=hint
    )


def _is_cut(error: json.JSONDecodeError, text: str) -> bool:
    """Whether the text could be the beginning of a document: everything up to its end is right."""
    if error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip()):
        return True
    return _CUT_TOKEN.fullmatch(text, error.pos) is not None
