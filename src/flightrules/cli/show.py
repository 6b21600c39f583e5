"""Print the rulebook as it stands, profile and overrides put together, each criterion as one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flightrules.cli.evaluation import load_here
from flightrules.errors import ExitCode
from flightrules.rules.render import render
from flightrules.rules.rulebook import Rulebook

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--rulebook", metavar="FILE")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def execute(arguments: Namespace) -> int:
    """Print it."""
    book, _ = load_here(arguments.rulebook)
    if arguments.format == "json":
        from flightrules.rules.digest import canonical

        print(canonical(book).decode("utf-8"))
        return int(ExitCode.GO)
    print("\n".join(_lines(book)))
    return int(ExitCode.GO)


def _lines(book: Rulebook) -> list[str]:
    lines = [f"rulebook  {book.origin}", f"digest    {book.digest}", f"mode      {book.mode}"]
    lines += [f"extends   {book.extends}"] if book.extends else []
    for gate in book.gates:
        lines += [
            "",
            f"gate {gate.id} ({gate.kind}) {gate.title}" + (f", blocks {gate.blocks}" if gate.blocks else ""),
        ]
        for rule in book.rules_of(gate):
            lines.append(f"  {rule.id} [{rule.enforcement}] {render(rule.criterion)}")
            lines.append(f"      stated in {rule.origin}")
    lines += ["", "evidence"]
    lines += [f"  {source.name}: {', '.join(source.paths)}" for source in book.sources]
    return lines
