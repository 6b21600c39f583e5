"""The verdict on a terminal: the table, what blocks with its way out, what is missing, one closing line."""

from __future__ import annotations

from flightrules import __version__
from flightrules.engine.verdict import CriterionResult, EvidenceUse, Outcome, Status
from flightrules.inert import log_safe, one_line
from flightrules.reports.report import (
    MARKS,
    SIGNS,
    Report,
    actual_of,
    behind,
    decided_because,
    interval_of,
    known_by,
    sorted_results,
    target_of,
    title_of,
)
from flightrules.reports.text_layout import clipped, hanging, joined, table_lines
from flightrules.reports.wording import count, moment
from flightrules.values import frozen

__all__ = ["Style", "render_text"]

_COLOURS = {
    Status.PASS: "32",
    Status.FAIL: "31;1",
    Status.WAIVED: "33",
    Status.NO_DATA: "33",
    Status.STALE: "33",
    Status.NOT_MEASURED_AS_STATED: "33",
    Status.NOT_APPLICABLE: "2",
    Status.ERROR: "31;1",
}
_SHORT = {Status.NOT_MEASURED_AS_STATED: "NOT AS STATED", Status.NOT_APPLICABLE: "N/A"}
_OUTCOMES = {Outcome.GO: "32;1", Outcome.CONDITIONAL_GO: "33;1", Outcome.NO_GO: "31;1", Outcome.HOLD: "33;1"}
_GROUP_FROM = 3  # so many criteria without any evidence are told by method, not one by one
_DETAILS = 5
_LOOKED = "looked for "
_PLAIN = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "·": "|", "≥": ">=", "≤": "<=", "≠": "!=", "─": "-", "✓": "", "✗": ""}
)


@frozen
class Style:
    """How it may look: colour, signs beyond ASCII, words only, and how wide."""

    colour: bool = False
    marks: bool = True
    accessible: bool = False
    width: int = 100

    def paint(self, text: str, code: str) -> str:
        """Text in a colour, where colours are wanted."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    @property
    def dot(self) -> str:
        """What stands between the parts of a line."""
        return " · " if self.marks else ", " if self.accessible else " | "


def render_text(report: Report, style: Style, *, exit_code: int, report_path: str | None = None) -> str:
    """The whole text, ending in a line end."""
    results = sorted_results(report)
    absent = [result for result in results if _nothing_found(result)]
    grouped = absent if len(absent) >= _GROUP_FROM else []
    told = [result for result in results if result not in grouped]
    lines = joined(_header(report), style.dot, style.width)
    lines[0] = style.paint(lines[0], "1")
    lines += ["", *_rows(told, style)] if told else []
    for result in told:
        if result.blocks or result.would_block or result.status is Status.WAIVED:
            lines += ["", *_why(result, style)]
    lines += _absent(grouped, style)
    lines += _defects(report, style) + _conditions(report, style) + _asides(report, style)
    lines += _next(style) if grouped and not _anything(report) else []
    closing = _closing(report, style, exit_code, report_path)
    return _printable("\n".join([*lines, "", *closing, ""]), style)


def _header(report: Report) -> list[str]:
    verdict, book = report.verdict, report.rulebook
    product = " ".join(part for part in (verdict.product, verdict.version) if part) or "this repository"
    profile = (
        book.origin if book.origin.startswith("profile ") else f"profile {book.extends}" * bool(book.extends)
    )
    parts = [f"Flightrules {__version__}", product, book.identity.id or profile]
    parts += [f"gate {verdict.gate}", f"rulebook {verdict.rulebook_digest[:19]}"]
    return [one_line(part, 80) for part in parts if part]


def _nothing_found(result: CriterionResult) -> bool:
    return result.status is Status.NO_DATA and not result.evidence and _LOOKED in result.reason


def _anything(report: Report) -> bool:
    return any(result.evidence for result in report.verdict.results) or bool(report.verdict.unused)


def _rows(results: list[CriterionResult], style: Style) -> list[str]:
    if style.accessible:
        return [line for result in results for line in hanging(_spoken(result), style.width, "  ")]
    cells = [
        (
            _label(result, style),
            one_line(title_of(result), 160),
            _actual(result),
            target_of(result),
            _seen(result),
        )
        for result in results
    ]
    colours = [_COLOURS[result.status] for result in results]
    head, rule, *rows = table_lines(("", "Criterion", "Actual", "Target", "Evidence"), cells, style.width)
    painted = [style.paint(first, colours[at]) + rest if first else rest for at, first, rest in rows]
    return [style.paint(head[2], "1"), rule[2], *painted]


def _actual(result: CriterionResult) -> str:
    return one_line(actual_of(result), 24)


def _label(result: CriterionResult, style: Style) -> str:
    sign = "advise" if result.would_block else MARKS[result.status]
    mark = f"{SIGNS[sign]} " if style.marks else ""
    return mark + _SHORT.get(result.status, str(result.status))


def _spoken(result: CriterionResult) -> str:
    advisory = ", advisory" if result.would_block else ""
    return (
        f"{result.status}{advisory}: {one_line(title_of(result), 160)}. "
        f"Actual {_actual(result)}, target {target_of(result)}. Evidence: {_seen(result)}."
    )


def _seen(result: CriterionResult) -> str:
    """The evidence in few words: format, first file, how many more."""
    used = [one for one in result.evidence if one.refusal is None] or list(result.evidence)
    if not used:
        return "none"
    first: EvidenceUse = used[0]
    more = f" +{len(used) - 1}" if len(used) > 1 else ""
    claimed = ", claimed" if any(one.claimed for one in used) else ""
    return one_line(f"{first.format or 'refused'} {first.path}{more}{claimed}", 160)


def _why(result: CriterionResult, style: Style) -> list[str]:
    advisory = " (advisory: would block)" if result.would_block else ""
    head = style.paint(one_line(result.rule.id), _COLOURS[result.status])
    lines = [f"{head} {result.status}{advisory}", *_labelled("why", result.reason, style)]
    known = interval_of(result.interval)
    if known and behind(result) != result.reason:
        lines += _labelled("", known.partition(", ")[2], style)
    for detail in result.details[:_DETAILS]:
        lines += _labelled("", detail, style)
    left = len(result.details) - _DETAILS
    lines += _labelled("", f"and {left} more in the report", style) if left > 0 else []
    if result.waiver is not None:
        who = ", ".join(f"{one.name} ({one.role}, {known_by(one)})" for one in result.waiver.approvals)
        said = f"{result.waiver.id} by {who} until {moment(result.waiver.expires_at)}: {result.waiver.reason}"
        lines += _labelled("waiver", said, style)
    lines += _labelled("fix", result.fix, style) if result.fix else []
    return [*lines, f"  learn   flightrules explain {one_line(result.rule.id)}"]


def _labelled(label: str, said: str, style: Style) -> list[str]:
    return hanging(f"  {label:<8}{one_line(said)}", style.width, " " * 10)


def _absent(results: list[CriterionResult], style: Style) -> list[str]:
    """One line for each method that yielded nothing: who misses it, and where it was looked for."""
    if not results:
        return []
    missing: dict[tuple[str, str], list[CriterionResult]] = {}
    for result in results:
        key = (result.rule.criterion.method or "unnamed", result.reason.partition(_LOOKED)[2])
        missing.setdefault(key, []).append(result)
    mark = f"{SIGNS['nodata']} " if style.marks else ""
    said = f"{mark}NO DATA for {count(len(results), 'criterion', 'criteria')}: nothing was found for"
    widest = min(max(len(one_line(method, 30)) for method, _ in missing), 30)
    lines = ["", style.paint(said, _COLOURS[Status.NO_DATA])]
    for (method, looked), those in missing.items():
        name, number = one_line(method, 30), count(len(those), "criterion", "criteria")
        if style.accessible:
            lines += hanging(f"{name}, {number}. Looked for: {one_line(looked)}.", style.width, "  ")
        else:
            lines.append(clipped(f"  {name:<{widest}}  {number:<11}  {one_line(looked)}", style.width))
    return lines


def _next(style: Style) -> list[str]:
    steps = (
        ("flightrules init", "write a rulebook from what is in this repository"),
        ("flightrules check --evidence 'METHOD=FILE'", "name a file that lies elsewhere"),
        ("flightrules formats", "see what can be read"),
    )
    if style.accessible:
        return ["", "Next:", *(f"{command}: {why}" for command, why in steps)]
    lines = [f"  {command:<42}  {why}" for command, why in steps]
    fits = max(map(len, lines)) <= style.width
    return ["", style.paint("Next", "1"), *(lines if fits else [f"  {command}" for command, _ in steps])]


def _defects(report: Report, style: Style) -> list[str]:
    shown = [line for line in report.verdict.defects if line.blocks or line.acceptance is not None]
    if not shown:
        return []
    lines = ["", style.paint("Known defects", "1")]
    for one in shown:
        named = f"{one_line(one.id, 40)} {one_line(one.severity, 40)} {one_line(one.title, 160)}"
        said = f"  {named}: {one_line(one.decision)}"
        lines += hanging(said, style.width, " " * 10)
        lines += hanging(f"{' ' * 10}{one_line(decided_because(one))}", style.width, " " * 10)
    return lines


def _conditions(report: Report, style: Style) -> list[str]:
    conditions = report.verdict.conditions
    if not conditions:
        return []
    lines = [line for one in conditions for line in hanging(f"  {one_line(one.text)}", style.width, "    ")]
    return ["", style.paint("Conditions", "1"), *lines]


def _asides(report: Report, style: Style) -> list[str]:
    """What to know before relying on it; quarantined tests and unused evidence, counted and named."""
    verdict = report.verdict
    lines = [f"Note: {one_line(said)}" for said in verdict.warnings]
    if verdict.quarantined:
        lines.append(f"Quarantined tests left out: {_some(verdict.quarantined)}")
    if verdict.unused:
        lines.append(f"Found, not used by this gate: {_some(verdict.unused)}")
    return [line for said in lines for line in ("", *hanging(said, style.width, "  "))]


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _DETAILS} more" if len(names) > _DETAILS else ""
    return f"{len(names)}: {', '.join(one_line(name, 120) for name in names[:_DETAILS])}{more}"


def _closing(report: Report, style: Style, exit_code: int, path: str | None) -> list[str]:
    verdict = report.verdict
    counts = [(status, sum(result.status is status for result in verdict.results)) for status in Status]
    said = [f"{number} {str(status).lower()}" for status, number in counts if number]
    blocked = sum(line.blocks for line in verdict.defects)
    said += [count(blocked, "blocking defect")] if blocked else []
    said += [f"exit {exit_code}"]
    said += [f"report: {one_line(path)}"] if path else []
    word = f"advise mode: would be {verdict.outcome}" if verdict.advise else str(verdict.outcome)
    first, *rest = joined([f"{word}  {said[0]}", *said[1:]], style.dot, style.width)
    return [style.paint(word, _OUTCOMES[verdict.outcome]) + first[len(word) :], *rest]


def _printable(text: str, style: Style) -> str:
    """Last gate: no line becomes a command of the build host; ASCII where nothing else can be printed."""
    safe = log_safe(text)
    return safe if style.marks else safe.translate(_PLAIN).encode("ascii", "backslashreplace").decode("ascii")
