"""Sections 1, 3 and 4: scope, known defects, and what was waived or accepted, by whom, until when."""

from __future__ import annotations

from flightrules.engine.verdict import CriterionResult, DefectLine, Status
from flightrules.reports.document import Block, Bullets, Cell, Column, Facts, Part, Section, Table, Text
from flightrules.reports.report import Report, actual_of, decided_because, target_of, title_of
from flightrules.reports.wording import approvals, count, glossed_over, moment
from flightrules.rules.exceptions import Acceptance, Waiver
from flightrules.rules.rulebook import Rulebook

__all__ = ["defect_section", "defects_known", "exception_section", "scope_section"]

_MOST = 200


def scope_section(report: Report) -> Section:
    """What is in, what was left out on purpose, and why it is worth releasing."""
    facts = report.rulebook.release
    parts: list[Block] = [
        Part("Features", (_list(facts.features, "Not stated in the rulebook."),)),
        Part("Excluded from this release", (_list(facts.excluded, "Nothing is stated as excluded."),)),
    ]
    more = [("Touches", ", ".join(facts.touches)), ("Justification", facts.justification)]
    stated = tuple((name, Cell(value)) for name, value in more if value)
    return Section(1, "Scope", (*parts, Facts(stated)) if stated else tuple(parts))


def _list(items: tuple[str, ...], otherwise: str) -> Bullets | Text:
    return Bullets(items) if items else Text(otherwise)


def defects_known(report: Report) -> bool:
    """Whether any criterion of the gate has really read defects; without one, none listed means nothing."""
    return any(
        result.rule.criterion.metric.startswith("defects.") and result.actual is not None
        for result in report.verdict.results
    )


def defect_section(report: Report) -> Section:
    """Every open defect with its decision, the blocking ones first."""
    lines = report.verdict.defects
    if not lines:
        said = "No open defect in the evidence." if defects_known(report) else _UNKNOWN
        return Section(3, "Defect Summary", (Text(said),))
    columns = (Column("ID"), Column("Title"), Column("Severity"), Column("Status"), Column("Decision"))
    rows = tuple(_defect(line) for line in lines[:_MOST])
    loud = frozenset(at for at, line in enumerate(lines[:_MOST]) if line.blocks)
    blocking = sum(line.blocks for line in lines)
    caption = f"{count(len(lines), 'open defect')}, {blocking} of them blocking"
    blocks: list[Block] = [Table(caption, columns, rows, loud)]
    if len(lines) > _MOST:
        blocks.append(Text(f"{count(len(lines) - _MOST, 'further defect')} in the JSON report."))
    return Section(3, "Defect Summary", tuple(blocks))


_UNKNOWN = "Not known: no criterion of this gate could read a list of defects. That is not the same as none."


def _defect(line: DefectLine) -> tuple[Cell, ...]:
    mark = "fail" if line.blocks else "waived" if line.acceptance else "none"
    return (
        Cell(line.id, code=True),
        Cell(line.title or "no title"),
        Cell(line.severity),
        Cell(line.state),
        Cell(line.decision[:1].upper() + line.decision[1:], decided_because(line), mark),
    )


def exception_section(report: Report) -> Section:
    """Each waiver and each accepted defect in full; then those on file that had no effect."""
    verdict, book = report.verdict, report.rulebook
    waived = [result for result in verdict.results if result.status is Status.WAIVED and result.waiver]
    accepted = [line for line in verdict.defects if line.acceptance is not None]
    blocks: list[Block] = [_waived(result, result.waiver, book) for result in waived if result.waiver]
    blocks += [_accepted(line, line.acceptance, book) for line in accepted if line.acceptance]
    standing = {result.waiver.id for result in waived if result.waiver}
    idle = [waiver for waiver in verdict.waivers if waiver.id not in standing]
    if idle:
        said = tuple(
            f"{one.id} for {one.criterion}, scope {one.scope}, until {moment(one.expires_at)}" for one in idle
        )
        blocks.append(Part("On file, without effect on this verdict", (Bullets(said),)))
    nothing = Text("No waiver and no risk acceptance stands for this release.")
    return Section(4, "Waivers and Risk Acceptances", tuple(blocks) or (nothing,))


def _waived(result: CriterionResult, waiver: Waiver, book: Rulebook) -> Part:
    actual, target = actual_of(result), target_of(result, typographic=True)
    facts = (
        ("Criterion that failed", Cell(f"{title_of(result)}: {actual} against {target}", result.reason)),
        ("Why it is waived", Cell(waiver.reason)),
        ("Approved by", Cell(approvals(waiver.approvals, book))),
        ("Compensating control", Cell(waiver.compensating_control)),
        ("Expires", Cell(moment(waiver.expires_at))),
        ("Scope", Cell(waiver.scope)),
    )
    return _with_guard(f"Waiver {waiver.id}", facts, glossed_over(waiver.reason, waiver.compensating_control))


def _accepted(line: DefectLine, accepted: Acceptance, book: Rulebook) -> Part:
    until = moment(accepted.expires_at) if accepted.expires_at else "its resolution target"
    facts = (
        ("Defect", Cell(f"{line.id}, {line.severity}: {line.title}")),
        ("Affected users", Cell(accepted.affected_users)),
        ("Business impact", Cell(accepted.business_impact)),
        ("Mitigation", Cell(accepted.mitigation)),
        ("Monitoring", Cell(accepted.monitoring)),
        ("Resolution target", Cell(accepted.resolution_target)),
        ("Accepted by", Cell(approvals(accepted.approvals, book))),
        ("Expires", Cell(until)),
        ("Scope", Cell(accepted.scope or "any release")),
    )
    word = "Acceptance that does not suffice" if line.blocks else "Accepted defect"
    remark = glossed_over(accepted.business_impact, accepted.mitigation)
    return _with_guard(f"{word} {line.id}", facts, remark)


def _with_guard(title: str, facts: tuple[tuple[str, Cell], ...], remark: str) -> Part:
    return Part(title, (Facts(facts), Text(remark)) if remark else (Facts(facts),))
