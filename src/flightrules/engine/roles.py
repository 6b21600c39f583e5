"""When two names mean the same role."""

from __future__ import annotations

from flightrules.rules.exceptions import Approval
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook

__all__ = ["lacking", "same_role"]


def same_role(said: str, role: str, rulebook: Rulebook) -> bool:
    """Whether a record's role is this one: by id or by the title that the rulebook gives it."""
    known = rulebook.authority.role(role)
    names = {_key(role), _key(known.title)} if known and known.title else {_key(role)}
    return _key(said) in names


def lacking(roles: tuple[str, ...], approvals: tuple[Approval, ...], rulebook: Rulebook) -> str:
    """Why the approvals are not those of every role, each by another person; empty when they are."""
    people = [{_person(one) for one in approvals if same_role(one.role, role, rulebook)} for role in roles]
    silent = [role for role, those in zip(roles, people, strict=True) if not those]
    if silent:
        return f"lacks the approval of {', '.join(map(role_words, silent))}"
    if not _one_each(people):
        named = ", ".join(map(role_words, roles))
        return f"needs {len(roles)} people, and one gave more than one approval for {named}"
    return ""


def _one_each(people: list[set[str]], taken: frozenset[str] = frozenset()) -> bool:
    """Whether every set can be given a person of its own."""
    if not people:
        return True
    return any(_one_each(people[1:], taken | {one}) for one in sorted(people[0] - taken))


def _person(approval: Approval) -> str:
    """Who it was: the key where one signed, else the name as far as writing it differently goes."""
    return approval.verified_by or " ".join(approval.name.casefold().split())


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
