"""What other rooms hold against a release at the moment of deployment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flightrules.service.blockers.queries import standing_blockers
from flightrules.service.clearance.answer import Reason
from flightrules.service.clearance.decided import Decision, lacks, overridden_blockers
from flightrules.service.releases.queries import Release

__all__ = ["hindrances"]

_SHOWN = 10


def hindrances(release: Release, decision: Decision | None, at: datetime) -> Iterator[Reason]:
    """Open blockers that no override names, and what the board or an emergency still lacks."""
    named = overridden_blockers(decision)
    for one in [one for one in standing_blockers(release) if str(one.key) not in named][:_SHOWN]:
        fix = "have it resolved, or accepted with a mitigation, and decide again"
        yield Reason("blocker_open", f"a blocker is {one.state}: {one.title}", fix)
    for text in lacks(release, at):
        yield Reason("lacking", text, "see to it, then ask again", waits=True)
