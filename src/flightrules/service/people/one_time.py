"""Secrets that are shown once and kept as their SHA-256: API tokens and the codes of one-time links.

They have 256 bits of chance, so a plain digest is enough; a slow one is for passwords, which people choose.
"""

from __future__ import annotations

import hashlib
import secrets

__all__ = ["INVITATION_PREFIX", "TOKEN_PREFIX", "digest_of", "new_secret"]

TOKEN_PREFIX = "frt_"  # noqa: S105 -- what leaked tokens are found by
INVITATION_PREFIX = "fri_"


def new_secret(prefix: str) -> str:
    """A new secret; the prefix lets scanners of repositories find it."""
    return prefix + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
