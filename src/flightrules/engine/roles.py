"""When two names mean the same role."""

from __future__ import annotations

from flightrules.rules.rulebook import Rulebook

__all__ = ["same_role"]


def same_role(said: str, role: str, rulebook: Rulebook) -> bool:
    """Whether a record's role is this one: by id or by the title that the rulebook gives it."""
    known = rulebook.authority.role(role)
    names = {_key(role), _key(known.title)} if known and known.title else {_key(role)}
    return _key(said) in names


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
