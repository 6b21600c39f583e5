"""What a command was told to believe: public keys, and heads that were kept elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flightrules.ledger.history import Head
    from flightrules.ledger.keys import PublicKey

__all__ = ["anchors_from", "named_keys"]


def named_keys(paths: Sequence[str]) -> list[PublicKey]:
    """The public keys in the files."""
    from flightrules.cli.discover import read_file
    from flightrules.ledger.key_files import load_public_key

    return [load_public_key(read_file(path, what="key"), name=path) for path in paths]


def anchors_from(paths: Sequence[str]) -> dict[str, Head]:
    """The heads in the files; a file may hold several, one after the other."""
    from flightrules.cli.discover import read_file
    from flightrules.ledger.history import heads_in

    found: dict[str, Head] = {}
    for path in paths:
        found |= heads_in(read_file(path, what="anchor"), name=path)
    return found
