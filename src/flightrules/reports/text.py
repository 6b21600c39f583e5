"""The verdict on a terminal: the table, what blocks with its way out, and one closing line."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from flightrules import __version__
from flightrules.engine.verdict import CriterionResult, EvidenceUse, Outcome, Status
from flightrules.reports.report import Report, actual_of, sorted_results, target_of, title_of

__all__ = ["Style", "render_text"]

_MARKS = {
    Status.PASS: ("✓", "32"),
    Status.FAIL: ("✗", "31;1"),
    Status.WAIVED: ("!", "33"),
    Status.NO_DATA: ("?", "33"),
    Status.STALE: ("◷", "33"),
    Status.NOT_MEASURED_AS_STATED: ("≠", "33"),
    Status.NOT_APPLICABLE: ("–", "2"),
    Status.ERROR: ("✗", "31;1"),
}
_SHORT = {Status.NOT_MEASURED_AS_STATED: "NOT AS STATED", Status.NOT_APPLICABLE: "N/A"}
_OUTCOMES = {Outcome.GO: "32;1", Outcome.CONDITIONAL_GO: "33;1", Outcome.NO_GO: "31;1", Outcome.HOLD: "33;1"}


@dataclass(frozen=True, slots=True)
class Style:
    """How it may look: colour, signs beyond ASCII, words only, and how wide."""

    colour: bool = False
    marks: bool = True
    accessible: bool = False
    width: int = 100

    def paint(self, text: str, code: str) -> str:
        """Text in a colour, where colours are wanted."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def render_text(report: Report, style: Style, *, exit_code: int, report_path: str | None = None) -> str:
    """The whole text, ending in a line end."""
    verdict = report.verdict
    lines = [_header(report, style), ""]
    lines += _rows(report, style)
    for result in sorted_results(report):
        if result.blocks or result.would_block or result.status is Status.WAIVED:
            lines += ["", *_why(result, style)]
    lines += _defects(report, style)
    lines += _conditions(report)
    if verdict.quarantined:
        lines += [
            "",
            f"Quarantined tests left out: {len(verdict.quarantined)}: {', '.join(verdict.quarantined[:5])}",
        ]
    return _printable("\n".join([*lines, "", *_closing(report, style, exit_code, report_path), ""]), style)


def _header(report: Report, style: Style) -> str:
    verdict, book = report.verdict, report.rulebook
    product = " ".join(part for part in (verdict.product, verdict.version) if part) or "this repository"
    name = f"profile {book.extends}" if book.extends and not book.identity.id else book.identity.id
    parts = [
        f"Flightrules {__version__}",
        product,
        f"gate {verdict.gate}",
        f"rulebook {verdict.rulebook_digest[:19]}",
    ]
    parts.insert(2, name) if name else None
    dot = " · " if style.marks else " | "
    return style.paint(dot.join(parts), "1")


def _rows(report: Report, style: Style) -> list[str]:
    if style.accessible:
        return [line for result in sorted_results(report) for line in _spoken(result)]
    cells = [
        (_label(result, style), title_of(result), actual_of(result), target_of(result), _seen(result))
        for result in sorted_results(report)
    ]
    head = ("", "Criterion", "Actual", "Target", "Evidence")
    widths = [max([len(head[i]), *(len(row[i]) for row in cells)]) for i in range(4)]
    widths[1] = max(16, min(widths[1], style.width - widths[0] - widths[2] - widths[3] - 24))
    rule = ("─" if style.marks else "-") * min(style.width, sum(widths) + 30)
    lines = [style.paint(_line(head, widths), "1"), rule]
    for result, row in zip(sorted_results(report), cells, strict=True):
        lines += _wrapped(row, widths, result, style)
    return lines


def _label(result: CriterionResult, style: Style) -> str:
    mark = f"{_MARKS[result.status][0]} " if style.marks else ""
    word = _SHORT.get(result.status, str(result.status))
    return f"{mark}{word}" + (" (advisory)" if result.would_block else "")


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    return f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}  {row[4]}".rstrip()


def _wrapped(row: tuple[str, ...], widths: list[int], result: CriterionResult, style: Style) -> list[str]:
    """A row whose title may take several lines; only the label is coloured."""
    pieces = _fold(row[1], widths[1])
    first = _line((row[0], pieces[0], *row[2:]), widths)
    label = style.paint(f"{row[0]:<{widths[0]}}", _MARKS[result.status][1])
    rest = [" " * (widths[0] + 2) + piece for piece in pieces[1:]]
    return [label + first[widths[0] :], *rest]


def _fold(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _spoken(result: CriterionResult) -> list[str]:
    return [
        f"{result.status}: {title_of(result)}. Actual {actual_of(result)}, target {target_of(result)}. {_seen(result)}"
    ]


def _seen(result: CriterionResult) -> str:
    """The evidence in few words: format, first file, how many more."""
    used = [one for one in result.evidence if one.refusal is None] or list(result.evidence)
    if not used:
        return "no evidence"
    first: EvidenceUse = used[0]
    more = f" +{len(used) - 1}" if len(used) > 1 else ""
    claimed = ", claimed" if any(one.claimed for one in used) else ""
    return f"{first.format or 'refused'} {first.path}{more}{claimed}"


def _why(result: CriterionResult, style: Style) -> list[str]:
    head = style.paint(result.rule.id, _MARKS[result.status][1])
    lines = [f"{head} {result.status}" + (" (advisory: would block)" if result.would_block else "")]
    lines.append(f"  why    {result.reason}")
    if result.interval is not None and result.interval.total:
        lines.append(
            f"         95 % interval {result.interval.low} to {result.interval.high} over {result.interval.total:,}"
        )
    lines += [f"         {detail}" for detail in result.details[:5]]
    if result.waiver is not None:
        who = ", ".join(
            f"{one.name} ({one.role}{'' if one.verified_by else ', claimed by file'})"
            for one in result.waiver.approvals
        )
        lines.append(
            f"  waiver {result.waiver.id} by {who} until {result.waiver.expires_at.isoformat()}: {result.waiver.reason}"
        )
    if result.fix:
        lines.append(f"  fix    {result.fix}")
    lines.append(f"  learn  flightrules explain {result.rule.id}")
    return lines


def _defects(report: Report, style: Style) -> list[str]:
    shown = [line for line in report.verdict.defects if line.blocks or line.acceptance is not None]
    if not shown:
        return []
    lines = ["", style.paint("Known defects", "1")]
    for one in shown:
        lines.append(f"  {one.id} {one.severity} {one.title}: {one.decision}")
        lines.append(f"         {one.reason}")
    return lines


def _conditions(report: Report) -> list[str]:
    conditions = report.verdict.conditions
    return ["", "Conditions", *(f"  {condition.text}" for condition in conditions)] if conditions else []


def _closing(report: Report, style: Style, exit_code: int, path: str | None) -> list[str]:
    verdict = report.verdict
    counts = [(status, sum(result.status is status for result in verdict.results)) for status in Status]
    said = [f"{count} {str(status).lower()}" for status, count in counts if count]
    blocked = sum(line.blocks for line in verdict.defects)
    said += [f"{blocked} blocking defects"] if blocked else []
    said += [f"exit {exit_code}"]
    said += [f"report: {path}"] if path else []
    dot = " · " if style.marks else " | "
    word = f"advise mode: would be {verdict.outcome}" if verdict.advise else str(verdict.outcome)
    return [f"{style.paint(word, _OUTCOMES[verdict.outcome])}  {dot.join(said)}"]


def _printable(text: str, style: Style) -> str:
    """Names from evidence must not drive the terminal: control characters are shown, not obeyed."""
    allowed = "\n\x1b" if style.colour else "\n"
    clean = "".join(
        c if c in allowed or unicodedata.category(c) != "Cc" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
    return clean if style.marks else clean.encode("ascii", "replace").decode("ascii")
