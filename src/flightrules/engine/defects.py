"""Known defects: how many are open, which are documented, and what the severity policy says of each."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flightrules.engine.measured import Measured, Question, Unmeasured
from flightrules.engine.operators import rate, shown
from flightrules.engine.roles import lacking
from flightrules.engine.verdict import DefectLine, Status
from flightrules.evidence.records.defects import Defect, Defects
from flightrules.rules.exceptions import Acceptance, names_nothing, says_nothing
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.severity import SeverityLevel

__all__ = [
    "acceptance_ends",
    "acceptance_of",
    "count_open",
    "count_undocumented",
    "defect_lines",
    "density",
    "stories",
]

_NAMED = 10
_MAY_BE_NONE = frozenset({"title", "severity", "affected_users", "business_impact"})
_STATED = ("title", "affected_users", "business_impact", "mitigation", "monitoring", "resolution_target")
_ACCEPTING = ("product_manager", "qa_lead")  # where the rulebook names nobody
_ALIASES = {
    "affected users estimate": "affected_users",
    "affected users": "affected_users",
    "business impact": "business_impact",
    "resolution target": "resolution_target",
    "documented mitigation": "mitigation",
}


def count_open(question: Question) -> Measured | Unmeasured:
    """Open defects of the named levels; with ``each with …`` every one of them must carry the fields."""
    listed = _listed(question)
    if isinstance(listed, Unmeasured):
        return listed
    chosen = _of_levels(listed, question)
    details = tuple(_named(defect) for defect in chosen[:_NAMED])
    lacking = [(defect, _lacks(defect, question)) for defect in chosen] if question.criterion.requires else []
    missing = [f"{defect.id} lacks {', '.join(fields)}" for defect, fields in lacking if fields]
    if missing:
        return Unmeasured(
            Status.FAIL,
            f"{len(missing)} of {len(chosen)} open defects lack a field: {'; '.join(missing[:_NAMED])}",
            "write it in the tracker or in the acceptance record",
            details,
        )
    condition = question.criterion.condition
    return Measured(
        Decimal(len(chosen)),
        f"{len(chosen)} open of {len(listed)} listed{f' with {condition}' if condition else ''}",
        samples=len(listed),
        details=details,
    )


def count_undocumented(question: Question) -> Measured | Unmeasured:
    """Open defects that lack one of the named fields in the tracker and in their acceptance record."""
    listed = _listed(question)
    if isinstance(listed, Unmeasured):
        return listed
    chosen = _of_levels(listed, question)
    missing = [
        f"{defect.id} lacks {', '.join(fields)}" for defect in chosen if (fields := _lacks(defect, question))
    ]
    sentence = f"{len(missing)} of {len(chosen)} open defects lack a field"
    return Measured(Decimal(len(missing)), sentence, samples=len(chosen), details=tuple(missing[:_NAMED]))


def density(question: Question) -> Measured | Unmeasured:
    """Open defects per 1000 lines of code."""
    kloc, listed = question.rulebook.release.kloc, _listed(question)
    if isinstance(listed, Unmeasured):
        return listed
    if not kloc:
        return Unmeasured(
            Status.NO_DATA, "the rulebook does not state the size of the code", "set release.kloc"
        )
    chosen = _of_levels(listed, question)
    return Measured(
        rate(len(chosen), kloc) / 100,
        f"{len(chosen)} open defects in {shown(kloc)} KLOC",
        samples=len(chosen),
    )


def stories(question: Question) -> Measured | Unmeasured:
    """Stories whose state category is done, of all stories."""
    records = question.joined.records.get("Defects")
    found = records.stories() if isinstance(records, Defects) else ()
    if not found:
        return Unmeasured(Status.NO_DATA, "the evidence holds no story", "export the release's stories")
    done = [story for story in found if story.state == "done"]
    left = tuple(f"not accepted: {story.id} {story.title}" for story in found if story.state != "done")[
        :_NAMED
    ]
    return Measured(
        rate(len(done), len(found)),
        f"{len(done)} of {len(found)} stories accepted",
        len(done),
        len(found),
        len(found),
        left,
    )


def defect_lines(
    defects: tuple[Defect, ...],
    rulebook: Rulebook,
    acceptances: tuple[Acceptance, ...],
    version: str,
    as_of: datetime,
) -> tuple[DefectLine, ...]:
    """What the severity policy says of each open defect, worst first."""
    lines = [_line(defect, rulebook, acceptances, version, as_of) for defect in defects if defect.is_open]
    order = {level.name: at for at, level in enumerate(rulebook.severity.levels)}
    return tuple(sorted(lines, key=lambda line: (not line.blocks, order.get(line.severity, -1), line.id)))


def acceptance_of(
    defect: str, acceptances: tuple[Acceptance, ...], version: str, as_of: datetime
) -> tuple[Acceptance | None, str]:
    """The acceptance that stands for a defect, or why none does."""
    reason = "no acceptance record"
    for one in acceptances:
        if one.defect == defect:
            reason = _void(one, version, as_of)
            if not reason:
                return one, ""
    return None, reason


def _void(one: Acceptance, version: str, as_of: datetime) -> str:
    """Why an acceptance does not stand; empty when it does."""
    if one.expires_at is not None and one.expires_at <= as_of:
        return f"the acceptance expired on {one.expires_at.date().isoformat()}"
    ends = _end_of_target(one.resolution_target)
    if ends is not None and ends <= as_of:
        return f"the acceptance's resolution target {one.resolution_target} has passed"
    if one.scope and not covers(one.scope, version):
        return f"the acceptance is for {one.scope}, not for {version or 'this version'}"
    if any(approval.at is not None and approval.at > as_of for approval in one.approvals):
        return "the acceptance was approved in the future"
    empty = [name.replace("_", " ") for name in _STATED if _is_empty(name, getattr(one, name))]
    if empty:
        return f"the acceptance says nothing on {', '.join(empty)}"
    return ""


def acceptance_ends(one: Acceptance) -> datetime | None:
    """When an acceptance ends: as it says, or with the day on which the defect was to be resolved."""
    ends = (one.expires_at, _end_of_target(one.resolution_target))
    return min((end for end in ends if end is not None), default=None)


def _end_of_target(target: str) -> datetime | None:
    """The end of a resolution target that is a day, in UTC; other texts are for people."""
    try:
        return datetime.combine(date.fromisoformat(target.strip()[:10]), time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def covers(scope: str, version: str) -> bool:
    """Whether a waiver's or acceptance's scope holds for a version: equal, or of the family ``4.2.*``."""
    if scope.endswith(".*"):
        return version.startswith(scope[:-1])
    return scope == version


def names_everything(scope: str) -> bool:
    """Whether a scope has a star anywhere but in place of its last part, such as ``*`` or ``4*``."""
    return "*" in scope.removesuffix(".*") or scope == ".*"


def _line(
    defect: Defect, rulebook: Rulebook, acceptances: tuple[Acceptance, ...], version: str, as_of: datetime
) -> DefectLine:
    policy = rulebook.severity
    level = policy.level(defect.severity) or policy.levels[0]
    unknown = policy.level(defect.severity) is None
    accepted, reason = acceptance_of(defect.id, acceptances, version, as_of)
    blocks, decision, reason = _decide(level, accepted, reason, rulebook)
    if unknown:
        word = defect.severity or "none"
        reason = f"severity {word!r} is not in the policy, so it counts as {level.name}; {reason}"
    return DefectLine(
        defect.id, defect.title, level.name, defect.state, decision, accepted, blocks, reason, defect.url
    )


def _decide(
    level: SeverityLevel, accepted: Acceptance | None, reason: str, rulebook: Rulebook
) -> tuple[bool, str, str]:
    if level.decision == "override-only":
        return True, "blocks", f"{level.name} blocks; only an override with two signatures lifts it"
    if level.decision == "accept":
        return _accepted(level, accepted, reason, rulebook)
    if level.decision == "acknowledge":
        return False, "ships, tracked", f"{level.name} does not block"
    return False, "next release", f"{level.name} is not assessed"


def _accepted(
    level: SeverityLevel, accepted: Acceptance | None, reason: str, rulebook: Rulebook
) -> tuple[bool, str, str]:
    if accepted is None:
        return True, "blocks", reason
    if _milder(accepted.severity, level, rulebook):
        return True, "blocks", f"it was accepted as {accepted.severity}; the tracker now says {level.name}"
    missing = lacking(level.waivable_by or _ACCEPTING, accepted.approvals, rulebook)
    if missing:
        return True, "blocks", f"the acceptance {missing}"
    if rulebook.waivers.require_signature and not all(one.verified_by for one in accepted.approvals):
        return True, "blocks", "the acceptance is not signed by its approvers' keys"
    names = ", ".join(f"{approval.name} ({role_words(approval.role)})" for approval in accepted.approvals)
    return False, f"ships with mitigation: {accepted.mitigation}", f"accepted by {names}"


def _milder(said: str, level: SeverityLevel, rulebook: Rulebook) -> bool:
    """Whether a severity that was accepted is unknown, or milder than the one that the tracker gives now."""
    levels, accepted = rulebook.severity.levels, rulebook.severity.level(said)
    return accepted is None or levels.index(accepted) > levels.index(level)


def _listed(question: Question) -> list[Defect] | Unmeasured:
    records = question.joined.records.get("Defects")
    if not isinstance(records, Defects):
        return Unmeasured(
            Status.NO_DATA, "the evidence lists no defects one by one", "export the tracker's records"
        )
    found = [defect for defect in records if defect.kind == "defect"]
    return _filtered(found, question) if question.criterion.condition else found


def _filtered(found: list[Defect], question: Question) -> list[Defect] | Unmeasured:
    """Apply ``name = value`` or ``name != value``; a condition that cannot be checked is no pass.

    Severities are compared by their level in the policy, and what has no known one is never filtered out.
    """
    condition = question.criterion.condition or ""
    name, _, rest = condition.partition(" ")
    operator, _, value = rest.partition(" ")
    wanted = value.strip('"').casefold()
    if name.casefold() == "severity" and operator in ("=", "!="):
        return _of_severity(found, wanted, question.rulebook, same=operator == "=")
    values = _CONDITIONS.get(name.casefold())
    if values is None or operator not in ("=", "!="):
        return Unmeasured(
            Status.NOT_MEASURED_AS_STATED,
            f"the condition {condition!r} cannot be checked on the records",
            "use status, severity, type, label or component with = or !=",
        )
    kept = [defect for defect in found if (wanted in values(defect)) == (operator == "=")]
    lost = sum(defect.is_open for defect in found) - sum(defect.is_open for defect in kept)
    if lost and name.casefold() == "status":
        return Unmeasured(
            Status.NOT_MEASURED_AS_STATED,
            f"the condition {condition!r} takes away {lost} open defects that are to be counted",
            "write status != Done, or leave the condition out",
        )
    return kept


def _of_severity(
    found: list[Defect], word: str, rulebook: Rulebook, *, same: bool
) -> list[Defect] | Unmeasured:
    policy = rulebook.severity
    wanted = policy.level(word)
    if wanted is None:
        return Unmeasured(
            Status.NOT_MEASURED_AS_STATED,
            f"the severity {word!r} is not in the policy",
            f"write one of {', '.join(level.name for level in policy.levels)}",
        )
    levels = [(defect, policy.level(defect.severity)) for defect in found]
    return [defect for defect, level in levels if level is None or (level.name == wanted.name) == same]


def _status_words(defect: Defect) -> set[str]:
    return {"done", "closed", "resolved"} if defect.state == "done" else {"open", defect.state}


_CONDITIONS: dict[str, Any] = {
    "status": _status_words,
    "type": lambda defect: {defect.type.casefold()},
    "label": lambda defect: {label.casefold() for label in defect.labels},
    "labels": lambda defect: {label.casefold() for label in defect.labels},
    "component": lambda defect: {value.casefold() for value in defect.all("component")},
}


def _of_levels(listed: list[Defect], question: Question) -> list[Defect]:
    policy, named = question.rulebook.severity, question.criterion.selector("severity")
    opened = sorted(defect for defect in listed if defect.is_open)
    if not named:
        return opened
    wanted = {level.name for word in named.split("|") if (level := policy.level(word)) is not None}
    return [defect for defect in opened if (policy.level(defect.severity) or policy.levels[0]).name in wanted]


def _lacks(defect: Defect, question: Question) -> list[str]:
    accepted, _ = acceptance_of(defect.id, question.acceptances, question.version, question.as_of)
    return [
        name
        for name in question.criterion.requires
        if not _has(defect, accepted, _ALIASES.get(name, name.replace(" ", "_")))
    ]


def _has(defect: Defect, accepted: Acceptance | None, name: str) -> bool:
    own = {"severity": defect.severity, "title": defect.title}.get(name) or "".join(defect.all(name))
    if not _is_empty(name, own):
        return True
    recorded = getattr(accepted, {"owner": "approvals"}.get(name, name), "")
    return bool(recorded) if not isinstance(recorded, str) else not _is_empty(name, recorded)


def _is_empty(name: str, text: str) -> bool:
    """Whether a field is as good as not filled: nobody affected is an estimate, no owner is none."""
    return says_nothing(text) if name in _MAY_BE_NONE else names_nothing(text)


def _named(defect: Defect) -> str:
    return f"{defect.id} {defect.severity}: {defect.title}".rstrip(": ")
