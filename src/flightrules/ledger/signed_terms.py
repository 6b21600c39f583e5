"""What somebody agrees to, as one digest: the same where it is confirmed and where it is recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime

from flightrules.ledger.canonical import canonical_bytes

__all__ = ["plain_terms", "terms_digest"]


def terms_digest(act: str, about: str, terms: Mapping[str, str | date | datetime]) -> str:
    """SHA-256 in hexadecimal over the act, what it is about, and its terms.

    Args:
        act: the act in its own word, such as ``waiver:grant``; the same terms of another act are others.
        about: ``kind/key``.
        terms: texts, dates and moments by name; a moment counts as itself in whatever zone it is written.
    """
    said = {"about": about, "act": act, "terms": plain_terms(terms)}
    return hashlib.sha256(canonical_bytes(said)).hexdigest()


def plain_terms(terms: Mapping[str, str | date | datetime]) -> dict[str, str]:
    """The terms as the texts that the digest is over."""
    return {name: _plain(value) for name, value in terms.items()}


def _plain(value: str | date | datetime) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
