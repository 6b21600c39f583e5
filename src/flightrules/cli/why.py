"""Say what a criterion rests on: sentence, evidence, formula, numbers, and how to clear it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flightrules.cli.check import configure as check_arguments
from flightrules.cli.evaluation import evaluate_here
from flightrules.engine.verdict import CriterionResult, EvidenceUse
from flightrules.errors import ExitCode, UsageError
from flightrules.reports.report import actual_of, target_of
from flightrules.rules.render import render

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command: those of check."""
    parser.add_argument(
        "criterion", metavar="CRITERION", nargs="?", help="id; without one, everything that blocks"
    )
    check_arguments(parser)


def execute(arguments: Namespace) -> int:
    """Evaluate and explain."""
    verdict = evaluate_here(arguments, datetime.now(UTC)).verdict
    chosen = [result for result in verdict.results if arguments.criterion in (None, result.rule.id)]
    if not chosen:
        from difflib import get_close_matches

        known = [result.rule.id for result in verdict.results]
        close = get_close_matches(arguments.criterion, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
        raise UsageError(
            "E_CRITERION", f"the gate {verdict.gate!r} has no criterion {arguments.criterion!r}", hint=hint
        )
    if arguments.criterion is None:
        chosen = [result for result in chosen if result.blocks] or chosen
    said = [f"{verdict.outcome} at gate {verdict.gate}, as of {verdict.as_of.isoformat()}"]
    for result in chosen:
        said += ["", *explained(result)]
    sys.stdout.write("\n".join([*said, ""]))
    return int(ExitCode.GO)


def explained(result: CriterionResult) -> list[str]:
    """One result, step by step."""
    lines = [f"{result.rule.id}: {result.status}", f"  agreed    {render(result.rule.criterion)}"]
    lines.append(f"  weight    {result.enforcement}, stated in {result.rule.origin}")
    lines += [line for use in result.evidence for line in _evidence(use)] or ["  evidence  none"]
    lines += [f"  {name:<9} {text}" for name, text in result.definitions if name == "formula"]
    lines += [f"  choice    {name}: {text}" for name, text in result.definitions if name != "formula"]
    lines.append(f"  actual    {actual_of(result)}, target {target_of(result)}")
    if result.interval is not None:
        low, high, total = result.interval.low, result.interval.high, result.interval.total
        lines.append(f"  interval  95 %: {low} to {high} over {total:,}")
    lines.append(f"  because   {result.reason}")
    lines += [f"            {detail}" for detail in result.details]
    lines += [f"  excluded  {name} (quarantined)" for name in result.excluded]
    lines += [f"  fix       {result.fix}"] if result.fix else []
    return lines


def _evidence(use: EvidenceUse) -> list[str]:
    if use.refusal:
        return [f"  refused   {use.refusal}"]
    taken = use.taken_at.isoformat() if use.taken_at else "time unknown"
    place = f", {use.environment}" if use.environment else ""
    build = f", build {use.build}" if use.build else ""
    known = f"{use.format}, {taken}{place}{build}, known by {use.bound}"
    lines = [f"  evidence  {use.path} ({known}) sha256:{use.digest[:16]}…"]
    return lines + [f"            {notice}" for notice in use.notices]
