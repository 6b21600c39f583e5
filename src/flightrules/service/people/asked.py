"""The request as the views of the API get it: it carries who asks, and when."""

from __future__ import annotations

from flightrules.service.door.asked import ClaimedRequest
from flightrules.service.records.actor import Actor

__all__ = ["AskedRequest"]


class AskedRequest(ClaimedRequest):
    """A request whose asker authentication has established: what every guarded view takes.

    Views pass both on, as they stand: ``by=request.actor, at=request.asked_at``.

    Attributes:
        actor: who asks.
    """

    actor: Actor
