"""What every renderer is given."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flightrules.engine.operators import shown
from flightrules.engine.verdict import CriterionResult, Status, Verdict
from flightrules.rules.metrics import METRICS
from flightrules.rules.render import number, render
from flightrules.rules.rulebook import Rulebook

__all__ = ["ORDER", "Report", "actual_of", "sorted_results", "status_text", "target_of", "title_of"]

ORDER = (
    Status.FAIL,
    Status.ERROR,
    Status.NOT_MEASURED_AS_STATED,
    Status.STALE,
    Status.NO_DATA,
    Status.WAIVED,
    Status.PASS,
    Status.NOT_APPLICABLE,
)
_UNITS = {"%": " %", "ms": " ms", "1/s": " /s", "1/KLOC": " per KLOC"}


@dataclass(frozen=True, slots=True)
class Report:
    """A verdict with the agreement that it was reached under. Same report, same bytes."""

    verdict: Verdict
    rulebook: Rulebook


def sorted_results(report: Report) -> list[CriterionResult]:
    """Results as they are shown: what blocks first, then by status, then in the rulebook's order."""
    order = {status: at for at, status in enumerate(ORDER)}
    results = list(enumerate(report.verdict.results))
    results.sort(key=lambda item: (not item[1].blocks, order[item[1].status], item[0]))
    return [result for _, result in results]


def title_of(result: CriterionResult) -> str:
    """The criterion's subject in words, without operator and threshold."""
    criterion = result.rule.criterion
    if criterion.metric == "checklist.done_rate":
        return (criterion.selector("checklist") or "").capitalize()
    head = render(replace(criterion, scope=None)).partition(f" {criterion.operator} ")[0].rstrip(".")
    return f"{head}, {criterion.scope}" if criterion.scope else head


def target_of(result: CriterionResult) -> str:
    """Operator and threshold, such as ``>= 97 %``."""
    criterion = result.rule.criterion
    return f"{criterion.operator} {number(criterion.threshold)}{_UNITS.get(criterion.unit, '')}"


def actual_of(result: CriterionResult) -> str:
    """The measured value with its unit; a dash where nothing was measured."""
    if result.actual is None:
        return "–"
    text = shown(result.actual, result.rule.criterion.threshold)
    return f"{text}{_UNITS.get(result.unit, '')}"


def status_text(result: CriterionResult) -> str:
    """The status as the report's table says it: a waived failure stays visible as one."""
    if result.status is Status.WAIVED and result.waiver is not None:
        return f"FAIL, waiver granted ({result.waiver.id})"
    return str(result.status)


def formula_of(result: CriterionResult) -> str:
    """The metric's formula from the catalogue."""
    return METRICS[result.rule.criterion.metric].formula
