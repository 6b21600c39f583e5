"""Make an Ed25519 key pair: NAME is the private key, NAME.pub the public one. Nothing is overwritten."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flightrules.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--out", default="flightrules.key", metavar="NAME", help="file of the private key")
    parser.add_argument("--passphrase-env", metavar="VARIABLE", help="encrypt with this variable's value")


def execute(arguments: Namespace) -> int:
    """Write both halves and print the public key's id."""
    from flightrules.ledger.keys import generate_key

    key = generate_key()
    passphrase = passphrase_from(arguments.passphrase_env)
    _write_new(arguments.out, key.to_pem(passphrase), 0o600)
    _write_new(f"{arguments.out}.pub", key.public.to_pem(), 0o644)
    print(f"private key  {arguments.out} (keep it secret)")
    print(f"public key   {arguments.out}.pub")
    print(f"key id       {key.keyid}")
    return int(ExitCode.GO)


def passphrase_from(variable: str | None) -> bytes | None:
    """The passphrase that an environment variable holds; never taken from the command line."""
    if variable is None:
        return None
    value = os.environ.get(variable)
    if not value:
        raise UsageError(
            "E_PASSPHRASE",
            f"the variable {variable} holds no passphrase",
            hint="set it, or leave the option out",
        )
    return value.encode("utf-8")


def _write_new(path: str, data: bytes, mode: int) -> None:
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(
            "E_EXISTS",
            "the file is there already; a key is never overwritten",
            file=path,
            hint="name another with --out",
        ) from None
    except OSError as error:
        raise UsageError(
            "E_WRITE", f"cannot write: {error.strerror}", file=path, hint="check the folder"
        ) from None
