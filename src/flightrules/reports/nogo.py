"""The no-go message in five parts: status, what blocks, the risk, the way to GO, the alternatives.

It is short enough to be read in under two minutes. What nobody has stated, such as effort or the users
affected, is named as not stated; nothing is made up. For any other verdict it says so and is no no-go.
"""

from __future__ import annotations

from flightrules.engine.verdict import CriterionResult, DefectLine, Outcome, Verdict
from flightrules.reports.plain import one_line
from flightrules.reports.report import (
    Report,
    actual_of,
    behind,
    product_of,
    sorted_results,
    target_of,
    title_of,
)
from flightrules.reports.section_recommendation import override_needs, verdict_sentence
from flightrules.reports.wording import count, listed, role_title
from flightrules.rules.criterion import Enforcement

__all__ = ["MOST_WORDS", "render"]

MOST_WORDS = 350  # two minutes at 175 words a minute
_SHOWN = 4
_SHORT = 90
_SENTENCE = 130
_WORDS = 18


def render(report: Report) -> str:
    """The message as plain text, ending in a line end."""
    verdict = report.verdict
    if verdict.outcome is Outcome.NO_GO:
        parts = [_status(report), _blocking(report), _risk(report), _way(report), _alternatives(report)]
        return "\n\n".join(parts) + "\n"
    return f"{_not_a_no_go(report)}\n"


def _name(report: Report) -> str:
    return one_line(product_of(report), _SHORT)


def _not_a_no_go(report: Report) -> str:
    verdict, name = report.verdict, _name(report)
    if verdict.outcome is Outcome.HOLD:
        waiting = _titles(report)
        more = f" and {len(waiting) - _SHOWN} more" if len(waiting) > _SHOWN else ""
        awaited = ", ".join(waiting[:_SHOWN]) + more
        return (
            f"{name} is on hold: this is not a no-go. {verdict_sentence(report)}\n"
            f"Awaited: {awaited or 'a criterion that can be judged'}."
        )
    word = "would be " if verdict.advise else "is "
    return f"{name} {word}{verdict.outcome}: there is no no-go to send. {verdict_sentence(report)}"


def _shut(report: Report) -> list[CriterionResult]:
    return [result for result in sorted_results(report) if result.blocks]


def _bad(verdict: Verdict) -> list[DefectLine]:
    return [line for line in verdict.defects if line.blocks]


def _bullets(lines: list[str], *, more: str = "in the report") -> str:
    shown = [f"- {line}" for line in lines[:_SHOWN]]
    if len(lines) > _SHOWN:
        shown.append(f"- and {len(lines) - _SHOWN} more, {more}")
    return "\n".join(shown)


def _brief(text: str, longest: int = _SENTENCE) -> str:
    """Cut by characters and by words, so that no name uses up the reader's minutes."""
    words = one_line(text, longest).split(" ")
    return " ".join(words[:_WORDS]) + (" …" if len(words) > _WORDS else "")


def _status(report: Report) -> str:
    verdict = report.verdict
    does = "would not meet" if verdict.advise else "does not meet"
    criteria, defects = len(_shut(report)), len(_bad(verdict))
    parts = (
        [f"{criteria} of {count(len(verdict.results), 'criterion', 'criteria')} not met"] if criteria else []
    )
    parts += [count(defects, "blocking defect")] if defects else []
    return (
        f"{_name(report)} {does} the criteria of its gate {one_line(verdict.gate, _SHORT)}: {listed(parts)}."
    )


def _blocking(report: Report) -> str:
    lines = [f"{_defect(line)}: {_brief(line.reason, _SHORT)}" for line in _bad(report.verdict)]
    lines += [_brief(_measured(result)) for result in _shut(report)]
    return "What blocks:\n" + _bullets(lines)


def _defect(line: DefectLine) -> str:
    return _brief(f"{line.id} ({line.severity}) {line.title}", _SHORT)


def _measured(result: CriterionResult) -> str:
    target = target_of(result)
    if result.actual is None:
        return f"{title_of(result)}: {result.status} (target {target}); {result.reason}"
    return f"{title_of(result)}: {actual_of(result)} (target {target}); {behind(result)}"


def _risk(report: Report) -> str:
    stated, silent = [], []
    for line in _bad(report.verdict):
        accepted = line.acceptance
        if accepted is None:
            silent.append(one_line(line.id, _SHORT))
        else:
            stated.append(_brief(f"{line.id}: {accepted.affected_users}; {accepted.business_impact}"))
    lines = stated[:_SHOWN]
    lines += [f"users and cost of {_named(silent)}: not stated in any record"] if silent else []
    lines += (
        [f"{_named(_titles(report))}: effect on users and revenue is not stated"] if _shut(report) else []
    )
    return "Risk if shipped:\n" + "\n".join(f"- {line}" for line in lines)


def _titles(report: Report) -> list[str]:
    return [one_line(title_of(result), _SHORT) for result in _shut(report)]


def _named(names: list[str]) -> str:
    left = len(names) - 3
    shown = [_brief(name, _SHORT) for name in names[:3]]
    return listed([*shown, f"{left} more"] if left > 0 else shown)


def _way(report: Report) -> str:
    lines = [f"{_defect(line)}: mend it, or descope it" for line in _bad(report.verdict)[:2]]
    lines += [_brief(f"{title_of(result)}: {result.fix}") for result in _shut(report) if result.fix]
    return (
        "To reach GO:\n"
        + _bullets(lines or ["clear each item above"])
        + "\nEffort and dates are not in the evidence; ask the owners before the meeting."
    )


def _alternatives(report: Report) -> str:
    ways = [
        _without(report),
        "Delay, mend the items above, and run the gate again",
        _partial(report),
        *_waiver(report),
        f"Ship and accept the risk. {override_needs(report.rulebook)}",
    ]
    said = "\n".join(f"{at}. {way.rstrip('.')}." for at, way in enumerate(ways, 1))
    return f"Alternatives:\n{said}\n\nRecommendation: {_recommended(report)}"


def _partial(report: Report) -> str:
    inside = " inside the rollback triggers" if report.rulebook.rollback.triggers else ""
    return f"Release to a small share of users first{inside}; it stays NO-GO until an override is signed"


def _without(report: Report) -> str:
    bad = _bad(report.verdict)
    what = _named([line.id for line in bad]) if bad else "what fails"
    return f"Release without the part that holds {what}: flag off or descoped"


def _waiver(report: Report) -> list[str]:
    can = [result for result in _shut(report) if result.enforcement is Enforcement.WAIVABLE]
    if not can:
        return []
    book = report.rulebook
    roles = list(dict.fromkeys(role for result in can for role in result.rule.waivable_by))
    who = roles or [role.id for role in book.authority.roles if role.may_waive]
    by = f" by {listed([role_title(book, role) for role in who[:4]], 'or')}" if who else ""
    titles = _named([one_line(title_of(result), _SHORT) for result in can])
    return [f"Waive {titles}{by}, with a compensating control and an expiry"]


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
