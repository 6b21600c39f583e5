"""What every request carries once the door has let it in; a view that reads it says so in its type."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.http import HttpRequest

__all__ = ["Asker", "ClaimedRequest", "TimedRequest"]


class Asker(Protocol):
    """As much as the door itself needs to know of who asks."""

    @property
    def account_key(self) -> str:
        """The account that was used."""

    @property
    def token_key(self) -> str | None:
        """The token that was used, if one was."""

    @property
    def scopes(self) -> frozenset[str]:
        """What the token is good for."""

    @property
    def product(self) -> str:
        """The one product that the token is for; empty for every one."""


class TimedRequest(HttpRequest):
    """A request that ``RequestRecord`` has seen; ``flightrules.service.people.asked`` tells who asks, too.

    It is never made: Django makes the request, the middleware sets what is named here.

    Attributes:
        record_id: the id that the log and the answer's head show.
        asked_at: the one clock reading of the request.
    """

    record_id: str
    asked_at: datetime


class ClaimedRequest(TimedRequest):
    """A request whose asker is known, as far as the door looks; rooms above say ``AskedRequest``.

    Attributes:
        actor: who asks.
    """

    actor: Asker
