"""REST of decisions: dossiers, polls, votes and verdicts, decisions, overrides, papers."""

from __future__ import annotations

from ninja import Router

from flightrules.service.decisions.rest.decisions import router as decisions
from flightrules.service.decisions.rest.documents import router as documents
from flightrules.service.decisions.rest.dossiers import router as dossiers
from flightrules.service.decisions.rest.overrides import router as overrides
from flightrules.service.decisions.rest.polls import router as polls
from flightrules.service.decisions.rest.votes import router as votes

__all__ = ["router"]

router = Router()
for part in (dossiers, polls, votes, decisions, overrides, documents):
    router.add_router("", part)
