"""What a role lets a person do. A power is one thing; nobody gets one by being an administrator."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["BUILT_IN_ROLES", "Power"]


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


_PEOPLE = {Power.READ, Power.BLOCK}
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
    "sponsor": frozenset({*_PEOPLE, Power.SIGN, Power.ACCEPT, Power.OVERRIDE}),
    "cto": frozenset({*_PEOPLE, Power.SIGN, Power.OVERRIDE, Power.CLASSIFY_EMERGENCY}),
    "operations": frozenset({*_PEOPLE, Power.SIGN, Power.DEPLOY}),
    "security": frozenset({*_PEOPLE, Power.SIGN}),
}
"""Roles as they come; a product's adopted rulebook says which of them sign, block, accept, waive and override."""
