"""in-toto Statement v1: which artefacts (by digest) a predicate speaks about.

Unknown fields are passed over and subjects match by digest only, as the specification asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flightrules.errors import LedgerError
from flightrules.ledger import base64
from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.decoding import decode_text, field, text_of
from flightrules.values import frozen

__all__ = [
    "PAYLOAD_TYPE",
    "STATEMENT_TYPE",
    "Statement",
    "bare_digest",
    "build_statement",
    "digest_matches",
    "is_payload_type",
    "parse_statement",
    "require_descriptor",
    "sha256_hex",
    "statement_of",
]

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"

_PAYLOAD_TYPE = re.compile(r"application/vnd\.in-toto(?:\.[A-Za-z0-9._-]+)?\+json")
_HEX = re.compile(r"[0-9a-f]+")
_DIGEST = re.compile(r"(?:([A-Za-z0-9_]+):)?([0-9A-Fa-f]{32,128})")
_GIT = (40, 64)  # a repository is SHA-1 or SHA-256
_HEX_LENGTHS: Final[dict[str, tuple[int, ...]]] = {
    "sha1": (40,),
    "sha224": (56,),
    "sha256": (64,),
    "sha384": (96,),
    "sha512": (128,),
    "sha3_224": (56,),
    "sha3_256": (64,),
    "sha3_384": (96,),
    "sha3_512": (128,),
    "gitCommit": _GIT,
    "gitTree": _GIT,
    "gitBlob": _GIT,
    "gitTag": _GIT,
}


@frozen
class Statement:
    """A statement whose shape has been checked; ``predicate`` is still what its maker wrote."""

    subjects: tuple[dict[str, Any], ...]
    predicate_type: str
    predicate: dict[str, Any]

    def speaks_about(self, digest: str) -> bool:
        """Whether a subject has this digest (``sha256:<hex>``, or the bare hex under any algorithm)."""
        return any(digest_matches(subject["digest"], digest) for subject in self.subjects)


def is_payload_type(text: str) -> bool:
    """Whether a DSSE payload of this type is a statement; which one, only its predicateType says."""
    return _PAYLOAD_TYPE.fullmatch(text) is not None


def build_statement(
    subjects: Sequence[Mapping[str, Any]], predicate_type: str, predicate: Mapping[str, Any]
) -> bytes:
    """The canonical bytes of a statement.

    Raises:
        LedgerError: E_MISSING_FIELD (no subject, no digest), E_WRONG_TYPE, E_NOT_CANONICAL.
    """
    value = {
        "_type": STATEMENT_TYPE,
        "subject": [dict(one) for one in subjects],
        "predicateType": predicate_type,
        "predicate": dict(predicate),
    }
    statement_of(value)
    return canonical_bytes(value)


def parse_statement(payload: bytes, *, name: str = "<statement>") -> Statement:
    """The statement in verified bytes.

    Raises:
        LedgerError: the codes of the strict reader; E_WRONG_TYPE, E_MISSING_FIELD, E_ENUM (another type).
    """
    return statement_of(decode_text(text_of(payload, name), name))


def statement_of(value: Any) -> Statement:
    """The statement in a decoded JSON value.

    Raises:
        LedgerError: as ``parse_statement``.
    """
    if not isinstance(value, dict):
        raise LedgerError("E_WRONG_TYPE", "a statement is a JSON object")
    kind = field(value, "_type", str, "the statement")
    if kind != STATEMENT_TYPE:
        raise LedgerError("E_ENUM", f"the statement's _type is {kind:.100}, not {STATEMENT_TYPE}")
    subjects = field(value, "subject", list, "the statement")
    if not subjects:
        raise LedgerError("E_MISSING_FIELD", "the statement has no subject")
    for subject in subjects:
        require_descriptor(subject, "a subject")
        _require_digests(field(subject, "digest", dict, "a subject"), "a subject")
    predicate_type = field(value, "predicateType", str, "the statement")
    if not predicate_type:
        raise LedgerError("E_MISSING_FIELD", "the statement's predicateType is empty")
    predicate = field(value, "predicate", dict, "the statement") if "predicate" in value else {}
    return Statement(tuple(subjects), predicate_type, predicate)


def require_descriptor(value: Any, what: str) -> None:
    """A ResourceDescriptor: an object with at least one of uri, digest and content.

    Raises:
        LedgerError: E_WRONG_TYPE, E_MISSING_FIELD, E_MALFORMED (a digest that cannot be one).
    """
    if not isinstance(value, dict):
        raise LedgerError("E_WRONG_TYPE", f"{what} is a JSON object")
    for name, kind in _DESCRIPTOR.items():
        if name in value:
            field(value, name, kind, what)
    if not any(value.get(name) for name in ("uri", "digest", "content")):
        raise LedgerError("E_MISSING_FIELD", f"{what} has neither uri nor digest nor content")
    if "content" in value:
        base64.decode(value["content"], f"the content of {what}")
    if value.get("digest"):
        _require_digests(value["digest"], what)


_DESCRIPTOR: Final[dict[str, type]] = {
    "name": str,
    "uri": str,
    "digest": dict,
    "content": str,
    "downloadLocation": str,
    "mediaType": str,
    "annotations": dict,
}


def bare_digest(text: str, what: str) -> tuple[str | None, str]:
    """A digest as people write it (``sha256:<hex>`` or ``<hex>``) as algorithm, if named, and lower-case hex.

    Raises:
        LedgerError: E_MALFORMED.
    """
    found = _DIGEST.fullmatch(text)
    if found is None or not _fits(found[1] or "", found[2].lower()):
        raise LedgerError("E_MALFORMED", f"{what} is no digest", hint="write it as sha256:<64 hex digits>")
    return found[1], found[2].lower()


def sha256_hex(text: str, what: str) -> str:
    """The 64 hex digits of a SHA-256 as people write it.

    Raises:
        LedgerError: E_MALFORMED.
    """
    algorithm, digits = bare_digest(text, what)
    if algorithm not in {None, "sha256"} or not _fits("sha256", digits):
        raise LedgerError("E_MALFORMED", f"{what} is no SHA-256", hint="write it as sha256:<64 hex digits>")
    return digits


def digest_matches(digests: Mapping[str, str], expected: str) -> bool:
    """Whether a digest set holds the expected digest; without an algorithm, under any of its names.

    Raises:
        LedgerError: E_MALFORMED when the expected text is no digest.
    """
    algorithm, digits = bare_digest(expected, "the expected digest")
    if algorithm is not None:
        return digests.get(algorithm) == digits
    return digits in digests.values()


def _require_digests(digests: dict[str, Any], what: str) -> None:
    if not digests:
        raise LedgerError("E_MISSING_FIELD", f"{what} has no digest")
    for algorithm, digits in digests.items():
        if not isinstance(digits, str):
            raise LedgerError("E_WRONG_TYPE", f"the {algorithm:.40} digest of {what} is not a string")
        if not digits or not _fits(algorithm, digits):
            raise LedgerError("E_MALFORMED", f"the {algorithm:.40} digest of {what} cannot be one")


def _fits(algorithm: str, digits: str) -> bool:
    """Known algorithms have lower-case hex of their length; others are the maker's business."""
    lengths = _HEX_LENGTHS.get(algorithm)
    return lengths is None or (len(digits) in lengths and _HEX.fullmatch(digits) is not None)
