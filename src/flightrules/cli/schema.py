"""Print the JSON Schema (draft-07) of the rulebook, for editors and other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flightrules.errors import ExitCode

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """No arguments."""


def execute(_arguments: Namespace) -> int:
    """Print it."""
    from flightrules.rules.schema import schema_text

    print(schema_text(), end="")
    return int(ExitCode.GO)
