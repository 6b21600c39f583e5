"""Waivers: which one stands for a failed criterion, and why another does not."""

from __future__ import annotations

from datetime import datetime

from flightrules.engine.defects import covers, names_everything
from flightrules.engine.roles import lacking, same_role
from flightrules.engine.verdict import CriterionResult, Status
from flightrules.rules.criterion import Enforcement
from flightrules.rules.exceptions import Waiver, names_nothing
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.values import replace

__all__ = ["with_waiver"]


def with_waiver(
    result: CriterionResult, waivers: tuple[Waiver, ...], rulebook: Rulebook, version: str, as_of: datetime
) -> CriterionResult:
    """The result with the waiver that stands for it, or with the reason why none does.

    Only a FAIL can be waived: a waiver accepts a known number, never the absence of one.
    """
    if result.status is not Status.FAIL:
        return result
    refused = ""
    for waiver in waivers:
        if waiver.criterion != result.rule.id:
            continue
        refused = why_not(waiver, result, rulebook, version, as_of)
        if not refused:
            return replace(result, status=Status.WAIVED, waiver=waiver, fix="")
    return replace(result, reason=f"{result.reason}; {refused}") if refused else result


def why_not(
    waiver: Waiver, result: CriterionResult, rulebook: Rulebook, version: str, as_of: datetime
) -> str:
    """The first reason why a waiver does not stand; empty when it does."""
    if result.rule.enforcement is Enforcement.BLOCKING:
        return f"waiver {waiver.id} does not stand: {result.rule.id} is blocking and cannot be waived"
    if waiver.expires_at <= as_of:
        return f"waiver {waiver.id} expired on {waiver.expires_at.isoformat()}"
    if names_everything(waiver.scope):
        return f"waiver {waiver.id} is for {waiver.scope}, which names no release; write 4.2.1 or 4.2.*"
    if not covers(waiver.scope, version):
        return f"waiver {waiver.id} is for {waiver.scope}, not for {version or 'an unnamed version'}"
    lacking = [name for name in ("reason", "compensating_control") if names_nothing(getattr(waiver, name))]
    if lacking or not waiver.approvals:
        return f"waiver {waiver.id} lacks {', '.join(lacking) or 'an approver'}"
    late = [one for one in waiver.approvals if one.at is not None and one.at > as_of]
    if late:
        return f"waiver {waiver.id} was approved in the future"
    return _approver(waiver, result, rulebook)


def _approver(waiver: Waiver, result: CriterionResult, rulebook: Rulebook) -> str:
    if result.rule.waivable_by:
        missing = lacking(result.rule.waivable_by, waiver.approvals, rulebook)
        if missing:
            return f"waiver {waiver.id} {missing}"
    elif not any(
        same_role(one.role, role, rulebook) for one in waiver.approvals for role in _waiving_roles(rulebook)
    ):
        role = waiver.approvals[0].role
        return f"waiver {waiver.id} is approved by {role_words(role)}, who may not waive {result.rule.id}"
    if rulebook.waivers.require_signature and not all(one.verified_by for one in waiver.approvals):
        return f"waiver {waiver.id} is not signed by its approver's key"
    return ""


def _waiving_roles(rulebook: Rulebook) -> tuple[str, ...]:
    """Who has the power; where the rulebook gives it to nobody, it is the QA lead's."""
    return tuple(role.id for role in rulebook.authority.roles if role.may_waive) or ("qa_lead",)
