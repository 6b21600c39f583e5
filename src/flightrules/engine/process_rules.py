"""Which clauses of the frameworks a change broke, judged from its record alone.

How a clause is chosen, everywhere below: it is reported where the assertion that makes it testable names the
very thing that is missing, in each framework that does so, for an auditor reads one framework and not the
others. Sums of everything else (ISO A.8.32 and A.5.3, the SOX population test) are not reported beside their
parts, nor is a clause about what this record does not tell (kind of tests, calendar, share of emergencies,
whether a password was reset). The clauses and what each asks for: docs/reference/compliance.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from flightrules.engine.change_record import (
    ChangeRecord,
    Classification,
    RollbackPlan,
    Signature,
    read_change_record,
)

__all__ = ["ALL_COMPONENTS", "broken_clauses", "clauses_broken_by"]

ALL_COMPONENTS = 2
"""How many components an electronic signature has: who somebody is, and what only they know or hold."""
ROLLBACK_MINUTES = 5
WRITTEN_WITHIN = timedelta(hours=24)
REVIEW_WITHIN = timedelta(hours=48)
ON_CALL_FOR = timedelta(hours=2)

_LOOKED_ONLY = frozenset({"review", "reviewed", "authorship", "author"})
"""Meanings by which nobody approves: 11.50 knows them as meanings of their own."""
_REFUSED = frozenset({"rejection", "rejected", "disapproval", "disapproved", "no-go"})
_CLASSIFIERS = frozenset(
    f"{rank}{field}"
    for rank in ("cto", "chief technology officer", "vp", "vice president")
    for field in ("", " eng", " engineering", " of engineering")
)
"""Who may call it an emergency: the CTO, or who leads engineering beside them."""


def broken_clauses(document: Mapping[str, object]) -> tuple[str, ...]:
    """Ids of the clauses that a change record breaks, sorted, each once.

    Args:
        document: the record as decoded JSON: type, requester, implementer, approvals, deployed_at,
            security_impact, reason, rollback_plan, tests_artifact, deployed_artifact; for a standard change
            its template; for an emergency classified_by, verbal_qa, written_signoff_at, pir_scheduled_for,
            p1_open_in_hotfix and on_call_until.
    """
    return clauses_broken_by(read_change_record(document))


def clauses_broken_by(change: ChangeRecord) -> tuple[str, ...]:
    """Ids of the clauses that a change breaks, sorted, each once."""
    return tuple(sorted({clause for rule in _RULES for clause in rule(change)}))


def _described(change: ChangeRecord) -> Iterator[str]:
    """What every change says of itself, an emergency too."""
    if not change.kind:
        yield "cm3a"  # CM-3a: which kind of change it is decides what is asked of it
    if not change.reason:
        # the first bullet of 6.5.1 names the reason; Art. 17(1)(d) asks for scope, timeline and outcome, of
        # which the record tells nothing either way
        yield "pci-651-1"
    if not change.security_impact:
        yield "pci-651-2"  # its words
        yield "dora-17-1-8"  # "impact field": the effect on what protects the service
        yield "cm3a"  # "a recorded impact analysis field", with security named in the clause


def _fall_back(change: ChangeRecord) -> Iterator[str]:
    plan = change.rollback
    if plan is None:
        yield "dora-17-1-5"  # plan, owner and trigger, "emergency too"
        yield "pci-651-6"  # "rollback plan"
    elif not plan.owner or not plan.has_trigger:
        yield "dora-17-1-5"  # only this assertion names them; a way back there is, so 6.5.1 bullet 6 holds


def _tested(change: ChangeRecord) -> Iterator[str]:
    """Tests of another artefact are no tests of what went out: CM-3(2), "the same artefact digest".

    Not 6.5.1 bullets 4 and 5: they ask for tests of security, and the record does not tell what was tested.
    """
    deployed = change.deployed_artifact or change.deployed_at is not None
    if not change.tested_artifact or (deployed and change.tested_artifact != change.deployed_artifact):
        yield "cm3-2"


def _independent(change: ChangeRecord) -> Iterator[str]:
    """Who approves is neither who asked nor who carries it out; a person nobody knows proves no second one.

    Who asked may carry it out: Art. 17(1)(b) sets both on one side, and 6.5.4 is met by the approver between
    them. The requester who approves breaks Art. 17 alone, for 6.5.4 speaks of who brings it to production.
    """
    for one in _approving(change):
        if _same(one.by, change.requester) or _same(one.by, change.implementer):
            yield "dora-17-1-2"
        if _same(one.by, change.implementer):
            yield "pci-654"


def _signed(change: ChangeRecord) -> Iterator[str]:
    """What each signature must carry, whatever it means and whatever the track."""
    for one in change.signatures:
        if not (one.name and one.meaning and one.at):
            yield "p11-50a"  # printed name, meaning and time, all of them
        if not one.by:
            yield "p11-100a"  # a signature is one individual's
        if not one.role:
            yield "pci-651-3"  # "approver holds the role at signing time": none is named
        yield from _components(one)


def _components(one: Signature) -> Iterator[str]:
    """All components for the first signing of a session, one for each later one, all outside of any."""
    if one.session_first is None:
        if one.components < ALL_COMPONENTS:
            yield "p11-200a1ii"
    elif one.components < (ALL_COMPONENTS if one.session_first else 1):
        yield "p11-200a1i"


def _approved(change: ChangeRecord) -> Iterator[str]:
    """Approved at all, by nobody's refusal, and before it went out.

    An approval without a time breaks 11.50(a) and no rule of order: nothing is known of the order. An
    emergency is authorised by word of mouth first, so none of this is asked of it; its own rules are below.
    """
    if any(one.meaning in _REFUSED for one in change.signatures):
        yield "cm3a"  # "rejected changes cannot deploy"
    if change.kind == "emergency":
        return
    approvals = _approving(change)
    if not approvals:
        yield from _unapproved(change)
    deployed = change.deployed_at
    if deployed is not None and any(one.at is not None and one.at >= deployed for one in approvals):
        yield "sox-2"  # "signed_at < deployed_at": the same moment is not before


def _unapproved(change: ChangeRecord) -> Iterator[str]:
    if change.kind == "standard":
        if not change.template_approved:
            yield "itil4-std"  # what stands in for the approval is the approved template
        return
    yield "pci-651-3"  # "documented change approval": there is none
    if change.deployed_at is not None:
        yield "cm3-1d"  # (d): nothing goes out until approvals are received; none ever was


def _emergency(change: ChangeRecord) -> Iterator[str]:
    if change.kind != "emergency":
        return
    yield from _classified(change)
    yield from _deadlines(change)
    yield from _safeguarded(change)


def _classified(change: ChangeRecord) -> Iterator[str]:
    """Somebody with the authority said so, in writing, before the short process was used."""
    by, used = change.emergency.classified, _first(change.emergency.verbal_at, change.deployed_at)
    if by is None or not _has_authority(by) or by.at is None or (used is not None and by.at > used):
        yield "dora-17-1-6"  # "classification by named authority": at that moment there was none
        yield "itil4-eme"  # "CTO/VP classification first"
    elif not by.written:
        yield "itil4-eme"  # only this assertion asks for writing


def _deadlines(change: ChangeRecord) -> Iterator[str]:
    """What is owed after an emergency; the clock of the written word starts with the spoken one."""
    told = change.emergency
    spoken, out = told.verbal_at or change.deployed_at, change.deployed_at or told.verbal_at
    if not _within(told.written_at, spoken, WRITTEN_WITHIN):
        yield "dora-17-1-7"  # the approval after the fact, with its due date
        yield "itil4-eme"  # "written sign-off <= 24 h"
    early = told.review_at is not None and out is not None and told.review_at < out
    if early or not _within(told.review_at, out, REVIEW_WITHIN):
        yield "itil4-eme"  # "PIR scheduled <= 48 h"; Art. 17(1)(g) is about the approval


def _safeguarded(change: ChangeRecord) -> Iterator[str]:
    told = change.emergency
    if told.p1_open != 0:  # nobody counted is not zero
        yield "itil4-eme"  # "P1 in hotfix still blocks"
    if told.verbal_at is None or (change.deployed_at is not None and told.verbal_at > change.deployed_at):
        yield "itil4-eme"  # the quick authorisation that ITIL lets stand in for the written one
    # A fast tried way back and somebody on call are named in no assertion: "adequate safeguards" covers them.
    # A plan that is not there at all is told of above.
    if change.rollback is not None and not _quick(change.rollback):
        yield "dora-17-1-6"
    if change.deployed_at is not None and not _on_call(told.on_call_until, change.deployed_at):
        yield "dora-17-1-6"


_RULES: tuple[Callable[[ChangeRecord], Iterator[str]], ...] = (
    _described,
    _fall_back,
    _tested,
    _independent,
    _signed,
    _approved,
    _emergency,
)


def _approving(change: ChangeRecord) -> tuple[Signature, ...]:
    """Signatures that approve; one without a meaning counts here, and breaks 11.50(a) by itself."""
    return tuple(one for one in change.signatures if one.meaning not in _LOOKED_ONLY | _REFUSED)


def _same(one: str, other: str) -> bool:
    return not one or not other or one == other


def _has_authority(by: Classification) -> bool:
    return " ".join(by.role.replace("_", " ").replace("-", " ").replace(",", " ").split()) in _CLASSIFIERS


def _first(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


def _within(then: datetime | None, since: datetime | None, allowed: timedelta) -> bool:
    """Whether something was done in time; what nobody can place in time was not."""
    return then is not None and since is not None and then - since <= allowed


def _quick(plan: RollbackPlan) -> bool:
    return plan.tested and plan.minutes is not None and plan.minutes < ROLLBACK_MINUTES


def _on_call(until: datetime | None, deployed: datetime) -> bool:
    return until is not None and until - deployed >= ON_CALL_FOR
