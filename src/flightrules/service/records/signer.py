"""The key that signs checkpoints: a file, or a program outside that alone holds it.

The key is read again for each signature, so that a file that was taken away, replaced or made unreadable is
noticed at once. Without it nothing is recorded, and without a record nothing is done; reading goes on.
"""

from __future__ import annotations

import shlex
import subprocess
from typing import Protocol

from django.conf import settings

from flightrules.errors import LedgerError
from flightrules.ledger.keys import PublicKey, load_private_key, load_public_key
from flightrules.service.door.refusals import UnavailableError

__all__ = ["Key", "ledger_key"]

_PATIENCE_S = 5


class Key(Protocol):
    """What a note needs of its signer."""

    @property
    def public(self) -> PublicKey:
        """The half that verifies."""

    def sign(self, message: bytes) -> bytes:
        """The raw Ed25519 signature."""


class _OutsideKey:
    """A key that a program holds: ``PROGRAM public`` prints it, ``PROGRAM sign`` signs its standard input."""

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)
        self.public = load_public_key(self._run("public", b""), name="the signer's public key")

    def sign(self, message: bytes) -> bytes:
        return self._run("sign", message)

    def _run(self, verb: str, message: bytes) -> bytes:
        argv = [*self._command, verb]
        done = subprocess.run(argv, input=message, capture_output=True, timeout=_PATIENCE_S, check=True)  # noqa: S603 -- the operator's own program, named in the settings
        return done.stdout


def ledger_key() -> Key:
    """The signing key as the settings name it, read now.

    Raises:
        UnavailableError: E_SIGNING_KEY.
    """
    try:
        if settings.FLIGHTRULES_SIGNER:
            return _OutsideKey(settings.FLIGHTRULES_SIGNER)
        with open(settings.FLIGHTRULES_SIGNING_KEY, "rb") as file:
            return load_private_key(file.read(), name="the ledger's key")
    except (OSError, subprocess.SubprocessError, ValueError, LedgerError) as error:
        why = error.message if isinstance(error, LedgerError) else type(error).__name__
        raise UnavailableError(
            "E_SIGNING_KEY",
            f"the ledger's signing key cannot be used ({why}); nothing is recorded, so nothing is done",
            hint="put the key back, or name the signer; flightrules doctor tells more",
        ) from None
