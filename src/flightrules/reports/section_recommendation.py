"""Section 6: GO, CONDITIONAL GO, NO-GO or HOLD with what it rests on, and the lines to sign."""

from __future__ import annotations

from collections.abc import Iterable

from flightrules.engine.verdict import Outcome, Verdict
from flightrules.reports.document import BLANK, Block, Bullets, Cell, Column, Part, Section, Table, Text
from flightrules.reports.report import Report, blocker_lines, sorted_results, title_of
from flightrules.reports.wording import count, listed, met, role_title, span, statement
from flightrules.rules.authority import Act
from flightrules.rules.rulebook import Rulebook

__all__ = ["blocking_severities", "override_needs", "recommendation_section", "verdict_sentence"]

_AFTER = ("decision", "override", "verbal-sign-off", "release", "emergency-release")


def verdict_sentence(report: Report) -> str:
    """The verdict in one sentence with its numbers."""
    verdict = report.verdict
    passed, apply = met(verdict)
    criteria = "criterion" if apply == 1 else "criteria"
    if verdict.outcome is Outcome.GO:
        return f"{passed} of {apply} {criteria} met, nothing waived.{_advisory(verdict)}"
    if verdict.outcome is Outcome.CONDITIONAL_GO:
        waived = sum(result.waiver is not None for result in verdict.results)
        accepted = sum(line.acceptance is not None for line in verdict.defects)
        set_aside = [count(waived, "waiver")] if waived else []
        set_aside += [count(accepted, "accepted defect")] if accepted else []
        return f"{passed} of {apply} {criteria} met; {listed(set_aside)}.{_advisory(verdict)}"
    blocked = sum(result.blocks for result in verdict.results)
    defects = sum(line.blocks for line in verdict.defects)
    if verdict.outcome is Outcome.NO_GO:
        parts = [f"{count(blocked, 'criterion', 'criteria')} not met"] if blocked else []
        parts += [count(defects, "blocking defect")] if defects else []
        return f"{passed} of {apply} {criteria} met; {listed(parts)}.{_advisory(verdict)}"
    before = [one.environment for one in verdict.upstream if not one.passed]
    waits = f"{blocked} cannot be judged yet. Missing data is neither pass nor fail."
    if before:
        waits = f"no pass in {listed(before)} is shown, and it is required before."
        waits += f" {blocked} cannot be judged yet." if blocked else ""
    return f"{passed} of {apply} {criteria} met; {waits}{_advisory(verdict)}"


def _advisory(verdict: Verdict) -> str:
    number = sum(result.would_block for result in verdict.results)
    verb = "does" if number == 1 else "do"
    said = count(number, "advisory criterion", "advisory criteria")
    return f" {said} {verb} not pass." if number else ""


def recommendation_section(report: Report) -> Section:
    """The recommendation, its grounds, the lines to sign, and what is due afterwards."""
    verdict, book = report.verdict, report.rulebook
    word = f"Advise mode: would be {verdict.outcome}" if verdict.advise else str(verdict.outcome)
    blocks: list[Block] = [Text(f"{word}. {verdict_sentence(report)}", strong=True), *_grounds(report)]
    blocks.append(Part("Signatures", _signatures(report)))
    if verdict.outcome is Outcome.NO_GO:
        blocks.append(
            Part("If this is overridden", (Text(override_needs(book, blocking_severities(verdict))),))
        )
    due = [one for one in book.obligations if one.after in _AFTER and _concerns(one.applies_to, book)]
    if due:
        said = tuple(
            f"Within {span(one.within)} of the {one.after.replace('-', ' ')}: {one.what}"
            + (f" Owner: {role_title(book, one.owner)}." if one.owner else "")
            for one in due
        )
        blocks.append(Part("Due afterwards", (Bullets(said),)))
    return Section(6, "Recommendation", tuple(blocks))


def _concerns(applies_to: str, book: Rulebook) -> bool:
    return applies_to in ("", book.release.track, book.release.release_class)


def _grounds(report: Report) -> list[Block]:
    verdict = report.verdict
    if verdict.outcome is Outcome.NO_GO:
        return [Part("Blocking items", (Bullets(blocker_lines(report), numbered=True),))]
    if verdict.outcome is Outcome.HOLD:
        awaited = tuple(
            f"{title_of(result)}: {result.reason}" + (f" To do: {result.fix}." if result.fix else "")
            for result in sorted_results(report)
            if result.blocks
        )
        awaited += tuple(
            f"a pass in {one.environment}: {one.reason}" for one in verdict.upstream if not one.passed
        )
        return [Part("Awaited", (Bullets(awaited or ("a criterion that can be judged",), numbered=True),))]
    if verdict.conditions:
        said = tuple(one.text[:1].upper() + one.text[1:] for one in verdict.conditions)
        head = Text("Each holds at the moment of deployment, or this is not a go:")
        return [Part("Conditions", (head, Bullets(said, numbered=True)))]
    return []


def _signatures(report: Report) -> tuple[Block, ...]:
    verdict, book = report.verdict, report.rulebook
    if verdict.advise:
        return (
            Text("The rulebook is in advise mode: this is what it would have said, and nothing is signed."),
        )
    columns = (
        Column("Signs"),
        Column("Name"),
        Column("Statement"),
        Column("Signature"),
        Column("Date, time and zone"),
    )
    rows = [_line(role, "quality verdict", statement(verdict), book) for role in _signers(book, "verdict")]
    if verdict.outcome in (Outcome.GO, Outcome.CONDITIONAL_GO):
        said = "I authorise the release on this verdict."
        rows += [_line(role, "authorisation", said, book) for role in _signers(book, "authorisation")]
    return (Table("Lines to sign", columns, tuple(rows)),)


def _signers(book: Rulebook, act: str) -> tuple[str, ...]:
    found = book.authority.act(act)
    if found is None:
        return ("qa_lead",) if act == "verdict" else ()
    return tuple(dict.fromkeys((*found.accountable, *found.required, *found.signers)))


def _line(role: str, act: str, said: str, book: Rulebook) -> tuple[Cell, ...]:
    known = book.authority.role(role)
    person = known.person if known is not None else ""
    if role == "qa_lead" and not person:
        person = book.release.qa_lead
    return Cell(role_title(book, role), act), Cell(person) if person else BLANK, Cell(said), BLANK, BLANK


def blocking_severities(verdict: Verdict) -> list[str]:
    """Severities of the open defects that block."""
    return [line.severity for line in verdict.defects if line.blocks]


def override_needs(book: Rulebook, severities: Iterable[str] = ()) -> str:
    """What an override takes; a written one is legitimate, an unwritten one is not."""
    act = book.authority.act("override") or Act("override", required=("qa_lead",), quorum=2)
    must = listed([role_title(book, role) for role in act.required])
    able = book.severity.lifting(severities, [role for role in act.signers if role not in act.required])
    others = [role_title(book, role) for role in able if role not in act.required]
    among = f", {must} among them (who may sign as dissent acknowledged)" if must else ""
    with_whom = f"; the other is {listed(others, 'or')}" if others else ""
    return (
        f"It takes {count(max(act.needed, 2), 'signature')} of different people in writing{among}"
        f"{with_whom}. "
        "The document names each blocking item above that is accepted, and is attached to the release ticket."
    )
