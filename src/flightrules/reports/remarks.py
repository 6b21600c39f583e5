"""What a build host is told one by one: blocking defects, passes that are not shown, criteria not met."""

from __future__ import annotations

from flightrules.reports.report import Report, Weight, sorted_results, standing, weight_of
from flightrules.values import frozen

__all__ = ["Remark", "remarks"]


@frozen
class Remark:
    """One thing to look at.

    ``check`` stays the same when only the numbers move; ``title`` names it, ``said`` tells more beside the
    title, ``sentence`` tells all alone; ``origin`` is ``file:line`` of the rulebook or empty.
    """

    check: str
    title: str
    said: str
    sentence: str
    weight: Weight
    origin: str = ""


def remarks(report: Report) -> list[Remark]:
    """Everything that blocks, would block or is waived: the most serious first, defects before criteria."""
    found = [*_defects(report), *_before(report), *_criteria(report)]
    return sorted(found, key=lambda one: one.weight)


def _blocking(report: Report) -> Weight:
    return Weight.ADVISES if report.verdict.advise else Weight.BLOCKS


def _defects(report: Report) -> list[Remark]:
    return [
        Remark(
            f"known-defect/{line.id}",
            f"{line.id} ({line.severity})",
            f"{line.title}: {line.reason}",
            f"{line.id} ({line.severity}) {line.title}: {line.reason}",
            _blocking(report),
        )
        for line in report.verdict.defects
        if line.blocks
    ]


def _before(report: Report) -> list[Remark]:
    return [
        Remark(
            f"passed-before/{one.environment}",
            f"no pass in {one.environment}",
            one.reason,
            f"no pass in {one.environment} is shown: {one.reason}",
            _blocking(report),
        )
        for one in report.verdict.upstream
        if not one.passed
    ]


def _criteria(report: Report) -> list[Remark]:
    weighed = ((result, weight_of(result, report.verdict)) for result in sorted_results(report))
    return [
        Remark(result.rule.id, result.rule.id, standing(result), standing(result), weight, result.rule.origin)
        for result, weight in weighed
        if weight is not Weight.NOTHING
    ]
