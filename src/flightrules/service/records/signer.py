"""The key that signs checkpoints: a file, or a program outside that alone holds it.

The key is read again for each signature, so that a file that was taken away, replaced or made unreadable is
noticed at once. Without it nothing is recorded, and without a record nothing is done; reading goes on.
"""

from __future__ import annotations

import shlex
import subprocess
from functools import lru_cache

from django.conf import settings

from flightrules.errors import LedgerError
from flightrules.ledger.key_files import load_private_key, load_public_key
from flightrules.ledger.keys import PrivateKey, PublicKey, SigningKey
from flightrules.service.door.refusals import UnavailableError

__all__ = ["ledger_key"]

_PATIENCE_S = 5


class _OutsideKey:
    """A key that a program holds: ``PROGRAM public`` prints it, ``PROGRAM sign`` signs its standard input."""

    def __init__(self, command: str) -> None:
        self._command = tuple(shlex.split(command))
        self.public = _public_of(self._command)

    def sign(self, message: bytes) -> bytes:
        """The signature, if the program still answers with the key that it named."""
        try:
            signature = _run((*self._command, "sign"), message)
        except (OSError, subprocess.SubprocessError) as error:
            raise _unusable(error) from None
        if not self.public.verifies(signature, message):
            _public_of.cache_clear()
            raise _unusable(LedgerError("E_SIGNATURE", "the signer answered with something else"))
        return signature


def ledger_key() -> SigningKey:
    """The signing key as the settings name it, read now.

    Raises:
        UnavailableError: E_SIGNING_KEY.
    """
    try:
        if settings.FLIGHTRULES_SIGNER:
            return _OutsideKey(settings.FLIGHTRULES_SIGNER)
        with open(settings.FLIGHTRULES_SIGNING_KEY, "rb") as file:
            return _parsed(file.read())
    except (OSError, subprocess.SubprocessError, ValueError, LedgerError) as error:
        raise _unusable(error) from None


@lru_cache(maxsize=2)
def _parsed(pem: bytes) -> PrivateKey:
    """The file is read for each signature; what stands in it is understood once."""
    return load_private_key(pem, name="the ledger's key")


@lru_cache(maxsize=2)
def _public_of(command: tuple[str, ...]) -> PublicKey:
    """Asked once: that the program still holds this key is seen by each signature."""
    return load_public_key(_run((*command, "public"), b""), name="the signer's public key")


def _run(argv: tuple[str, ...], message: bytes) -> bytes:
    done = subprocess.run(argv, input=message, capture_output=True, timeout=_PATIENCE_S, check=True)  # noqa: S603 -- the operator's own program, named in the settings
    return done.stdout


def _unusable(error: Exception) -> UnavailableError:
    why = error.message if isinstance(error, LedgerError) else type(error).__name__
    return UnavailableError(
        "E_SIGNING_KEY",
        f"the ledger's signing key cannot be used ({why}); nothing is recorded, so nothing is done",
        hint="put the key back, or name the signer; flightrules doctor tells more",
    )
