"""What is written to be kept is signed: by a person who has just proved to be who they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from flightrules.service.door.refusals import DeniedError
from flightrules.service.people.authentication import require_fresh_proof
from flightrules.service.records.actor import Actor, Kind

__all__ = ["require_signature"]

_FRESH = timedelta(minutes=5)


def require_signature(by: Actor, *, at: datetime, stream: str, subject: str) -> None:
    """Refuse unless a person signs, with a fresh proof; a bare token is never enough.

    Raises:
        DeniedError: E_PROOF_OF_MACHINE. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    if by.kind is not Kind.PERSON:
        raise DeniedError("E_PROOF_OF_MACHINE", "a machine proves nothing and signs nothing").about(
            stream, subject
        )
    require_fresh_proof(by, at=at, max_age=_FRESH)
