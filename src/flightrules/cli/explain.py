"""Explain a criterion, metric, operator, status or code; without a topic, list what there is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flightrules.errors import ExitCode, FlightrulesError, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["EXIT_CODES", "OPERATOR_WORDS", "STATUS_WORDS", "configure", "execute"]

EXIT_CODES = {
    0: "GO or CONDITIONAL GO; in advise mode also whatever else was found",
    1: "NO-GO: a criterion or defect blocks; for verify: the record does not hold; for gate: closed",
    2: "usage, rulebook or evidence error: something given cannot be read as what it claims to be",
    3: "no or stale data, or measured otherwise than stated: nothing failed, but not everything is known",
    4: "the service cannot be reached: for gate nothing is known, so the way is shut",
    5: "nothing was evaluated: no criterion applied, or without a rulebook no evidence was found",
    6: "waiting for people: the evidence is complete, a person decides; for gate: people or time can open it",
    70: "internal error: a defect of Flightrules; nothing was decided",
}
STATUS_WORDS = {
    "PASS": "measured as stated, and the value meets the threshold",
    "FAIL": "measured as stated, and the value does not meet the threshold",
    "WAIVED": "failed, and a valid waiver stands for this version: reason, approver, control, expiry, scope",
    "NO DATA": "nothing was measured; it is neither a pass nor a failure, and it blocks",
    "STALE": "the evidence is too old, of another build, or dated in the future; it blocks",
    "NOT MEASURED AS STATED": "measured, but not under the load, place, scope or length stated; it blocks",
    "NOT APPLICABLE": "the release does not touch what the criterion is for, with the reason",
    "ERROR": "an artefact or a reference cannot be read; it blocks",
    "GO": "every blocking criterion passes",
    "CONDITIONAL GO": "what blocks passes or is waived; its conditions are checked before deployment",
    "NO-GO": "a blocking criterion fails or a defect blocks",
    "HOLD": "nothing is known to fail, but something is not known yet",
}
OPERATOR_WORDS = {
    ">=": "at least: equal meets it",
    "<=": "at most: equal meets it",
    "=": "exactly",
    "!=": "anything but",
    ">": "more than: equal does not meet it",
    "<": "less than: equal does not meet it",
}


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "topic", nargs="*", metavar="TOPIC", help="criterion id, metric, code, status, operator"
    )
    parser.add_argument("--rulebook", metavar="FILE")


def execute(arguments: Namespace) -> int:
    """Print the explanation."""
    topic = " ".join(arguments.topic)
    lines = _overview() if not topic else _find(topic, arguments.rulebook)
    sys.stdout.write("\n".join([*lines, ""]))
    return int(ExitCode.GO)


def _overview() -> list[str]:
    return [
        "flightrules explain TOPIC, where TOPIC is",
        "  a criterion's id            flightrules explain p1-open",
        "  a metric, or all of them    flightrules explain tests.pass_rate, flightrules explain metrics",
        "  an error or warning code    flightrules explain E_EMPTY, flightrules explain codes",
        "  a status or verdict         flightrules explain NO DATA",
        "  an operator                 flightrules explain '>='",
        "  an exit code                flightrules explain exit 3",
    ]


def _find(topic: str, rulebook: str | None) -> list[str]:
    for look in (_listing, _code, _metric, _word, _format):
        found = look(topic)
        if found:
            return found
    return _criterion(topic, rulebook)


def _listing(topic: str) -> list[str] | None:
    if topic == "metrics":
        from flightrules.rules.metrics import METRICS

        return [f"{metric.name:<24} {metric.title} ({metric.unit})" for metric in METRICS.values()]
    if topic in ("codes", "errors"):
        from flightrules.errors.catalogue import CATALOGUE

        return [f"{code.name:<24} {code.summary}" for code in CATALOGUE.values()]
    return None


def _code(topic: str) -> list[str] | None:
    if not topic.startswith(("E_", "W_", "L_", "D_")):
        return None
    from difflib import get_close_matches

    from flightrules.errors.catalogue import CATALOGUE

    code = CATALOGUE.get(topic)
    if code is None:
        close = get_close_matches(topic, CATALOGUE, n=1)
        raise UsageError(
            "E_TOPIC",
            f"there is no code {topic[:60]}",
            hint=f"did you mean {close[0]}?" if close else "see flightrules explain codes",
        )
    return [f"{code.name}: {code.summary}", f"  why  {code.why}", f"  fix  {code.fix}"]


def _metric(topic: str) -> list[str] | None:
    from flightrules.rules.metrics import METRICS

    metric = METRICS.get(topic)
    if metric is None:
        return None
    better = "higher is better" if metric.better == "higher" else "lower is better"
    return [
        f"{metric.name}: {metric.title} in {metric.unit}, {better}",
        f"  formula   {metric.formula}",
        f"  evidence  {', '.join(metric.families)}",
        f"  written   {' | '.join(sorted(' '.join(sorted(core)) for core in metric.core))}",
    ]


def _word(topic: str) -> list[str] | None:
    if topic in OPERATOR_WORDS:
        return [f"{topic}  {OPERATOR_WORDS[topic]}"]
    if topic.upper() in STATUS_WORDS:
        return [f"{topic.upper()}: {STATUS_WORDS[topic.upper()]}"]
    number = topic.lower().removeprefix("exit").removeprefix(" code").strip()
    if number.isdecimal() and int(number) in EXIT_CODES:
        return [f"exit code {number}: {EXIT_CODES[int(number)]}"]
    return None


def _format(topic: str) -> list[str] | None:
    from flightrules.evidence.registry import FORMATS

    found = next((one for one in FORMATS if one.name == topic), None)
    return [f"{found.name}: {found.title} ({found.family}), recognised by its content"] if found else None


def _criterion(topic: str, rulebook: str | None) -> list[str]:
    from flightrules.cli.evaluation import load_here
    from flightrules.rules.metrics import METRICS
    from flightrules.rules.render import render

    try:
        book, _ = load_here(rulebook)
    except FlightrulesError as error:
        raise UsageError(
            "E_TOPIC",
            f"no topic {topic[:60]!r}, and the rulebook cannot be read ({error.message})",
            hint="see flightrules explain",
        ) from None
    rule = book.rule(topic)
    if rule is None:
        raise UsageError("E_TOPIC", f"nothing is called {topic[:60]!r}", hint="see flightrules explain")
    metric = METRICS[rule.criterion.metric]
    gates = ", ".join(gate.id for gate in book.gates if rule.id in gate.criteria) or "none"
    lines = [
        f"{rule.id}: {render(rule.criterion)}",
        f"  written   {rule.sentence}",
        f"  weight    {rule.enforcement}",
    ]
    lines += [f"  gates     {gates}", f"  stated in {rule.origin}", f"  formula   {metric.formula}"]
    lines += [f"  owner     {rule.owner}"] if rule.owner else []
    lines += [f"  because   {rule.rationale}"] if rule.rationale else []
    lines += [f"  waived by {', '.join(rule.waivable_by)}"] if rule.waivable_by else []
    return [*lines, f"  now       flightrules why {rule.id}"]
