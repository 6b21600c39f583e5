"""What a role lets a person do. A power is one thing; nobody gets one by being an administrator."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from flightrules.rules.authority import Authority, Role

__all__ = ["BUILT_IN_ROLES", "OF_MACHINES", "VOTING", "Power", "powers_of", "role_key", "stands_for"]


class Power(StrEnum):
    """The separate powers; REST operations, pages and commands each name the one that they need."""

    READ = "read"
    BRING_EVIDENCE = "bring-evidence"
    MANAGE_RELEASES = "manage-releases"
    MANAGE_READINESS = "manage-readiness"
    MANAGE_CATALOGUE = "manage-catalogue"
    AGREE_RULEBOOK = "agree-rulebook"
    MANAGE_PEOPLE = "manage-people"
    OPERATE = "operate"
    AUDIT = "audit"
    SIGN = "sign"
    BLOCK = "block"
    ACCEPT = "accept"
    WAIVE = "waive"
    OVERRIDE = "override"
    CLASSIFY_EMERGENCY = "classify-emergency"
    DEPLOY = "deploy"
    SIT_ON_BOARD = "sit-on-board"


_PEOPLE = {Power.READ, Power.BLOCK, Power.SIT_ON_BOARD}
BUILT_IN_ROLES: dict[str, frozenset[Power]] = {
    "administrator": frozenset({Power.MANAGE_PEOPLE, Power.OPERATE}),
    "auditor": frozenset({Power.READ, Power.AUDIT}),
    "viewer": frozenset({Power.READ}),
    "engineer": frozenset({Power.READ, Power.BRING_EVIDENCE}),
    "engineering-lead": frozenset({*_PEOPLE, Power.SIGN, Power.BRING_EVIDENCE, Power.AGREE_RULEBOOK}),
    "qa-lead": frozenset(
        {
            *_PEOPLE,
            Power.SIGN,
            Power.ACCEPT,
            Power.WAIVE,
            Power.OVERRIDE,
            Power.MANAGE_READINESS,
            Power.BRING_EVIDENCE,
            Power.AGREE_RULEBOOK,
        }
    ),
    "release-manager": frozenset(
        {
            *_PEOPLE,
            Power.SIGN,
            Power.MANAGE_RELEASES,
            Power.MANAGE_READINESS,
            Power.MANAGE_CATALOGUE,
            Power.DEPLOY,
        }
    ),
    "product-owner": frozenset({*_PEOPLE, Power.SIGN, Power.ACCEPT, Power.AGREE_RULEBOOK}),
    "product-manager": frozenset({*_PEOPLE, Power.SIGN, Power.ACCEPT, Power.AGREE_RULEBOOK}),
    "sponsor": frozenset({*_PEOPLE, Power.SIGN, Power.ACCEPT, Power.OVERRIDE}),
    "cto": frozenset({*_PEOPLE, Power.SIGN, Power.OVERRIDE, Power.CLASSIFY_EMERGENCY}),
    "operations": frozenset({*_PEOPLE, Power.SIGN, Power.DEPLOY}),
    "security": frozenset({*_PEOPLE, Power.SIGN}),
}
"""Roles as they come; a product's adopted rulebook says which of them have the ``VOTING`` powers."""

OF_MACHINES = frozenset({Power.READ, Power.BRING_EVIDENCE})
"""All that a machine can ever be allowed."""

VOTING = frozenset(
    {Power.SIGN, Power.BLOCK, Power.ACCEPT, Power.WAIVE, Power.OVERRIDE, Power.CLASSIFY_EMERGENCY}
)
"""Powers that an adopted rulebook gives and takes; until there is one, those of the table hold."""

_NEVER_VOTE = frozenset({"administrator", "auditor", "viewer"})
_SAME_ROLE = {"cto": "cto-vp-eng", "security": "security-compliance", "sponsor": "product-owner"}
"""Roles of the office that the rulebook's catalogue calls otherwise."""


@lru_cache(maxsize=1024)
def role_key(name: str) -> str:
    """One spelling for one role: ``qa_lead``, ``QA Lead`` and ``qa-lead`` are the same."""
    return "-".join(name.casefold().replace("_", " ").replace("-", " ").split())


def powers_of(roles: Iterable[str], authority: Authority | None = None) -> frozenset[Power]:
    """What these roles allow together.

    Args:
        roles: roles that one person holds for one and the same product; never of several products together.
        authority: what the product's adopted rulebook says of voting; None while it has adopted none.
    """
    found: set[Power] = set()
    for role in map(role_key, roles):
        own = BUILT_IN_ROLES.get(role, frozenset({Power.READ}))
        found |= own if authority is None else own - VOTING | _agreed(role, authority)
    return frozenset(found)


def _agreed(role: str, authority: Authority) -> set[Power]:
    """The voting powers that a rulebook gives to a role of the office."""
    if role in _NEVER_VOTE:
        return set()
    found: set[Power] = set()
    for agreed in authority.roles:
        if stands_for(agreed.id, role):
            found |= {Power.SIT_ON_BOARD, *_given(agreed)}  # on which board, its governance says
    emergency = authority.act("emergency")
    if emergency and any(stands_for(name, role) for name in emergency.signers):
        found.add(Power.CLASSIFY_EMERGENCY)
    return found


def _given(role: Role) -> set[Power]:
    table = (
        (role.may_sign, Power.SIGN),
        (role.may_block, Power.BLOCK),
        (role.may_accept, Power.ACCEPT),
        (role.may_waive, Power.WAIVE),
        (role.may_override, Power.OVERRIDE),
    )
    return {power for may, power in table if may}


def stands_for(agreed: str, role: str) -> bool:
    """Whether a role of the rulebook is this role of the office: ``cto_vp_eng`` is the office's ``cto``."""
    key = role_key(agreed)
    return key in (role_key(role), _SAME_ROLE.get(role_key(role)))
