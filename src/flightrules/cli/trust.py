"""What the ledger's commands believe: the public keys and heads that were named, or this installation's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flightrules.errors import UsageError

if TYPE_CHECKING:
    from flightrules.ledger.history import Head
    from flightrules.ledger.keys import PublicKey

__all__ = ["anchors_from", "keys_from", "named_keys"]


def keys_from(paths: Sequence[str]) -> list[PublicKey]:
    """The keys that were named, or else those of this installation.

    Raises:
        UsageError: E_SIGNING_KEY where there are none.
    """
    from flightrules.service.records.queries import public_keys

    found = named_keys(paths) or public_keys()
    if not found:
        raise UsageError(
            "E_SIGNING_KEY", "no public key is at hand to verify with", hint="name it with --key FILE"
        )
    return found


def named_keys(paths: Sequence[str]) -> list[PublicKey]:
    """The public keys in the files."""
    from flightrules.cli.discover import read_file
    from flightrules.ledger.keys import load_public_key

    return [load_public_key(read_file(path, what="key"), name=path) for path in paths]


def anchors_from(paths: Sequence[str]) -> dict[str, Head]:
    """The heads in the files; a file may hold several, one after the other."""
    from flightrules.cli.discover import read_file
    from flightrules.ledger.history import heads_in

    found: dict[str, Head] = {}
    for path in paths:
        found |= heads_in(read_file(path, what="anchor"), name=path)
    return found
