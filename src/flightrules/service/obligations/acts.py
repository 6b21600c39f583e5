"""Debts that stand for an act: a word that was given is written, an override is answered, by a signature."""

from __future__ import annotations

from datetime import datetime

from flightrules.engine.relaxation import track_called
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.obligations.holders import speaks_for
from flightrules.service.obligations.lookups import act_that_pays, is_to_write
from flightrules.service.obligations.models import Obligation
from flightrules.service.obligations.owed import VERBAL, word_givers
from flightrules.service.obligations.telling import waits_for
from flightrules.service.people.powers import stands_for
from flightrules.service.records.actor import Actor

__all__ = ["command_of", "is_for"]


def command_of(row: Obligation) -> str:
    """The command of the act that alone pays the debt; empty where it is paid in writing, or paid."""
    if row.paid_at is not None:
        return ""
    if _is_word(row):
        return f"flightrules emergency sign-off --text TEXT --release {row.release.version}"
    return act_that_pays(row)


def is_for(row: Obligation, *, by: Actor, at: datetime) -> bool:
    """Whether the debt waits for this person: in the role that owes or confirms it, with the word to give."""
    role = waits_for(row)
    if not role:
        return False
    if row.paid_at is not None:
        return row.paid_by != by.key and speaks_for(by, role, row.release, at, apart={row.paid_by})
    return speaks_for(by, role, row.release, at) and (not _is_word(row) or is_to_write(row, by, at))


def _is_word(row: Obligation) -> bool:
    """Whether the written sign-off is owed: only who gave the word signs for it."""
    if row.event != VERBAL:
        return False
    edition = edition_in_force(row.release.product_id)
    track = track_called(rulebook_of(edition), row.track) if edition else None
    return any(stands_for(one, row.owner) for one in word_givers(track))
