"""What the record of a decision says of an emergency: who classified it, its lock, its list as it stood."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flightrules.service.emergencies.points import points_of
from flightrules.service.emergencies.queries import classification_of
from flightrules.service.releases.queries import Release

__all__ = ["emergency_block"]


def emergency_block(release: Release, at: datetime) -> dict[str, Any] | None:
    """The classification that holds, and each point of the list; None for a release that is no emergency."""
    one = classification_of(release)
    if one is None:
        return None
    return {
        "classification": str(one.key),
        "track": one.track,
        "role": one.role,
        "at": one.at.astimezone(UTC).isoformat(),
        "reason": {"commitment": one.reason},
        "reference": one.reference,
        "paths": list(one.paths),
        "share": one.share,
        "points": [
            {"point": place.point, "title": place.title, "met": place.met, "why": place.why}
            for place in points_of(one, at)
        ],
    }
