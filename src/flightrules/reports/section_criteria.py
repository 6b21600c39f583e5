"""Section 2: every criterion with target, actual, status and evidence; what fails stands first."""

from __future__ import annotations

from datetime import datetime

from flightrules.engine.verdict import CriterionResult, EvidenceUse, Status
from flightrules.reports.document import Block, Bullets, Cell, Column, Facts, Part, Section, Table, Text
from flightrules.reports.graph import bullet
from flightrules.reports.report import (
    MARKS,
    Report,
    actual_of,
    interval_of,
    sorted_results,
    status_text,
    target_of,
    title_of,
)
from flightrules.reports.wording import age, count, moment
from flightrules.rules.exceptions import Quarantined

__all__ = ["criteria_section", "mark_of"]

_COLUMNS = (
    Column("Criterion"),
    Column("Target", numeric=True),
    Column("Actual", numeric=True),
    Column("Against target", graph=True),
    Column("Status"),
    Column("Evidence"),
)
_QUIET = (Status.PASS, Status.NOT_APPLICABLE)
_DETAILS = 5


def criteria_section(report: Report) -> Section:
    """The table, then for each criterion that is not met why and what clears it, then quarantine."""
    results = sorted_results(report)
    blocks: list[Block] = [_table(report, results)]
    open_ones = [result for result in results if result.status not in _QUIET]
    if open_ones:
        blocks.append(Part("Why, and what clears it", tuple(_why(result) for result in open_ones)))
    aside = [result for result in results if result.status is Status.NOT_APPLICABLE]
    if aside:
        said = tuple(f"{title_of(result)}: {result.reason}" for result in aside)
        blocks.append(Part("Not applicable", (Bullets(said),)))
    blocks.append(Part("Quarantined tests", _quarantine(report)))
    return Section(2, "Exit Criteria Status", tuple(blocks))


def mark_of(result: CriterionResult) -> str:
    """The shape beside the status: an advisory one is hollow, since it does not block."""
    return "advise" if result.would_block else MARKS[result.status]


def _table(report: Report, results: list[CriterionResult]) -> Table:
    rows = tuple(_row(result, report.verdict.as_of) for result in results)
    loud = frozenset(at for at, result in enumerate(results) if result.blocks)
    return Table(f"Criteria of the gate {report.verdict.gate}, what blocks first", _COLUMNS, rows, loud)


def _row(result: CriterionResult, as_of: datetime) -> tuple[Cell, ...]:
    criterion = result.rule.criterion
    where = f" in {criterion.environment}" if criterion.environment else ""
    method = f"; measured by {criterion.method}{where}" if criterion.method else ""
    graph = bullet(result)
    return (
        Cell(title_of(result), f"{result.rule.id}, {result.enforcement}{method}"),
        Cell(target_of(result, typographic=True)),
        Cell(actual_of(result), interval_of(result.interval)),
        Cell("" if graph else _in_words(result), graph=graph),
        Cell(status_text(result), mark=mark_of(result)),
        _evidence(result, as_of),
    )


def _in_words(result: CriterionResult) -> str:
    if result.actual is None:
        return "nothing measured"
    if result.rule.criterion.threshold == 0 and result.rule.criterion.operator in ("=", "<="):
        return (
            "none allowed, none found" if result.actual == 0 else f"none allowed, {actual_of(result)} found"
        )
    return ""


def _evidence(result: CriterionResult, as_of: datetime) -> Cell:
    used = [one for one in result.evidence if one.refusal is None] or list(result.evidence)
    if not used:
        return Cell("none")
    first = used[0]
    more = f" and {len(used) - 1} more" if len(used) > 1 else ""
    return Cell(f"{first.path}{more}", _seen(first, used, as_of))


def _seen(first: EvidenceUse, used: list[EvidenceUse], as_of: datetime) -> str:
    if first.refusal is not None:
        return "refused"
    parts = [first.format, age(as_of - first.taken_at) if first.taken_at else "of unknown age"]
    parts += ["claimed"] if any(one.claimed for one in used) else []
    return ", ".join(part for part in parts if part)


def _why(result: CriterionResult) -> Part:
    items = [("Why", Cell(result.reason))]
    items += [("Detail", Cell(detail)) for detail in result.details[:_DETAILS]]
    left = len(result.details) - _DETAILS
    items += [("", Cell(f"{count(left, 'further detail')} in the JSON report"))] if left > 0 else []
    items += [("To clear it", Cell(result.fix))] if result.fix else []
    items += [("Waiver", Cell(f"{result.waiver.id}, see section 4"))] if result.waiver else []
    return Part(f"{status_text(result)}: {title_of(result)}", (Facts(tuple(items)),))


def _quarantine(report: Report) -> tuple[Block, ...]:
    names, agreed = report.verdict.quarantined, report.rulebook.quarantine
    if not names:
        listed_ones = len(agreed.entries)
        aside = f" The agreed list names {listed_ones}." if listed_ones else ""
        return (Text(f"No test was left out of a rate.{aside}"),)
    head = f"{count(len(names), 'test')} left out of rates; the agreed limit is {agreed.limit} entries."
    before = f" A sprint ago the list had {agreed.previous}." if agreed.previous is not None else ""
    rows = tuple(_quarantined(name, _entry(name, agreed.entries)) for name in names)
    columns = (Column("Test"), Column("Owner"), Column("Reason"), Column("Counts again from"))
    return (Text(head + before), Table("Quarantined tests, named", columns, rows))


def _entry(name: str, entries: tuple[Quarantined, ...]) -> Quarantined | None:
    from fnmatch import fnmatchcase

    exact = next((entry for entry in entries if entry.test == name), None)
    return exact or next((entry for entry in entries if fnmatchcase(name, entry.test)), None)


def _quarantined(name: str, entry: Quarantined | None) -> tuple[Cell, ...]:
    if entry is None:
        return (Cell(name, code=True), Cell("not stated"), Cell("not stated"), Cell("not stated"))
    return (Cell(name, code=True), Cell(entry.owner), Cell(entry.reason), Cell(moment(entry.expires_at)))
