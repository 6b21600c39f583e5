"""Who sets a criterion aside, or ships a known defect, holds the role and has no part in the release."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.rules.role_words import role_words
from flightrules.service.door.refusals import ConflictError, DeniedError
from flightrules.service.people.powers import role_key
from flightrules.service.people.seats import seats_apart, spoken_by
from flightrules.service.readiness.models import Approval
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import product_stream
from flightrules.service.releases.authorship import authors_of
from flightrules.service.releases.queries import Release

__all__ = ["require_own_voice", "require_role_apart"]


def require_role_apart(role: str, release: Release, subject: str, *, by: Actor, at: datetime) -> None:
    """Refuse unless the actor speaks in the role, as somebody who neither opened the release nor wrote it.

    Nor does the role count that one of those lent to the actor.

    Args:
        role: in the office's spelling.
        release: what it is for.
        subject: what the refusal is about, as ``kind/key``.
        by: who.
        at: when.

    Raises:
        DeniedError: E_ROLE_NOT_HELD, E_SELF_APPROVAL.
    """
    product = release.product_id
    about = (product_stream(product), subject)
    parts = {release.opened_by, *authors_of(release).people}
    if not _speaks(role, product, by, at, set()):
        raise DeniedError("E_ROLE_NOT_HELD", f"you do not hold the role {role_words(role)} here").about(
            *about
        )
    if by.key in parts or not _speaks(role, product, by, at, parts):
        raise DeniedError(
            "E_SELF_APPROVAL",
            "who opened the release or wrote the change grants it nothing, nor do those they lent a role",
            hint="ask another holder of the role",
        ).about(*about)


def require_own_voice(
    given: Iterable[Approval], role: str, product: str, subject: str, *, by: Actor, at: datetime
) -> None:
    """Refuse a second yes of one person: in another role, or through somebody whom they lent one.

    Args:
        given: what was said so far.
        role: in which the actor speaks.
        product: where.
        subject: what the refusal is about, as ``kind/key``.
        by: who.
        at: when.

    Raises:
        ConflictError: E_SIGNED_ALREADY, E_DISTINCT_PERSONS.
    """
    about = (product_stream(product), subject)
    mine = spoken_by(by.key, role, product, at)
    for one in given:
        if one.person == by.key or one.role == role:
            raise ConflictError(
                "E_SIGNED_ALREADY", "you agreed to it already, or somebody in this role"
            ).about(*about)
        if mine & spoken_by(one.person, one.role, product, one.at):
            raise ConflictError(
                "E_DISTINCT_PERSONS",
                "one of you lent the other a role; that is one voice",
                hint="let another holder of the role agree, or a deputy",
            ).about(*about)


def _speaks(role: str, product: str, by: Actor, at: datetime, apart: set[str]) -> bool:
    return role in {role_key(one.role) for one in seats_apart(by.key, product, at, apart=apart)}
