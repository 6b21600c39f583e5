"""The signed, short-lived answer for the artefacts of a decision, verified without the service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flightrules.ledger.clearance_attestation import attest_clearance
from flightrules.ledger.entry import moment
from flightrules.service.catalogue.queries import require_edition_in_force
from flightrules.service.clearance.answer import CLOSED, WAITING, Clearance
from flightrules.service.clearance.decided import Decision, find_decision
from flightrules.service.clearance.queries import Asked, clearance_of_release
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.queries import head
from flightrules.service.records.services import product_stream
from flightrules.service.records.signer import ledger_key

__all__ = ["attestation_of"]

_LIVES = (timedelta(minutes=15), timedelta(minutes=5), timedelta(minutes=1))


def attestation_of(*, decision: str, by: Actor, at: datetime) -> bytes:
    """The bundle: open only while each artefact of the decision is cleared for its environment.

    It lives for 15 minutes, or for 5 or 1 where a condition, the window or the decision ends before; what
    would not be open a minute later is attested as shut.

    Raises:
        ForeignError: E_NO_SUCH. UnavailableError: E_SIGNING_KEY. ConflictError: E_NO_RULEBOOK.
    """
    row = find_decision(decision)
    require(by, Power.READ, product=row.release.product_id, at=at)
    edition = require_edition_in_force(row.release.product_id)
    found = _answers(row, by, at)
    lives = next((one for one in _LIVES if _lasts(row, found, by, at + one)), None)
    record: dict[str, Any] = {
        "product": row.release.product_id,
        "version": row.release.version,
        "release": str(row.release.key),
        "decision": str(row.key),
        "outcome": row.outcome,
        "state": found[0].state if lives else _shut(found),
        "environment": found[0].environment,
        "dossier": row.dossier,
        "decision_record": row.record,
        "rulebook_digest": edition.meaning_digest,
        "conditions": [[one.text, one.proof.state.value] for one in found[0].conditions],
        "reasons": sorted({one.code for answer in found for one in answer.reasons}),
        "checkpoint": head(product_stream(row.release.product_id)),
        "as_of": moment(at),
        "expires_at": moment(at + (lives or _LIVES[0])),
    }
    subjects = [
        {"name": name, "digest": {"sha256": digest}} for name, digest in sorted(row.artefacts.items())
    ]
    return attest_clearance(record, subjects=subjects, signer=ledger_key())


def _answers(decision: Decision, by: Actor, at: datetime) -> list[Clearance]:
    return list(_each(decision, by, at))


def _each(decision: Decision, by: Actor, at: datetime) -> Iterator[Clearance]:
    for digest in sorted(set(decision.artefacts.values())):
        asked = Asked(digest, decision.environment, decision.release.product_id)
        yield clearance_of_release(decision.release, asked, by, at)


def _lasts(decision: Decision, now: list[Clearance], by: Actor, then: datetime) -> bool:
    """Open now by this very decision, and still open then."""
    if not now or not all(_by_this(decision, one) for one in now):
        return False
    return all(_by_this(decision, one) for one in _answers(decision, by, then))


def _by_this(decision: Decision, one: Clearance) -> bool:
    return one.is_open and one.decision is not None and one.decision.pk == decision.pk


def _shut(found: list[Clearance]) -> str:
    return WAITING if found and all(one.state == WAITING for one in found) else CLOSED
