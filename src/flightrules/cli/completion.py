"""Print a completion script: `flightrules completion bash > /etc/bash_completion.d/flightrules`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]

_SHELLS = ("bash", "zsh", "fish")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("shell", choices=_SHELLS)


def execute(arguments: Namespace) -> int:
    """Print the script for every command and option."""
    try:
        import shtab
    except ImportError:
        hint = "install it with pip install 'flightrules[completion]'"
        raise UsageError("E_EXTRA", "completion scripts need the extra 'completion'", hint=hint) from None
    print(shtab.complete(_everything(), shell=arguments.shell))
    return int(ExitCode.GO)


def _everything() -> ArgumentParser:
    """All commands as sub-parsers of one; the dispatcher never builds it, as it loads every command."""
    from importlib import import_module

    from flightrules.cli.main import COMMANDS

    parser = ArgumentParser(prog="flightrules")
    parser.add_argument("--version", action="store_true", help="print the version")
    below = parser.add_subparsers()
    for name, text in COMMANDS.items():
        import_module(f"flightrules.cli.{name}").configure(below.add_parser(name, help=text))
    return parser
