"""The release readiness report: header, verdict, six sections and the annex, as a document without a look."""

from __future__ import annotations

from flightrules import __version__
from flightrules.engine.verdict import Outcome
from flightrules.reports.document import Banner, Cell, Document, Facts
from flightrules.reports.report import Report, blocker_lines, product_of
from flightrules.reports.section_annex import annex_sections
from flightrules.reports.section_criteria import criteria_section
from flightrules.reports.section_defects import defect_section, exception_section, scope_section
from flightrules.reports.section_recommendation import recommendation_section, verdict_sentence
from flightrules.reports.section_rollback import rollback_section
from flightrules.reports.wording import moment, role_title, window

__all__ = ["OUTCOME_MARKS", "readiness", "verdict_word"]

OUTCOME_MARKS = {
    Outcome.GO: "pass",
    Outcome.CONDITIONAL_GO: "waived",
    Outcome.NO_GO: "fail",
    Outcome.HOLD: "stale",
}
_POINTS = 6


def readiness(report: Report) -> Document:
    """The whole report; it reads nothing but the report given."""
    if "readiness" not in report.documents:
        report.documents["readiness"] = _written(report)
    return report.documents["readiness"]


def _written(report: Report) -> Document:
    return Document(
        title=product_of(report),
        kind="Release readiness report",
        header=_header(report),
        agreement=_agreement(report),
        banner=_banner(report),
        sections=(
            scope_section(report),
            criteria_section(report),
            defect_section(report),
            exception_section(report),
            rollback_section(report),
            recommendation_section(report),
            *annex_sections(report),
        ),
        foot=f"Flightrules {__version__}, as of {moment(report.verdict.as_of)}, "
        f"rulebook {report.verdict.rulebook_digest}",
    )


def verdict_word(report: Report) -> str:
    """The verdict's word; in advise mode what it would have been."""
    outcome = report.verdict.outcome
    return f"would be {outcome}" if report.verdict.advise else str(outcome)


def _banner(report: Report) -> Banner:
    verdict = report.verdict
    lines = blocker_lines(report)
    points = lines[:_POINTS]
    if len(lines) > _POINTS:
        points += (f"and {len(lines) - _POINTS} more, see section 6",)
    sentence = verdict_sentence(report)
    if verdict.advise:
        sentence = f"Advise mode, nothing blocks. {sentence}"
    return Banner(verdict_word(report), OUTCOME_MARKS[verdict.outcome], sentence, points)


def _header(report: Report) -> Facts:
    items = [
        ("Date", Cell(moment(report.verdict.as_of))),
        ("QA lead", Cell(_qa_lead(report))),
        ("Release window", Cell(window(report.rulebook))),
    ]
    return Facts(tuple(items))


def _agreement(report: Report) -> Facts:
    book = report.rulebook
    items = [
        ("Gate", Cell(_gate(report))),
        ("Rulebook", Cell(_rulebook(report))),
        ("Rulebook digest", Cell(report.verdict.rulebook_digest, code=True)),
        ("Profile", Cell(book.extends or _profile(book.origin) or "none")),
        ("Thresholds agreed by", Cell(_agreed(report))),
    ]
    return Facts(tuple(items))


def _profile(origin: str) -> str:
    return origin.removeprefix("profile ") if origin.startswith("profile ") else ""


def _qa_lead(report: Report) -> str:
    role = report.rulebook.authority.role("qa_lead")
    return report.rulebook.release.qa_lead or (role.person if role is not None else "") or "not stated"


def _gate(report: Report) -> str:
    gate = report.rulebook.gate(report.verdict.gate)
    title = f"{gate.title}, " if gate is not None and gate.title else ""
    blocks = f"; blocks {gate.blocks}" if gate is not None and gate.blocks else ""
    return f"{title}{report.verdict.gate}{blocks}"


def _rulebook(report: Report) -> str:
    book = report.rulebook
    name = " ".join(part for part in (book.identity.id, book.identity.version) if part)
    mode = ", advise mode" if report.verdict.advise else ""
    return (name or book.origin or "unnamed") + mode


def _agreed(report: Report) -> str:
    if report.agreed:
        return report.agreed
    book = report.rulebook
    said = [
        f"{one.name}, {role_title(book, one.role)}" + (f", {moment(one.at)}" if one.at else "")
        for one in book.identity.agreed_by
    ]
    return f"{'; '.join(said)} (claimed by the rulebook)" if said else "nobody is named in the rulebook"
