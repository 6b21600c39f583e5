"""What any address answers, made safe: text for a terminal, refusals as our own errors, no redirects."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler

from flightrules.errors import UsageError
from flightrules.inert import whole

__all__ = ["NOT_REACHED", "NoRedirect", "parts_of", "plain", "refused", "unreachable"]

NOT_REACHED = (URLError, TimeoutError, ConnectionError, HTTPException)
"""What asking an address raises where nobody is there, or somebody who does not speak HTTP."""


class NoRedirect(HTTPRedirectHandler):
    """A redirect would carry the token to another address."""

    def redirect_request(self, *_: Any) -> None:
        return None


def parts_of(url: str) -> SplitResult:
    """The parts of an address; empty ones of what is none, such as a port that no machine has."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- reading it looks at it
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def plain(text: object) -> str:
    """Text from elsewhere for a terminal: one line, nothing that moves the cursor or turns the direction."""
    return whole(str(text))


def refused(error: HTTPError) -> UsageError:
    """The service's problem document as our own error: its code, its sentence, its hint."""
    try:
        problem = json.loads(error.read(1 << 20))
        code, detail = problem["code"], problem["detail"]
    except (ValueError, KeyError, TypeError, OSError):
        return UsageError(
            "E_REMOTE", f"the service answered {error.code}", hint="look into the service's log"
        )
    where = f"{plain(problem['where'])}: " if problem.get("where") else ""
    hint = plain(problem["hint"]) if problem.get("hint") else None
    return UsageError(plain(code)[:60], f"{where}{plain(detail)}", hint=hint)


def unreachable(url: str, error: BaseException) -> UsageError:
    """Nobody answers there."""
    reason = getattr(error, "reason", error)
    return UsageError(
        "E_REMOTE_UNREACHABLE",
        f"{plain(url)} cannot be reached: {plain(reason)[:200]}",
        hint="check FLIGHTRULES_URL, the network, and that the service runs",
    )
