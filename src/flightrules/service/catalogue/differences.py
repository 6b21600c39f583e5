"""What two editions of a rulebook promise differently, named one by one; pure."""

from __future__ import annotations

from typing import Any

from flightrules.rules.render import render
from flightrules.rules.rulebook import Rulebook
from flightrules.values import content_of, names_of

__all__ = ["differences"]

_WHOLE = ("mode", "severity", "quarantine", "authority", "waivers", "environments", "classes", "tracks")
_QUIET = frozenset({"origin", "where"})


def differences(before: Rulebook, after: Rulebook) -> tuple[str, ...]:
    """Sentences on criteria, gates and powers that differ; where things stand in the file plays no part."""
    said = _of("criterion", _criteria(before), _criteria(after))
    said += _of("gate", _named(before.gates), _named(after.gates))
    said += _of("evidence source", _named(before.sources, "name"), _named(after.sources, "name"))
    said += _of("scope", _named(before.scopes, "name"), _named(after.scopes, "name"))
    for section in _WHOLE:
        if _plain(getattr(before, section)) != _plain(getattr(after, section)):
            said.append(f"{section} changed")
    return tuple(said)


def _of(what: str, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    said = [f"{what} {key} is new: {_shown(after[key])}" for key in after if key not in before]
    said += [f"{what} {key} was removed: {_shown(before[key])}" for key in before if key not in after]
    for key, was in before.items():
        if key in after and was != after[key]:
            said.append(_became(f"{what} {key}", _shown(was), _shown(after[key])))
    return sorted(one.removesuffix(": ") for one in said)


def _became(what: str, before: str, after: str) -> str:
    return f"{what}: {before} became {after}" if before != after else f"{what} changed: {after}"


def _criteria(book: Rulebook) -> dict[str, Any]:
    found = {}
    for rule in book.rules:
        content = {name: _plain(value) for name, value in content_of(rule).items() if name not in _QUIET}
        found[rule.id] = (f"{render(rule.criterion)} ({rule.enforcement})", content)
    return found


def _named(values: Any, key: str = "id") -> dict[str, Any]:
    return {getattr(one, key): ("", _plain(one)) for one in values}


def _shown(one: tuple[str, Any]) -> str:
    return one[0]


def _plain(value: Any) -> Any:
    """A value without the places where it was written."""
    if names_of(value):
        return tuple(_plain(getattr(value, name)) for name in names_of(value) if name not in _QUIET)
    return tuple(_plain(one) for one in value) if isinstance(value, (tuple, list)) else value
