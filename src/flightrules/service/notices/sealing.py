"""Addresses and secrets of channels at rest: encrypted with a key that is made from the session secret.

A copy of the database alone gives nobody a chat to write into or a signature to forge.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from flightrules.service.jobs.due import GiveUpError

__all__ = ["opened", "sealed"]


def sealed(text: str) -> str:
    """The text, encrypted and authenticated."""
    return _box().encrypt(text.encode()).decode("ascii")


def opened(text: str) -> str:
    """The text that was sealed.

    Raises:
        GiveUpError: E_CHANNEL_SEAL, when the secret key is another one than then.
    """
    try:
        return _box().decrypt(text.encode("ascii")).decode()
    except InvalidToken:
        raise GiveUpError(
            "E_CHANNEL_SEAL",
            "the channel was sealed with another secret key",
            hint="put the old secret key back, or subscribe the channel anew",
        ) from None


def _box() -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"flightrules notices").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
