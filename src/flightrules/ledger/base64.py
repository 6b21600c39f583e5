"""Base64 in the one spelling that a byte string has."""

from __future__ import annotations

import base64
import binascii

from flightrules.errors import LedgerError

__all__ = ["decode", "encode"]

_URL_SAFE = str.maketrans("-_", "+/")


def encode(data: bytes) -> str:
    """Standard alphabet, with padding."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str, what: str, *, url_safe: bool = False) -> bytes:
    """The bytes; a second spelling of the same bytes (stray bits, missing padding, blanks) is refused.

    Args:
        text: base64 after RFC 4648.
        what: the name of the value, for the message.
        url_safe: whether the URL-safe alphabet is accepted too; never both in one text.

    Raises:
        LedgerError: E_MALFORMED.
    """
    mixed = any(mark in text for mark in "-_") and any(mark in text for mark in "+/")
    standard = text.translate(_URL_SAFE) if url_safe and not mixed else text
    try:
        data = base64.b64decode(standard, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if encode(data) != standard:
        raise LedgerError("E_MALFORMED", f"{what} is not base64", hint="fetch the record again")
    return data
