"""Entity tags of what people edit: who writes says which state was read, so that nobody overwrites unseen."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest

from flightrules.service.door.refusals import PreconditionError, RefusalError

__all__ = ["PreconditionRequiredError", "etag", "require_match"]


class PreconditionRequiredError(RefusalError):
    """The caller did not say which state was read."""

    status = 428


def etag(*parts: object) -> str:
    """A strong entity tag over the parts that make up the state."""
    return '"' + hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32] + '"'


def require_match(request: HttpRequest, current: str) -> None:
    """Refuse a write that does not name the current state in ``If-Match``.

    Raises:
        PreconditionRequiredError: E_IF_MATCH_MISSING.
        PreconditionError: E_IF_MATCH.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        raise PreconditionRequiredError(
            "E_IF_MATCH_MISSING",
            "say which state you read",
            hint="send If-Match with the ETag of your last read",
        )
    if current not in [tag.strip() for tag in sent.split(",")]:
        raise PreconditionError(
            "E_IF_MATCH", "this has changed since you read it", hint="read it again, then decide"
        )
