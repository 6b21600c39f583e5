"""Conditions that a person has to confirm: only in a role that somebody holds, else they are never met."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.engine.condition_sentence import Confirmation, parse_condition
from flightrules.rules.role_words import role_words
from flightrules.rules.shape import nearest
from flightrules.service.decisions.seats import on_record
from flightrules.service.door.refusals import ConflictError
from flightrules.service.people.powers import Power, powers_of, stands_for
from flightrules.service.people.queries import roles_held
from flightrules.service.releases.queries import Release

__all__ = ["require_confirmable"]


def require_confirmable(conditions: Iterable[str], release: Release, at: datetime) -> None:
    """Refuse a condition that names a role which nobody holds who could look at it; cooling down is holding.

    Args:
        conditions: sentences as ``checked_conditions`` gave them.
        release: what they are about.
        at: when.

    Raises:
        ConflictError: E_CONDITION_ROLE, with the roles that somebody holds here.
    """
    asked = [one.role for one in map(parse_condition, conditions) if isinstance(one, Confirmation)]
    if not asked:
        return
    here = sorted(one for one in roles_held(release.product_id, at) if Power.READ in powers_of([one]))
    for role in asked:
        if not any(stands_for(role, one) for one in here):
            raise on_record(_nobody(role, here), release)


def _nobody(role: str, here: list[str]) -> ConflictError:
    close = nearest(role, tuple(here))
    meant = f"did you mean {close!r}? " if close else ""
    return ConflictError(
        "E_CONDITION_ROLE",
        f"nobody holds the role {role_words(role)} here, so the condition could never be met",
        hint=f"{meant}name a role that somebody holds: {', '.join(here)}",
        roles=here,
    )
