"""Who wrote the change that a release brings, as CI or a person states it: from git, so claimed.

Authors are matched to people by the mail address of their accounts. Who matches nobody is somebody unknown:
counted, never guessed. What was stated once stays; further statements can only add authors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, UUIDField

from flightrules.service.door.questions import Question
from flightrules.service.people.access import require
from flightrules.service.people.addresses import people_of_addresses
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.models import Authorship, Release
from flightrules.service.releases.queries import get_release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = ["Authors", "Change", "authors_of", "authorships", "state_authors"]

_STATED = Question(lambda release: Authorship.objects.filter(release=release), UUIDField())


@dataclass(frozen=True, slots=True)
class Change:
    """Commits behind ``base`` up to ``head``, and the addresses of everybody who wrote one of them."""

    base: str
    head: str
    commits: int
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authors:
    """Keys of the people who wrote the change; ``complete`` where it is stated and everybody is known."""

    people: tuple[str, ...]
    complete: bool


@act
def state_authors(*, release: str, change: Change, by: Actor, at: datetime) -> Authorship:
    """Put on record who wrote the change of an open release.

    Raises:
        ConflictError: E_RELEASE_STATE.
    """
    row = locked(release, by, at)
    require(by, Power.BRING_EVIDENCE, product=row.product_id, at=at)
    require_open(row)
    wanted = {one.strip().casefold() for one in change.addresses}
    known = people_of_addresses(wanted)
    made = Authorship.objects.create(
        release=row,
        base=change.base,
        head=change.head,
        commits=change.commits,
        authors=sorted(set(known.values())),
        unknown=len(wanted - known.keys()),
        stated_by=by.key,
        stated_at=at,
    )
    append(
        stream=product_stream(row.product_id),
        tag=Tag.CHANGE_AUTHORS_STATED,
        by=by,
        at=at,
        subject=f"authorship/{made.key}",
        data={
            "release": str(row.key),
            "base": made.base,
            "head": made.head,
            "commits": made.commits,
            "authors": made.authors,
            "unknown": made.unknown,
        },
    )
    return made


def authorships(*, release: str, by: Actor, at: datetime) -> QuerySet[Authorship]:
    """All that was stated about who wrote the change.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    return Authorship.objects.filter(release=get_release(key=release, by=by, at=at))


def authors_of(release: Release) -> Authors:
    """Everybody who was ever stated as an author."""
    stated = [(one.authors, one.unknown) for one in _STATED.rows(release.pk)]
    people = {key for authors, _ in stated for key in authors}
    return Authors(tuple(sorted(people)), bool(people) and not any(unknown for _, unknown in stated))
