"""Evaluate the evidence found here against the rulebook and say GO, CONDITIONAL GO, NO-GO or HOLD.

Without a rulebook the profile web-feature is used in advise mode: it says what it would have decided.
"""

from __future__ import annotations

import gc
import os
import sys

from flightrules.cli.outputs import OUTPUTS, load_outputs, to_stdout, write_outputs
from flightrules.cli.second import begun
from flightrules.cli.terminal import colour_wanted, marks_wanted, say, width_of
from flightrules.errors import ExitCode
from flightrules.evidence.reading.memory import keep_at_hand

TYPE_CHECKING = False  # the one of typing takes longer to load than all that is loaded here
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from flightrules.cli.evaluation import Evaluation
    from flightrules.cli.second import Second
    from flightrules.engine.verdict import Verdict
    from flightrules.reports.text import Style

__all__ = ["configure", "execute", "exit_code_of"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    where = parser.add_argument_group("what is evaluated")
    where.add_argument(
        "--rulebook", metavar="FILE", help="the rulebook; else the nearest .flightrules.yml upwards"
    )
    where.add_argument("--gate", metavar="ID", help="the gate; else the exit gate")
    where.add_argument("--release", metavar="VERSION", help="the version that is to be released")
    where.add_argument("--build", metavar="BUILD", help="the build that evidence must be of")
    where.add_argument("--artefact", metavar="FILE", help="what is released: a file, or sha256:DIGEST")
    where.add_argument("--base", metavar="COMMIT", help="commit that new-code coverage compares with")
    where.add_argument(
        "--evidence", action="append", default=[], metavar="METHOD=PATH", help="files of a method"
    )
    where.add_argument(
        "--environment", metavar="NAME", help="where the build is; else where the gate is judged"
    )
    where.add_argument(
        "--passed",
        action="append",
        default=[],
        metavar="FILE",
        help="verdict from an environment that must be passed before: [sha256:DIGEST=]FILE; repeatable",
    )
    where.add_argument(
        "--passed-key",
        action="append",
        default=[],
        metavar="PUB",
        help="public key that must have signed what --passed names; repeatable",
    )
    where.add_argument("--as-of", metavar="TIME", help="evaluate as of this moment (RFC 3339) instead of now")
    parser_outputs(parser)


def parser_outputs(parser: ArgumentParser) -> None:
    """Arguments on what is written."""
    out = parser.add_argument_group("what is written")
    out.add_argument("--format", choices=OUTPUTS, default="text", help="what stdout gets")
    out.add_argument(
        "--output", action="append", default=[], metavar="FORMAT=FILE", help="write also; repeatable"
    )
    out.add_argument("--no-report", action="store_true", help="do not write .flightrules/report.*")
    out.add_argument("--sign", metavar="KEY", help="sign the verdict with this private key")
    out.add_argument("--attest", metavar="FILE", help="where the signed record goes")
    out.add_argument("--exit-zero", action="store_true", help="exit 0 whatever the verdict")
    out.add_argument("--no-color", "--no-colour", dest="no_colour", action="store_true")
    out.add_argument("--accessible", action="store_true", help="words only, no table, no signs")
    out.add_argument("--no-progress", action="store_true")


def execute(arguments: Namespace) -> int:
    """Evaluate, write, and return the exit code."""
    gc.set_threshold(1_000_000)  # a pass walks all that was read and hardly finds a cycle: 5 % of the time
    keep_at_hand()
    second = begun(arguments.rulebook)  # before most is loaded: it loads what reads, beside what judges
    try:
        evaluation = _evaluated(arguments, second)
    finally:
        if second is not None:
            second.let_go()
    from flightrules.reports.report import Report

    code = exit_code_of(evaluation.verdict, found_anything=evaluation.found_anything)
    report = Report(evaluation.verdict, evaluation.rulebook)
    if arguments.output or arguments.attest:
        _require_targets(evaluation, arguments)
    path = write_outputs(report, arguments, evaluation.root)
    if arguments.sign or arguments.attest:
        _sign(evaluation, arguments)
    if arguments.format == "text":
        from flightrules.reports.text import render_text

        said = render_text(report, _style(arguments), exit_code=int(code), report_path=path)
        say(said.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
    else:
        to_stdout(report, arguments.format)
    return int(ExitCode.GO) if arguments.exit_zero else int(code)


def _require_targets(evaluation: Evaluation, arguments: Namespace) -> None:
    """Nothing is written before every place is known to be free."""
    from flightrules.cli.outputs import split_output
    from flightrules.cli.targets import files_read, require_targets

    named = [split_output(one)[1] for one in arguments.output]
    attest = [arguments.attest] if arguments.attest else []
    require_targets([*named, *attest], files_read(evaluation, arguments))


def _evaluated(arguments: Namespace, second: Second | None) -> Evaluation:
    from datetime import UTC, datetime

    now = datetime.now(UTC)  # the one clock reading
    from flightrules.cli.evaluation import evaluate_here

    return evaluate_here(arguments, now, load_outputs, second)


def exit_code_of(verdict: Verdict, *, found_anything: bool) -> ExitCode:
    """The contract with pipelines. Nothing evaluated never looks like success."""
    from flightrules.engine.verdict import Outcome, Status

    evaluated = [result for result in verdict.results if result.status is not Status.NOT_APPLICABLE]
    if not verdict.results and verdict.outcome is Outcome.HOLD:
        return ExitCode.WAITING  # a gate that holds sign-offs only
    if not evaluated or (verdict.advise and not found_anything):
        return ExitCode.NOTHING_EVALUATED
    if verdict.advise or verdict.outcome in (Outcome.GO, Outcome.CONDITIONAL_GO):
        return ExitCode.GO
    if verdict.outcome is Outcome.NO_GO:
        return ExitCode.NO_GO
    if any(result.blocks and result.status is Status.ERROR for result in verdict.results):
        return ExitCode.USAGE
    return ExitCode.WAITING if _alerts(verdict) else ExitCode.NO_DATA


def _alerts(verdict: Verdict) -> bool:
    """Whether the evidence is there, a gate that only alerts found a failure, and a person has to decide."""
    from flightrules.engine.verdict import Status
    from flightrules.rules.criterion import Enforcement

    shut = [one for one in verdict.results if one.would_block and one.enforcement is not Enforcement.ADVISORY]
    known = all(result.status is Status.FAIL for result in shut)
    return bool(shut) and known and not any(result.blocks for result in verdict.results)


def _style(arguments: Namespace) -> Style:
    from flightrules.reports.text import Style

    accessible = bool(arguments.accessible)
    return Style(
        colour=not arguments.no_colour and colour_wanted(sys.stdout, os.environ, accessible=accessible),
        marks=marks_wanted(sys.stdout, accessible=accessible),
        accessible=accessible,
        width=width_of(sys.stdout),
    )


def _sign(evaluation: Evaluation, arguments: Namespace) -> None:
    from flightrules.cli.signing import sign_verdict

    sign_verdict(evaluation, key=arguments.sign, target=arguments.attest)
