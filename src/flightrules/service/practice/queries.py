"""Reads of practice: a product's history gathered from the rooms that hold it, and what the detectors say."""

from __future__ import annotations

from datetime import datetime

from flightrules.engine import practice as engine
from flightrules.engine.condition_sentence import said_length
from flightrules.engine.practice import Detection, History, Limits, detect
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.trigger import Trigger
from flightrules.service.catalogue.queries import edition_in_force, get_product, rulebook_of
from flightrules.service.decisions.history import Decision, ever_let_go, signed
from flightrules.service.emergencies.queries import hotfixes, is_on_emergency_track
from flightrules.service.obligations.queries import Obligation, of_release
from flightrules.service.readiness.history import accepted, judged, points, waived
from flightrules.service.records.actor import Actor

__all__ = ["history_of", "practice"]


def practice(*, product: str, by: Actor, at: datetime) -> tuple[Detection, ...]:
    """Every detector's answer about a product.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    get_product(key=product, by=by, at=at)
    return detect(history_of(product, at))


def history_of(product: str, at: datetime) -> History:
    """The product's history as of now; nothing here asks who wants to know."""
    edition = edition_in_force(product)
    book = rulebook_of(edition) if edition else None
    return History(
        decisions=tuple(_decision(one, at) for one in ever_let_go(product)),
        sign_offs=tuple(
            engine.SignOff(str(one.key), one.person, one.role, one.choice, one.at, one.opened_at)
            for one in signed(product)
        ),
        hotfixes=tuple(
            engine.Hotfix(str(one.release.key), one.release.version, one.outside, one.is_proven)
            for one in hotfixes(product)
        ),
        acceptances=tuple(
            engine.Acceptance(one.defect.number, one.release.version, one.opened_at, one.resolution_target)
            for one in accepted(product)
        ),
        waivers=tuple(
            engine.Waiver(one.criterion, one.release.version, one.opened_at) for one in waived(product)
        ),
        runs=tuple(
            engine.GateRun(one.gate, one.release.version, one.outcome, one.asked_at)
            for one in judged(product)
            if _blocks(book, one.gate)
        ),
        triggers=tuple(_trigger(one) for one in book.rollback.triggers) if book else (),
        limits=_limits(book),
    )


def _decision(one: Decision, at: datetime) -> engine.Decision:
    items = points(one.release_id)
    skipped = [item.text for item in items if item.done_at is None or item.done_at > one.at]
    return engine.Decision(
        key=str(one.key),
        version=one.release.version,
        at=one.at,
        record=_record(list(of_release(one.release_id)), one, at),
        is_emergency=is_on_emergency_track(one.release),
        skipped=tuple(skipped),
        has_checklist=bool(items),
    )


def _record(debts: list[Obligation], one: Decision, at: datetime) -> str:
    """How the written record of a decision stands: it is one of the debts that the decision started."""
    mine = [debt for debt in debts if debt.event == "decision" and debt.about in ("", f"decision/{one.key}")]
    if not mine:
        return "missing"
    unpaid = [debt for debt in mine if debt.paid_at is None]
    if any(debt.due_at < at for debt in unpaid):
        return "missing"
    if unpaid:
        return "pending"
    late = any(debt.paid_at is not None and debt.paid_at > debt.due_at for debt in mine)
    return "late" if late else "written"


def _blocks(book: Rulebook | None, gate: str) -> bool:
    known = book.gate(gate) if book else None
    return known is None or known.on_failure == "block"


def _trigger(one: Trigger) -> engine.Trigger:
    told = one.kind == "automatic" and one.has_threshold
    return engine.Trigger(one.id, one.signal, one.tier, _threshold(one) if told else "", one.action)


def _threshold(one: Trigger) -> str:
    """When it fires, in the words of the rulebook: the same value for longer is another answer."""
    parts = (
        ("factor", one.factor),
        ("limit", one.limit if one.limit is None else f"{one.limit} {one.unit}".strip()),
        ("failures", one.failures),
        ("baseline", one.baseline or None),
        ("for", one.lasting and said_length(one.lasting)),
        ("within", one.within and said_length(one.within)),
    )
    return ", ".join(f"{name} {value}" for name, value in parts if value is not None)


def _limits(book: Rulebook | None) -> Limits:
    usual = Limits()
    if book is None:
        return usual
    stated = book.governance.practice
    return Limits(
        decisions_reviewed=stated.decisions_reviewed or usual.decisions_reviewed,
        emergency_share=usual.emergency_share if stated.emergency_share is None else stated.emergency_share,
    )
