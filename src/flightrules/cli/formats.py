"""List the formats of evidence that Flightrules reads, recognised by content and not by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flightrules.errors import ExitCode

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--family", help="only formats of this family, such as tests or coverage")


def execute(arguments: Namespace) -> int:
    """Print one line for each format."""
    from flightrules.evidence.registry import FORMATS

    chosen = [one for one in FORMATS if arguments.family in (None, one.family)]
    width = max((len(one.name) for one in chosen), default=0)
    for one in sorted(chosen, key=lambda one: (one.family, one.name)):
        print(f"{one.family:<14} {one.name:<{width}}  {one.title}")
    return int(ExitCode.GO if chosen else ExitCode.USAGE)
