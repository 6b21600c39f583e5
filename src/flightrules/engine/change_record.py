"""What is told of one change after the fact: who asked, built and approved, when it went out, what was seen.

Read leniently on purpose. What is missing, of the wrong shape or filled to have it filled becomes nothing,
for the rules of the process judge exactly that: a record too broken to read must never look like a sound one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from flightrules.evidence.reading.timestamps import moment
from flightrules.rules.exceptions import says_nothing
from flightrules.values import frozen

__all__ = ["ChangeRecord", "Classification", "Emergency", "RollbackPlan", "Signature", "read_change_record"]


@frozen
class Signature:
    """One signing: by whom, in which role, with which meaning and printed name, when.

    Attributes:
        components: how many signature components were shown; 0 where that is unknown.
        session_first: whether it was the first of a continuous session; None where it belonged to none.
    """

    by: str
    role: str
    meaning: str
    name: str
    at: datetime | None
    components: int
    session_first: bool | None


@frozen
class RollbackPlan:
    """How to go back: by whom, how long it takes, and whether it was tried.

    ``has_trigger`` is False only where the plan has room for a trigger and leaves it empty.
    """

    owner: str
    has_trigger: bool
    minutes: Decimal | None
    tested: bool


@frozen
class Classification:
    """Who called the change an emergency, when, and whether in writing."""

    role: str
    at: datetime | None
    written: bool


@frozen
class Emergency:
    """What the emergency track asks for; ``p1_open`` is None where nobody counted."""

    classified: Classification | None
    verbal_at: datetime | None
    written_at: datetime | None
    review_at: datetime | None
    p1_open: int | None
    on_call_until: datetime | None


@frozen
class ChangeRecord:
    """One change; people are compared by their folded key, and an empty key is somebody unknown.

    Attributes:
        kind: ``normal``, ``standard`` or ``emergency``; empty where it is none of these.
        template_approved: whether a standard change names a template that was approved, and kept to it.
    """

    kind: str
    requester: str
    implementer: str
    signatures: tuple[Signature, ...]
    deployed_at: datetime | None
    security_impact: str
    reason: str
    rollback: RollbackPlan | None
    tested_artifact: str
    deployed_artifact: str
    template_approved: bool
    emergency: Emergency


KINDS = frozenset({"normal", "standard", "emergency"})


def read_change_record(document: Mapping[str, object]) -> ChangeRecord:
    """The record as it was written down; what cannot be read is taken as not there."""
    kind = _folded(document.get("type"))
    signatures = document.get("approvals")
    return ChangeRecord(
        kind=kind if kind in KINDS else "",
        requester=_folded(document.get("requester")),
        implementer=_folded(document.get("implementer")),
        signatures=tuple(_signature(_mapping(one)) for one in signatures)
        if isinstance(signatures, list | tuple)
        else (),
        deployed_at=_time(document.get("deployed_at")),
        security_impact=_text(document.get("security_impact")),
        reason=_text(document.get("reason")),
        rollback=_rollback(document.get("rollback_plan")),
        tested_artifact=_folded(document.get("tests_artifact")),
        deployed_artifact=_folded(document.get("deployed_artifact")),
        template_approved=_template(_mapping(document.get("template"))),
        emergency=_emergency(document),
    )


def _signature(one: Mapping[str, object]) -> Signature:
    first = one.get("session_first")
    return Signature(
        by=_folded(one.get("by")),
        role=_text(one.get("role")),
        meaning=_folded(one.get("meaning")),
        name=_text(one.get("name")),
        at=_time(one.get("at")),
        components=_count(one.get("components")) or 0,
        session_first=first if isinstance(first, bool) else None,
    )


def _rollback(plan: object) -> RollbackPlan | None:
    if isinstance(plan, str):  # a plan in words: there is one, and nobody is named for it
        return RollbackPlan("", has_trigger=True, minutes=None, tested=False) if _text(plan) else None
    written = _mapping(plan)
    if not written:
        return None
    return RollbackPlan(
        owner=_folded(written.get("owner")),
        has_trigger="trigger" not in written or bool(_text(written["trigger"])),
        minutes=_number(written.get("minutes")),
        tested=written.get("tested") is True,
    )


def _template(template: Mapping[str, object]) -> bool:
    return (
        bool(_folded(template.get("approved_by")))
        and _time(template.get("approved_at")) is not None
        and template.get("deviates") is not True
    )


def _emergency(document: Mapping[str, object]) -> Emergency:
    by = _mapping(document.get("classified_by"))
    classified = Classification(_folded(by.get("role")), _time(by.get("at")), by.get("written") is True)
    return Emergency(
        classified=classified if by else None,
        verbal_at=_time(document.get("verbal_qa")),
        written_at=_time(document.get("written_signoff_at")),
        review_at=_time(document.get("pir_scheduled_for")),
        p1_open=_count(document.get("p1_open_in_hotfix")),
        on_call_until=_time(document.get("on_call_until")),
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    """What was written; nothing where a dash or a TBD stands for it."""
    return value.strip() if isinstance(value, str) and not says_nothing(value) else ""


def _folded(value: object) -> str:
    """The same person or word however it is spelt: compatibility forms, case and space make no difference."""
    return " ".join(unicodedata.normalize("NFKC", _text(value)).casefold().split())


def _time(value: object) -> datetime | None:
    """A moment with its zone; one without could be any of a day's."""
    found, zoned = moment(value) if isinstance(value, str) else (None, False)
    return found if zoned else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    exact = Decimal(str(value))
    return exact if exact.is_finite() and exact >= 0 else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
