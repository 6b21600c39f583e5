"""Check rulebooks themselves: vague criteria, gates nobody can satisfy, triggers without limits.

Exit code 0 when nothing is wrong (warnings allowed), 2 when an error was found.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flightrules.cli.discover import find_rulebook, read_file
from flightrules.cli.terminal import say, say_json, say_lines
from flightrules.errors import ExitCode, UsageError
from flightrules.values import content_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping
    from typing import TypeAlias

    from flightrules.rules.lint import LintFinding

    Found: TypeAlias = Mapping[str, list[LintFinding]]

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "rulebooks", nargs="*", metavar="FILE", help="else the nearest .flightrules.yml upwards"
    )
    parser.add_argument("--format", choices=("text", "json", "github"), default="text")
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")


def execute(arguments: Namespace) -> int:
    """Lint every rulebook and print every finding."""
    at = datetime.now(UTC)
    found = {path: _findings(path, at) for path in arguments.rulebooks or [_nearest()]}
    _FORMS[arguments.format](found)
    serious = [one for findings in found.values() for one in findings if one.level == "error"]
    faulty = serious or (arguments.strict and any(found.values()))
    return int(ExitCode.USAGE if faulty else ExitCode.GO)


def _nearest() -> str:
    path = find_rulebook(".")
    if path is None:
        raise UsageError(
            "E_NOT_FOUND", "no rulebook found from here upwards", hint="write one with flightrules init"
        )
    return path


def _findings(path: str, at: datetime) -> list[LintFinding]:
    from flightrules.evidence.registry import FORMATS
    from flightrules.rules.lint import lint_text

    return lint_text(read_file(path), path, as_of=at, families={one.name: one.family for one in FORMATS})


def _text(found: Found) -> None:
    from flightrules.reports.wording import count

    for path, findings in found.items():
        lines = []
        for one in findings:
            lines.append(f"{one.level} {one.code}: {one.where}: {one.message}")
            lines += [f"  fix    {one.suggestion}"] if one.suggestion else []
            lines.append(f"  learn  flightrules explain {one.code}")
        errors = sum(one.level == "error" for one in findings)
        said = f"{count(errors, 'error')}, {count(len(findings) - errors, 'warning')}"
        say_lines([*lines, f"{path}: {said if findings else 'nothing to find fault with'}"])


def _json(found: Found) -> None:
    say_json([content_of(one) for findings in found.values() for one in findings])


def _github(found: Found) -> None:
    from flightrules.reports.github import workflow_command

    for path, findings in found.items():
        for one in findings:
            file, _, line = one.where.partition(":")
            number = line.partition(":")[0] if line[:1].isdigit() else "1"
            said = f"{one.message}. {one.suggestion}"
            say(f"{workflow_command(one.level, one.code, said, file or path, number)}\n".encode())


_FORMS = {"text": _text, "json": _json, "github": _github}
