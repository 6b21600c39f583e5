"""People and authority at the REST door: ``/me``, ``/people``, ``/tokens``, ``/delegations``."""

from __future__ import annotations

from ninja import Router

from flightrules.service.people.rest import (
    accounts,
    confirmations,
    machines,
    me,
    persons,
    rasci,
    standing_in,
    teams,
    tokens,
)

__all__ = ["router"]

router = Router(tags=["people"])
for _room in (me, confirmations, persons, accounts, tokens, machines, teams, standing_in, rasci):
    router.add_router("", _room.router)
