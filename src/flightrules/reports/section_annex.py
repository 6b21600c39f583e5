"""What follows the six sections: indicators, definitions, evidence, what was not used or not found."""

from __future__ import annotations

from flightrules.engine.verdict import EvidenceUse, Status
from flightrules.reports.document import Block, Bullets, Cell, Column, Facts, Part, Section, Table, Text
from flightrules.reports.report import Report, actual_of, title_of
from flightrules.reports.wording import count, moment
from flightrules.rules.indicator import Indicator

__all__ = ["annex_sections", "indicator_of"]

_MOST = 200
_BOUND = {
    "content": "stated by the artefact",
    "binding": "claimed by a file",
    "sender": "stated by its sender (claimed)",
    "register": "kept in the service",
    "source": "declared by the rulebook (claimed)",
    "unknown": "not known",
}


def annex_sections(report: Report) -> tuple[Section, ...]:
    """The sections after the six, each left out where it would be empty except what must be said."""
    sections = [
        _notes(report),
        _indicators(report),
        _definitions(report),
        _evidence(report),
        _left_out(report),
    ]
    return tuple(section for section in sections if section.blocks)


def indicator_of(report: Report, kind: str) -> tuple[Indicator | None, str]:
    """The one indicator of a kind that the report shows, and its value.

    Indicators are agreed in the rulebook. One whose id or source names a criterion of this gate has that
    criterion's value; the first that has a value is shown, else the first of its kind as not measured.
    """
    values = {
        result.rule.id: actual_of(result) for result in report.verdict.results if result.actual is not None
    }
    found = [one for one in report.rulebook.indicators if one.kind == kind]
    for one in found:
        value = values.get(one.source) or values.get(one.id)
        if value:
            return one, value
    return (found[0], "not measured") if found else (None, "not measured")


def _notes(report: Report) -> Section:
    said = report.verdict.warnings
    blocks: tuple[Block, ...] = (Bullets(said),) if said else ()
    return Section(0, "Before you rely on it", blocks)


def _indicators(report: Report) -> Section:
    head = "Gates decide this release; indicators foretell the next one and never block."
    columns = (
        Column("Kind"),
        Column("Indicator"),
        Column("Value", numeric=True),
        Column("Good"),
        Column("Known"),
    )
    rows = tuple(_indicator(kind, *indicator_of(report, kind)) for kind in ("leading", "lagging"))
    return Section(
        0, "Indicators", (Text(head), Table("One leading and one lagging indicator", columns, rows))
    )


def _indicator(kind: str, one: Indicator | None, value: str) -> tuple[Cell, ...]:
    if one is None:
        return Cell(kind), Cell("none agreed in the rulebook"), Cell(value), Cell("–"), Cell("–")
    unit = f", in {one.unit}" if one.unit else ""
    return (
        Cell(kind),
        Cell(one.title, f"{one.formula}{unit}"),
        Cell(value),
        Cell(f"{one.better} is better"),
        Cell(one.known or "not stated"),
    )


def _definitions(report: Report) -> Section:
    found: dict[tuple[str, str], list[str]] = {}
    for result in report.verdict.results:
        for pair in result.definitions:
            found.setdefault(pair, []).append(result.rule.id)
    columns = (Column("What"), Column("Definition used"), Column("In"))
    rows = tuple(
        (Cell(name), Cell(said), Cell(", ".join(dict.fromkeys(ids)))) for (name, said), ids in found.items()
    )
    table = (Table("Formulas, and the choice made where they differ in the field", columns, rows),)
    return Section(0, "How it was measured", table if rows else ())


def _evidence(report: Report) -> Section:
    verdict = report.verdict
    used = [one for one in verdict.evidence if one.refusal is None]
    refused = [one for one in verdict.evidence if one.refusal is not None]
    blocks: list[Block] = [_artefacts(used)] if used else [Text("No evidence was used.")]
    if len(used) > _MOST:
        blocks.append(Text(f"{count(len(used) - _MOST, 'further artefact')} in the JSON report."))
    if refused:
        said = tuple(f"{one.path}: {one.refusal}" for one in refused[:_MOST])
        blocks.append(Part("Refused", (Bullets(said),)))
    subject = verdict.artefact_digest
    blocks.append(
        Facts(
            (
                ("Rulebook digest", Cell(verdict.rulebook_digest, code=True)),
                ("Released artefact, SHA-256", Cell(subject, code=True) if subject else Cell("not stated")),
            )
        )
    )
    return Section(0, "Evidence", tuple(blocks))


def _artefacts(used: list[EvidenceUse]) -> Table:
    columns = (
        Column("Artefact"),
        Column("Method"),
        Column("Taken"),
        Column("Environment and build"),
        Column("SHA-256"),
    )
    return Table(
        "Artefacts that the verdict rests on", columns, tuple(_artefact(one) for one in used[:_MOST])
    )


def _artefact(one: EvidenceUse) -> tuple[Cell, ...]:
    notices = "; ".join(one.notices[:3])
    claimed = "claimed" if one.claimed else ""
    known = ", ".join(part for part in (one.environment, one.build) if part)
    return (
        Cell(one.path, notices),
        Cell(
            one.method or "unnamed",
            ", ".join(part for part in (one.format, f"{one.size:,} bytes", claimed) if part),
        ),
        Cell(moment(one.taken_at) if one.taken_at else "not known"),
        Cell(known or "not known", _BOUND.get(one.bound, one.bound) if known else ""),
        Cell(one.digest, code=True),
    )


def _left_out(report: Report) -> Section:
    verdict = report.verdict
    blocks: list[Block] = []
    if verdict.unused:
        more = len(verdict.unused) - _MOST
        tail = (f"and {more} more",) if more > 0 else ()
        blocks.append(
            Part("Found, but no criterion of this gate uses it", (Bullets(verdict.unused[:_MOST] + tail),))
        )
    missing = [result for result in verdict.results if result.status is Status.NO_DATA]
    if missing:
        said = tuple(f"{title_of(result)}: {result.reason}" for result in missing)
        blocks.append(Part("Looked for, and not found", (Bullets(said),)))
    others = [gate.id for gate in report.rulebook.gates if gate.id != verdict.gate]
    if others:
        said = (f"Criteria that only stand in the gates {', '.join(others)} were not evaluated.",)
        blocks.append(Part("Not looked at", (Bullets(said),)))
    return Section(0, "Not used and not found", tuple(blocks))
