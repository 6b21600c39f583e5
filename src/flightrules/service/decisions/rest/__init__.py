"""REST of decisions: dossiers, polls, votes and verdicts, decisions."""

from __future__ import annotations

from ninja import Router

from flightrules.service.decisions.rest.decisions import router as decisions
from flightrules.service.decisions.rest.dossiers import router as dossiers
from flightrules.service.decisions.rest.polls import router as polls
from flightrules.service.decisions.rest.votes import router as votes

__all__ = ["router"]

router = Router()
for part in (dossiers, polls, votes, decisions):
    router.add_router("", part)
