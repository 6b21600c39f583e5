"""RASCI: who is responsible, accountable, supporting, consulted and informed in each activity.

The definitions are those of the rulebook language; the presets are the ones that it ships.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flightrules.rules.authority import PRESETS, Activity
from flightrules.service.door.refusals import InvalidError
from flightrules.service.people.powers import role_key

__all__ = ["CUSTOM", "LETTERS", "checked", "preset_activities", "to_json"]

CUSTOM = "custom"
LETTERS = ("responsible", "accountable", "supports", "consulted", "informed")
_MOST_ACTIVITIES, _MOST_ROLES = 50, 30


@cache
def preset_activities(preset: str) -> tuple[Activity, ...]:
    """The activities of a shipped preset.

    Raises:
        InvalidError: E_RASCI_PRESET.
    """
    from flightrules.rules.loading import load_rulebook

    if preset not in PRESETS:
        raise InvalidError(
            "E_RASCI_PRESET", f"no preset is called {preset[:60]!r}", hint=f"known are {', '.join(PRESETS)}"
        )
    book = load_rulebook(f"flightrules: 1\nauthority: {{preset: {preset}}}\n".encode(), f"preset {preset}")
    return tuple(_normal(activity) for activity in book.authority.activities)


def checked(stated: Mapping[str, Mapping[str, list[str]]]) -> tuple[Activity, ...]:
    """Activities as they were sent, with every role in one spelling.

    Raises:
        InvalidError: E_RASCI_ACCOUNTABLE unless exactly one role answers for each activity,
            E_RASCI_RESPONSIBLE where nobody does it, E_RASCI_SIZE.
    """
    if not 0 < len(stated) <= _MOST_ACTIVITIES:
        raise InvalidError("E_RASCI_SIZE", f"there are 1 to {_MOST_ACTIVITIES} activities")
    return tuple(_checked(name, letters) for name, letters in sorted(stated.items()))


def to_json(activities: tuple[Activity, ...]) -> dict[str, dict[str, list[str]]]:
    """Activity, letter, roles."""
    return {one.id: {letter: list(getattr(one, letter)) for letter in LETTERS} for one in activities}


def _checked(name: str, letters: Mapping[str, list[str]]) -> Activity:
    roles = {letter: tuple(dict.fromkeys(map(role_key, letters.get(letter, ())))) for letter in LETTERS}
    if any(len(those) > _MOST_ROLES for those in roles.values()):
        raise InvalidError("E_RASCI_SIZE", f"{name!r} names more than {_MOST_ROLES} roles under one letter")
    accountable = len(roles["accountable"])
    if accountable != 1:
        raise InvalidError(
            "E_RASCI_ACCOUNTABLE",
            f"{accountable or 'no'} roles are accountable for {name!r}; exactly one answers for an activity",
            hint="name one role under `accountable`; several may be `responsible`",
        )
    if not roles["responsible"]:
        raise InvalidError("E_RASCI_RESPONSIBLE", f"nobody is responsible for {name!r}")
    return Activity(id=name, **roles)


def _normal(activity: Activity) -> Activity:
    return _checked(activity.id, {letter: list(getattr(activity, letter)) for letter in LETTERS})
