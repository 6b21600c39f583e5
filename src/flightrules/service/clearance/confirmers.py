"""Whose confirmation of a condition counts: somebody in the role, who has no part in the release.

It is a signature that lets a release go, so it is asked at the signing and again at each deployment.
"""

from __future__ import annotations

from datetime import datetime

from flightrules.service.clearance.decided import Decision
from flightrules.service.clearance.models import ConditionReading
from flightrules.service.emergencies.changes import parts_in
from flightrules.service.emergencies.queries import classification_of
from flightrules.service.people.powers import stands_for
from flightrules.service.people.seats import seats_apart
from flightrules.service.releases.queries import Release

__all__ = ["still_counts", "who_has_a_part"]


def who_has_a_part(release: Release) -> frozenset[str]:
    """Who opened it and who wrote the change: neither they nor whom they lend a role confirm anything."""
    classified = classification_of(release)
    return parts_in(release, classified.authors if classified is not None else ())


def still_counts(one: ConditionReading, decision: Decision, at: datetime) -> bool:
    """Whether a reading counts for this decision; what was measured does, whoever brought it.

    A confirmation is of the decision that asked for it: one from before it was of something else. And who
    confirmed has to speak in that role still.
    """
    if not one.role:
        return True
    release = decision.release
    parts = who_has_a_part(release)
    if one.received_at < decision.at or one.brought_by in parts:
        return False
    seats = seats_apart(one.brought_by, release.product_id, at, apart=parts)
    return any(stands_for(one.role, seat.role) for seat in seats)
