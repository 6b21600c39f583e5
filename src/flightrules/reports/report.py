"""What every renderer is given, and the words that all of them share."""

from __future__ import annotations

from decimal import Decimal
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from flightrules.engine.operators import shown
from flightrules.engine.verdict import CriterionResult, DefectLine, Interval, Status, Verdict
from flightrules.rules.criterion import Criterion
from flightrules.rules.exceptions import Approval
from flightrules.rules.metrics import METRICS
from flightrules.rules.render import number, render
from flightrules.rules.rulebook import Rulebook
from flightrules.values import frozen, replace

if TYPE_CHECKING:
    from flightrules.reports.document import Document

__all__ = [
    "MARKS",
    "ORDER",
    "SIGNS",
    "Report",
    "Weight",
    "actual_of",
    "behind",
    "blocker_lines",
    "decided_because",
    "formula_of",
    "in_service",
    "interval_of",
    "known_by",
    "product_of",
    "sorted_results",
    "standing",
    "status_text",
    "target_of",
    "title_of",
    "weight_of",
]

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
MARKS = {
    Status.PASS: "pass",
    Status.FAIL: "fail",
    Status.WAIVED: "waived",
    Status.NO_DATA: "nodata",
    Status.STALE: "stale",
    Status.NOT_MEASURED_AS_STATED: "unfit",
    Status.NOT_APPLICABLE: "none",
    Status.ERROR: "error",
}
SIGNS = {
    "pass": "✓",
    "fail": "✗",
    "waived": "!",
    "nodata": "?",
    "stale": "◷",
    "unfit": "≠",
    "none": "–",
    "error": "✗",
    "advise": "△",
}
_PLACE = Decimal("0.1")
_UNITS = {"%": " %", "ms": " ms", "s": " s", "1/s": " /s", "1/KLOC": " per KLOC"}
_TYPE = {">=": "≥", "<=": "≤", "!=": "≠"}


class Weight(IntEnum):
    """How much a result weighs, the most serious first."""

    BLOCKS = 0
    ADVISES = 1  # would block, were it not advisory or the rulebook in advise mode
    WAIVED = 2
    NOTHING = 3


@frozen
class Report:
    """A verdict with the agreement that it was reached under. Same report, same bytes.

    ``agreed`` says who signed the edition, where a service holds the signatures; else the file's claim shows.
    """

    verdict: Verdict
    rulebook: Rulebook
    agreed: str = ""

    @cached_property
    def documents(self) -> dict[str, Document]:
        """Room for what is written once and then shown alike by page, Markdown and PDF; by its kind."""
        return {}


def sorted_results(report: Report) -> list[CriterionResult]:
    """Results as they are shown: what blocks first, then by status, then in the rulebook's order."""
    order = {status: at for at, status in enumerate(ORDER)}
    results = list(enumerate(report.verdict.results))
    results.sort(key=lambda item: (not item[1].blocks, order[item[1].status], item[0]))
    return [result for _, result in results]


def weight_of(result: CriterionResult, verdict: Verdict) -> Weight:
    """What a pipeline should make of a result: in advise mode nothing blocks."""
    if result.blocks and not verdict.advise:
        return Weight.BLOCKS
    if result.blocks or result.would_block:
        return Weight.ADVISES
    return Weight.WAIVED if result.status is Status.WAIVED else Weight.NOTHING


def title_of(result: CriterionResult) -> str:
    """The criterion's subject in words, without operator and threshold."""
    return _title(result.rule.criterion)


@lru_cache(maxsize=1024)
def _title(criterion: Criterion) -> str:
    if criterion.metric == "checklist.done_rate":
        return (criterion.selector("checklist") or "").capitalize()
    head = render(replace(criterion, scope=None)).partition(f" {criterion.operator} ")[0].rstrip(".")
    return f"{head}, {criterion.scope}" if criterion.scope else head


def target_of(result: CriterionResult, *, typographic: bool = False) -> str:
    """Operator and threshold, such as ``>= 97 %``, or ``≥ 97 %`` for readers."""
    criterion = result.rule.criterion
    operator = _TYPE.get(criterion.operator, criterion.operator) if typographic else criterion.operator
    return f"{operator} {number(criterion.threshold)}{_UNITS.get(criterion.unit, '')}"


def actual_of(result: CriterionResult) -> str:
    """The measured value with its unit; a dash where nothing was measured."""
    if result.actual is None:
        return "–"
    text = shown(result.actual, result.rule.criterion.threshold)
    return f"{text}{_UNITS.get(result.unit, '')}"


def behind(result: CriterionResult) -> str:
    """The reason without the value that it repeats in front."""
    return result.reason.removeprefix(f"{actual_of(result)}: ")


def standing(result: CriterionResult) -> str:
    """The criterion against its target in one sentence with numbers."""
    target = target_of(result, typographic=True)
    if result.actual is None:
        return f"{title_of(result)}: {result.status}, target {target}; {result.reason}"
    return f"{title_of(result)}: {actual_of(result)}, target {target}; {behind(result)}"


def blocker_lines(report: Report) -> tuple[str, ...]:
    """What keeps the gate shut, most serious first: defects one by one, then criteria."""
    defects = tuple(
        f"{line.id} ({line.severity}) {line.title}: {line.reason}"
        for line in report.verdict.defects
        if line.blocks
    )
    return defects + tuple(standing(result) for result in sorted_results(report) if result.blocks)


def status_text(result: CriterionResult) -> str:
    """The status as the report's table says it: a waived failure stays visible as one."""
    if result.status is Status.WAIVED:
        return "FAIL — waiver granted (see section 4)"
    return f"{result.status} (advisory)" if result.would_block else str(result.status)


def interval_of(interval: Interval | None) -> str:
    """The numbers behind a rate with the 95 % interval, its ends rounded outwards to one place."""
    if interval is None or not interval.total:
        return ""
    low = interval.low.quantize(_PLACE, "ROUND_FLOOR")
    high = interval.high.quantize(_PLACE, "ROUND_CEILING")
    return f"{interval.successes:,} of {interval.total:,}, 95 % interval {number(low)} to {number(high)} %"


def formula_of(result: CriterionResult) -> str:
    """The metric's formula from the catalogue."""
    return METRICS[result.rule.criterion.metric].formula


def known_by(approval: Approval) -> str:
    """How an approval is known: by a key, by who was signed in, or only because a file says so."""
    if not approval.verified_by:
        return "claimed by a file"
    return "given in the service" if in_service(approval) else f"signed by key {approval.verified_by}"


def in_service(approval: Approval) -> bool:
    """Whether the service vouches for who it was; it names the person where a signature names a key."""
    return (approval.verified_by or "").startswith("person ")


def decided_because(line: DefectLine) -> str:
    """Why a defect blocks or ships; an acceptance that only a file claims is marked as such."""
    accepted = line.acceptance
    claimed = accepted is not None and not all(one.verified_by for one in accepted.approvals)
    return f"{line.reason} (claimed by a file)" if claimed and not line.blocks else line.reason


def product_of(report: Report) -> str:
    """Product and version, as a title."""
    verdict = report.verdict
    return " ".join(part for part in (verdict.product, verdict.version) if part) or "This repository"
