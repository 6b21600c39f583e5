"""Check the rulebook itself: vague criteria, gates nobody can satisfy, triggers without limits.

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
    from flightrules.rules.lint import LintFinding

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "rulebook", nargs="?", metavar="FILE", help="else the nearest .flightrules.yml upwards"
    )
    parser.add_argument("--format", choices=("text", "json", "github"), default="text")
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")


def execute(arguments: Namespace) -> int:
    """Lint and print every finding."""
    from flightrules.evidence.registry import FORMATS
    from flightrules.rules.lint import lint_text

    path = arguments.rulebook or find_rulebook(".")
    if path is None:
        raise UsageError(
            "E_NOT_FOUND", "no rulebook found from here upwards", hint="write one with flightrules init"
        )
    families = {one.name: one.family for one in FORMATS}
    findings = lint_text(read_file(path), path, as_of=datetime.now(UTC), families=families)
    serious = [one for one in findings if one.level == "error" or arguments.strict]
    _FORMS[arguments.format](path, findings)
    return int(ExitCode.USAGE if serious else ExitCode.GO)


def _text(path: str, findings: list[LintFinding]) -> None:
    from flightrules.reports.wording import count

    lines = []
    for one in findings:
        lines.append(f"{one.level} {one.code}: {one.where}: {one.message}")
        lines += [f"  fix    {one.suggestion}"] if one.suggestion else []
        lines.append(f"  learn  flightrules explain {one.code}")
    errors = sum(one.level == "error" for one in findings)
    said = (
        f"{count(errors, 'error')}, {count(len(findings) - errors, 'warning')}"
        if findings
        else "nothing to find fault with"
    )
    say_lines([*lines, f"{path}: {said}"])


def _json(_path: str, findings: list[LintFinding]) -> None:
    say_json([content_of(one) for one in findings])


def _github(path: str, findings: list[LintFinding]) -> None:
    from flightrules.reports.github import workflow_command

    lines = []
    for one in findings:
        file, _, line = one.where.partition(":")
        number = line.partition(":")[0] if line[:1].isdigit() else "1"
        said = f"{one.message}. {one.suggestion}"
        lines.append(workflow_command(one.level, one.code, said, file or path, number))
    say("".join(f"{line}\n" for line in lines).encode())


_FORMS = {"text": _text, "json": _json, "github": _github}
