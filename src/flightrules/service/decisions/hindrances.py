"""What other rooms hold against going: open blockers, the board's approval, what an emergency still lacks."""

from __future__ import annotations

from datetime import datetime

from flightrules.engine.quorum import Ask, Choice, Tally, Vote, tally
from flightrules.service.blockers.queries import Blocker, standing_blockers, unresolved_blockers
from flightrules.service.board.queries import lacks_approval
from flightrules.service.emergencies.points import Point, points_of
from flightrules.service.emergencies.queries import classification_of, lacks_for_decision
from flightrules.service.readiness.lineage import lighter_than_before
from flightrules.service.releases.queries import Release

__all__ = ["accepted_blockers", "blockers_in_words", "lacks", "raised", "spoken_verdict"]


def blockers_in_words(release: Release) -> tuple[str, ...]:
    """Each blocker that stands, in a sentence; one that another decision overruled does so in this one."""
    return tuple(
        f"{one.title} ({one.state} since {_since(one):%Y-%m-%d})" for one in standing_blockers(release)
    )


def accepted_blockers(release: Release) -> list[Blocker]:
    """Blockers that go out with the release, accepted with a mitigation."""
    return [one for one in unresolved_blockers(release) if one.state == Blocker.State.ACCEPTED]


def raised(release: Release) -> int:
    """How many blockers are not resolved: with any, nobody signs that none is known."""
    return len(unresolved_blockers(release))


def lacks(release: Release, at: datetime) -> tuple[str, ...]:
    """What must be there before the release may go, in words."""
    missing = lacks_approval(release, at)
    said = (missing,) if missing else ()
    return (*said, *lacks_for_decision(release, at), *lighter_than_before(release))


def spoken_verdict(release: Release, role: str, dossier: str, at: datetime) -> Tally | None:
    """The word of who answers for quality, where an emergency goes ahead on it; it is owed in writing.

    None for a release that is no emergency, and where nobody has spoken for what is there now.
    """
    one = classification_of(release)
    places = points_of(one, at) if one is not None else []
    given = next((place.word for place in places if place.point == Point.QA_AGREED and place.met), None)
    if given is None:
        return None
    who = given.said_by or given.by
    word = Vote(who, role, who, Choice.GO.value, given.at, dossier)
    return tally(Ask((role,)), [word], dossier=dossier, at=at)


def _since(one: Blocker) -> datetime:
    return one.overruled_at or one.raised_at
