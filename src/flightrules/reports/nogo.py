"""The no-go message in five parts: status, what blocks, the risk, the way to GO, the alternatives.

It is short enough to be read in under two minutes. What nobody has stated, such as effort or the users
affected, is named as not stated; nothing is made up. For any other verdict it says so and is no no-go.
"""

from __future__ import annotations

from flightrules.engine.verdict import CriterionResult, DefectLine, Outcome, Verdict
from flightrules.inert import one_line
from flightrules.reports.report import (
    Report,
    actual_of,
    behind,
    product_of,
    sorted_results,
    target_of,
    title_of,
)
from flightrules.reports.section_recommendation import blocking_severities, override_needs, verdict_sentence
from flightrules.reports.wording import count, listed, role_title
from flightrules.rules.criterion import Enforcement
from flightrules.values import frozen

__all__ = ["MOST_WORDS", "render"]

MOST_WORDS = 350  # two minutes at 175 words a minute


@frozen
class _Cut:
    """How many lines a part shows, and how many words of a name, so that none uses up the minutes."""

    lines: int
    words: int

    def brief(self, text: str, longest: int = 130) -> str:
        """The text cut by characters and by words."""
        words = one_line(text, longest).split(" ")
        return " ".join(words[: self.words]) + (" …" if len(words) > self.words else "")

    def bullets(self, lines: list[str]) -> str:
        """The first lines, and how many more there are."""
        shown = [f"- {line}" for line in lines[: self.lines]]
        if len(lines) > self.lines:
            shown.append(f"- and {len(lines) - self.lines} more, in the report")
        return "\n".join(shown)

    def named(self, names: list[str]) -> str:
        """A few names as a list in a sentence."""
        most = max(1, self.lines - 1)
        shown = [self.brief(name, 90) for name in names[:most]]
        left = len(names) - most
        return listed([*shown, f"{left} more"] if left > 0 else shown)


_CUTS = (_Cut(4, 18), _Cut(3, 14), _Cut(2, 9), _Cut(1, 5))


def render(report: Report) -> str:
    """The message as plain text of at most ``MOST_WORDS``, ending in a line end."""
    write = _no_go if report.verdict.outcome is Outcome.NO_GO else _not_a_no_go
    for cut in _CUTS:
        message = write(report, cut)
        if len(message.split()) <= MOST_WORDS:
            break
    return f"{message}\n"


def _no_go(report: Report, cut: _Cut) -> str:
    parts = (_status, _blocking, _risk, _way, _alternatives)
    return "\n\n".join(part(report, cut) for part in parts)


def _not_a_no_go(report: Report, cut: _Cut) -> str:
    verdict, name = report.verdict, cut.brief(product_of(report))
    if verdict.outcome is Outcome.HOLD:
        before = [f"a pass in {one.environment}" for one in verdict.upstream if not one.passed]
        awaited = cut.named([*_titles(_shut(report)), *before]) or "a criterion that can be judged"
        said = f"{name} is on hold: this is not a no-go. {verdict_sentence(report)}"
        return f"{said}\nAwaited: {awaited}."
    word = "would be " if verdict.advise else "is "
    return f"{name} {word}{verdict.outcome}: there is no no-go to send. {verdict_sentence(report)}"


def _shut(report: Report) -> list[CriterionResult]:
    return [result for result in sorted_results(report) if result.blocks]


def _bad(verdict: Verdict) -> list[DefectLine]:
    return [line for line in verdict.defects if line.blocks]


def _titles(results: list[CriterionResult]) -> list[str]:
    return [title_of(result) for result in results]


def _status(report: Report, cut: _Cut) -> str:
    verdict = report.verdict
    criteria, defects = len(_shut(report)), len(_bad(verdict))
    parts = (
        [f"{criteria} of {count(len(verdict.results), 'criterion', 'criteria')} not met"] if criteria else []
    )
    parts += [count(defects, "blocking defect")] if defects else []
    does = "would not meet" if verdict.advise else "does not meet"
    name, gate = cut.brief(product_of(report)), cut.brief(verdict.gate, 90)
    return f"{name} {does} the criteria of its gate {gate}: {listed(parts)}."


def _blocking(report: Report, cut: _Cut) -> str:
    lines = [f"{_defect(line, cut)}: {cut.brief(line.reason, 90)}" for line in _bad(report.verdict)]
    lines += [_measured(result, cut) for result in _shut(report)]
    return f"What blocks:\n{cut.bullets(lines)}"


def _defect(line: DefectLine, cut: _Cut) -> str:
    return cut.brief(f"{line.id} ({line.severity}) {line.title}", 90)


def _measured(result: CriterionResult, cut: _Cut) -> str:
    title, target = cut.brief(title_of(result), 90), target_of(result)
    if result.actual is None:
        return f"{title}: {result.status} (target {target}); {cut.brief(result.reason)}"
    return f"{title}: {actual_of(result)} (target {target}); {cut.brief(behind(result))}"


def _risk(report: Report, cut: _Cut) -> str:
    bad = _bad(report.verdict)
    stated = [
        cut.brief(f"{line.id}: {line.acceptance.affected_users}; {line.acceptance.business_impact}")
        for line in bad
        if line.acceptance is not None
    ]
    silent = [line.id for line in bad if line.acceptance is None]
    lines = stated[: cut.lines]
    lines += [f"users and cost of {cut.named(silent)}: not stated in any record"] if silent else []
    shut = _titles(_shut(report))
    lines += [f"{cut.named(shut)}: effect on users and revenue is not stated"] if shut else []
    return "Risk if shipped:\n" + "\n".join(f"- {line}" for line in lines)


def _way(report: Report, cut: _Cut) -> str:
    lines = [f"{_defect(line, cut)}: mend it, or descope it" for line in _bad(report.verdict)[:2]]
    lines += [cut.brief(f"{title_of(result)}: {result.fix}") for result in _shut(report) if result.fix]
    steps = cut.bullets(lines or ["clear each item above"])
    return (
        f"To reach GO:\n{steps}\nEffort and dates are not in the evidence; ask the owners before the meeting."
    )


def _alternatives(report: Report, cut: _Cut) -> str:
    ways = [
        _without(report, cut),
        "Delay, mend the items above, and run the gate again",
        _partial(report),
        *_waiver(report, cut),
        f"Ship and accept the risk. {override_needs(report.rulebook, blocking_severities(report.verdict))}",
    ]
    said = "\n".join(f"{at}. {way.rstrip('.')}." for at, way in enumerate(ways, 1))
    return f"Alternatives:\n{said}\n\nRecommendation: {_recommended(report)}"


def _without(report: Report, cut: _Cut) -> str:
    bad = _bad(report.verdict)
    what = cut.named([line.id for line in bad]) if bad else "what fails"
    return f"Release without the part that holds {what}: flag off or descoped"


def _partial(report: Report) -> str:
    inside = " inside the rollback triggers" if report.rulebook.rollback.triggers else ""
    return f"Release to a small share of users first{inside}; it stays NO-GO until an override is signed"


def _waiver(report: Report, cut: _Cut) -> list[str]:
    can = [result for result in _shut(report) if result.enforcement is Enforcement.WAIVABLE]
    if not can:
        return []
    book = report.rulebook
    roles = list(dict.fromkeys(role for result in can for role in result.rule.waivable_by))
    who = roles or [role.id for role in book.authority.roles if role.may_waive]
    by = f" by {listed([role_title(book, role) for role in who[:4]], 'or')}" if who else ""
    return [f"Waive {cut.named(_titles(can))}{by}, with a compensating control and an expiry"]


def _recommended(report: Report) -> str:
    """By rule: waivers where they would be enough, the flag where defects block, else the delay."""
    shut, bad = _shut(report), _bad(report.verdict)
    if not bad and all(result.enforcement is Enforcement.WAIVABLE for result in shut):
        return (
            f"delay; if the business cannot absorb that, decide on {count(len(shut), 'waiver')} in writing."
        )
    if bad:
        return "delay; if the business cannot absorb that, release without the affected part (alternative 1)."
    return "delay, and run the gate again when the items above are cleared."
