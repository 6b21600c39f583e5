"""REST of the board: change requests, sessions with their agenda, and go/no-go meetings."""

from __future__ import annotations

from ninja import Router

from flightrules.service.board.rest.changes import router as changes
from flightrules.service.board.rest.meetings import router as meetings
from flightrules.service.board.rest.sessions import router as sessions

__all__ = ["router"]

router = Router()
for part in (changes, sessions, meetings):
    router.add_router("", part)
