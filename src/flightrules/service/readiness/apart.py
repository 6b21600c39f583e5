"""Who sets a criterion aside, or ships a known defect, holds the role and has no part in the release."""

from __future__ import annotations

from datetime import datetime

from flightrules.rules.role_words import role_words
from flightrules.service.door.refusals import DeniedError
from flightrules.service.people.powers import role_key
from flightrules.service.people.seats import seats_apart
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import product_stream
from flightrules.service.releases.authorship import authors_of
from flightrules.service.releases.queries import Release

__all__ = ["require_role_apart"]


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


def _speaks(role: str, product: str, by: Actor, at: datetime, apart: set[str]) -> bool:
    return role in {role_key(one.role) for one in seats_apart(by.key, product, at, apart=apart)}
