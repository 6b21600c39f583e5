"""Known defects: how many are open, which are documented, and what the severity policy says of each."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from flightrules.engine.measured import Measured, Question, Unmeasured
from flightrules.engine.operators import rate, shown
from flightrules.engine.roles import same_role
from flightrules.engine.verdict import DefectLine, Status
from flightrules.evidence.records.defects import Defect, Defects
from flightrules.rules.exceptions import Acceptance
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.severity import SeverityLevel

__all__ = ["acceptance_of", "count_open", "count_undocumented", "defect_lines", "density", "stories"]

_NAMED = 10
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
    return Measured(
        Decimal(len(chosen)),
        f"{len(chosen)} open of {len(listed)} listed",
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
    mine = [one for one in acceptances if one.defect == defect]
    if not mine:
        return None, "no acceptance record"
    for one in mine:
        if one.expires_at is not None and one.expires_at <= as_of:
            reason = f"the acceptance expired on {one.expires_at.date().isoformat()}"
        elif one.scope and not covers(one.scope, version):
            reason = f"the acceptance is for {one.scope}, not for {version or 'this version'}"
        else:
            return one, ""
    return None, reason


def covers(scope: str, version: str) -> bool:
    """Whether a waiver's or acceptance's scope holds for a version: equal, or ``4.2.*``."""
    if scope.endswith("*"):
        return bool(version) and version.startswith(scope[:-1])
    return scope == version


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
    said = [approval.role for approval in accepted.approvals]
    silent = [role for role in level.waivable_by if not any(same_role(one, role, rulebook) for one in said)]
    if silent:
        return True, "blocks", f"the acceptance lacks the approval of {', '.join(silent)}"
    if rulebook.waivers.require_signature and not all(one.verified_by for one in accepted.approvals):
        return True, "blocks", "the acceptance is not signed by its approvers' keys"
    names = ", ".join(f"{approval.name} ({approval.role})" for approval in accepted.approvals)
    return False, f"ships with mitigation: {accepted.mitigation}", f"accepted by {names}"


def _listed(question: Question) -> list[Defect] | Unmeasured:
    records = question.joined.records.get("Defects")
    if not isinstance(records, Defects):
        return Unmeasured(
            Status.NO_DATA, "the evidence lists no defects one by one", "export the tracker's records"
        )
    found = [defect for defect in records if defect.kind == "defect"]
    return _filtered(found, question.criterion.condition) if question.criterion.condition else found


def _filtered(found: list[Defect], condition: str) -> list[Defect] | Unmeasured:
    """Apply ``name = value`` or ``name != value``; a condition that cannot be checked is no pass."""
    name, _, rest = condition.partition(" ")
    operator, _, value = rest.partition(" ")
    values = _CONDITIONS.get(name.casefold())
    if values is None or operator not in ("=", "!="):
        return Unmeasured(
            Status.NOT_MEASURED_AS_STATED,
            f"the condition {condition!r} cannot be checked on the records",
            "use status, severity, type, label or component with = or !=",
        )
    wanted = value.strip('"').casefold()
    return [defect for defect in found if (wanted in values(defect)) == (operator == "=")]


def _status_words(defect: Defect) -> set[str]:
    return {"done", "closed", "resolved"} if defect.state == "done" else {"open", defect.state}


_CONDITIONS: dict[str, Any] = {
    "status": _status_words,
    "severity": lambda defect: {defect.severity.casefold()},
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
    recorded = {"owner": "approvals"}.get(name, name)
    return bool(own) or (accepted is not None and bool(getattr(accepted, recorded, "")))


def _named(defect: Defect) -> str:
    return f"{defect.id} {defect.severity}: {defect.title}".rstrip(": ")
