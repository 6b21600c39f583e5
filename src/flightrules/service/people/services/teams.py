"""Teams: people who are told and shown together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from flightrules.service.door.refusals import ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.models import Team
from flightrules.service.people.names import checked_name
from flightrules.service.people.powers import Power
from flightrules.service.people.services.roles import known_person
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import OFFICE, act, append
from flightrules.service.records.tags import Tag

__all__ = ["change_team", "open_team"]


@act
def open_team(*, name: str, product: str = "", members: Iterable[str] = (), by: Actor, at: datetime) -> Team:
    """Make a team of a product, or of the office.

    Raises:
        InvalidError: E_PERSON_NAME, E_PERSON.
    """
    require(by, Power.MANAGE_PEOPLE, product=product, at=at)
    team = Team.objects.create(name=checked_name(name), product=product, changed_at=at)
    return _with_members(team, members, by, at)


@act
def change_team(
    *,
    team: str,
    name: str,
    members: Iterable[str],
    as_read: Callable[[Team], None] | None = None,
    by: Actor,
    at: datetime,
) -> Team:
    """Give a team another name and other members; ``as_read`` refuses when it changed since it was read.

    Raises:
        ForeignError: E_NO_SUCH. InvalidError: E_PERSON_NAME, E_PERSON.
    """
    found = Team.objects.select_for_update().filter(pk=team).first()
    require(by, Power.MANAGE_PEOPLE, product=found.product if found else "", at=at)
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    if as_read is not None:
        as_read(found)
    found.name, found.changed_at = checked_name(name), at
    found.save(update_fields=["name", "changed_at"])
    return _with_members(found, members, by, at)


def _with_members(team: Team, members: Iterable[str], by: Actor, at: datetime) -> Team:
    keys = sorted(set(members))
    team.members.set([known_person(key) for key in keys])
    append(
        stream=OFFICE,
        tag=Tag.TEAM_CHANGED,
        by=by,
        at=at,
        subject=f"team/{team.key}",
        data={"name": team.name, "product": team.product, "members": keys},
    )
    return team
