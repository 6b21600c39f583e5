"""Lint of authority: acts nobody answers for, roles nobody stands in for, overrides without the QA lead."""

from __future__ import annotations

from collections.abc import Iterator

from flightrules.rules.authority import Act, Role
from flightrules.rules.finding import LintFinding
from flightrules.rules.rulebook import Rulebook

__all__ = ["lint_authority"]


def lint_authority(book: Rulebook) -> Iterator[LintFinding]:
    """Findings on acts, activities, roles, escalation and signatures."""
    where = f"{book.origin}: authority"
    if not book.authority.acts:
        message = "nobody is named who signs the verdict or authorises the release"
        yield LintFinding("L_NO_AUTHORITY", "warning", where, message, "add `authority: {preset: qa-led}`")
    for act in book.authority.acts:
        yield from _act(book, act, f"{where}.acts.{act.id}")
    for activity in book.authority.activities:
        if not activity.accountable:
            message = f"nobody is accountable for {activity.id!r}"
            place = f"{where}.activities.{activity.id}"
            yield LintFinding(
                "L_NO_ACCOUNTABLE", "error", place, message, "add `accountable:` with exactly one role"
            )
    yield from _deputies(book, where)
    yield from _escalation(book, where)
    if book.waivers.require_signature and not book.waivers.keys:
        message = "waivers must be signed and no key is named, so none can ever stand"
        hint = "add `keys: {name: public key}`"
        yield LintFinding("L_NO_KEYS", "error", f"{book.origin}: waivers", message, hint)


def _act(book: Rulebook, act: Act, where: str) -> Iterator[LintFinding]:
    if not act.accountable:
        message = f"nobody is accountable for {act.id!r}"
        yield LintFinding(
            "L_NO_ACCOUNTABLE", "error", where, message, "add `accountable:` with exactly one role"
        )
    if not act.signers:
        yield LintFinding("L_NO_SIGNERS", "error", where, f"nobody may sign {act.id!r}", "add `signers:`")
    if act.id == "override" and "qa_lead" not in act.required:
        message = "a no-go could be overridden without the QA lead's signature"
        hint = "add `required: qa_lead`; the QA lead may sign as dissent acknowledged"
        yield LintFinding("L_VETO", "error", where, message, hint)
    power = {
        "verdict": "may_sign",
        "authorisation": "may_sign",
        "override": "may_override",
        "waiver": "may_waive",
    }.get(act.id)
    able = [
        name for name in act.signers if power and (role := book.authority.role(name)) and getattr(role, power)
    ]
    if power and act.signers and len(able) < act.needed:
        message = (
            f"{act.id!r} asks for {act.needed} signatures and only {len(able)} of its signers hold {power}"
        )
        yield LintFinding("L_GATE_UNSATISFIABLE", "error", where, message, f"give the signers `{power}: yes`")


def _deputies(book: Rulebook, where: str) -> Iterator[LintFinding]:
    relied = {name for act in book.authority.acts for name in (*act.accountable, *act.required)}
    relied |= {name for gate in book.gates for name in gate.sign_off}
    for role in book.authority.roles:
        if not role.deputy and _matters(role, relied):
            message = f"{role.title or role.id} has no deputy"
            hint = f"add `roles: {{{role.id}: {{person: ..., deputy: ...}}}}`"
            yield LintFinding("L_NO_DEPUTY", "warning", f"{where}.roles.{role.id}", message, hint)
        elif role.deputy and role.deputy == role.person:
            message = f"{role.person} is their own deputy as {role.title or role.id}"
            yield LintFinding(
                "L_NO_DEPUTY", "warning", f"{where}.roles.{role.id}", message, "name somebody else"
            )


def _matters(role: Role, relied: set[str]) -> bool:
    return role.id in relied and (role.critical or bool(role.person))


def _escalation(book: Rulebook, where: str) -> Iterator[LintFinding]:
    reachable = [level for level in book.authority.escalation if level.contacts]
    if book.release.high_stakes and not reachable:
        message = "the release is high-stakes and no escalation path is written down"
        hint = "add `escalation: {L1: {contacts: [...], respond_within: 30m}}`"
        yield LintFinding("L_NO_ESCALATION", "error", where, message, hint)
    elif not reachable:
        message = "no escalation path is written down; agree on it before the first high-stakes release"
        hint = "add `escalation: {L1: {contacts: [...], respond_within: 30m}}`"
        yield LintFinding("L_NO_ESCALATION", "warning", where, message, hint)
    for level in book.authority.escalation:
        if not level.contacts or level.respond_within is None:
            message = f"the escalation level {level.id!r} lacks contacts or a time to answer"
            hint = "state `contacts` and `respond_within`"
            yield LintFinding(
                "L_ESCALATION_LEVEL", "warning", f"{where}.escalation.{level.id}", message, hint
            )
