"""Who must sign an edition of a rulebook: three parties, under whatever spelling the file names them."""

from __future__ import annotations

from flightrules.rules.rulebook import Rulebook
from flightrules.service.door.refusals import InvalidError
from flightrules.service.people.powers import role_key

__all__ = ["NEGOTIATORS", "PARTIES", "negotiators_of"]

NEGOTIATORS = ("qa-lead", "engineering-lead", "product-owner")
"""Quality, engineering and product, where a rulebook does not say who negotiates."""

PARTIES = 3


def negotiators_of(proposed: Rulebook, in_force: tuple[str, ...]) -> tuple[str, ...]:
    """The roles that must sign: those of the proposal, and those who agreed what it would replace.

    A proposal cannot take a party's voice away by leaving it out.

    Raises:
        InvalidError: E_NEGOTIATORS.
    """
    named = [role_key(role) for role in proposed.authority.negotiated_by] or list(NEGOTIATORS)
    roles = tuple(dict.fromkeys((*named, *in_force)))
    if len(set(named)) < PARTIES:
        raise InvalidError(
            "E_NEGOTIATORS",
            f"authority.negotiated_by names {len(set(named))} roles; three parties agree on thresholds",
            hint="name quality, engineering and product, or leave it out",
        )
    return roles
