"""How a signature is sent and shown: what all routers of this room have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from flightrules.service.decisions.models import SignOff
from flightrules.service.decisions.votes import Said
from flightrules.service.door.schemas import Asked, Line, Prose, Shown

__all__ = ["Conditions", "Digest", "SaidIn", "SignOffOut", "sign_off_out"]

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Conditions = Annotated[list[Annotated[Line, Field(max_length=300)]], Field(max_length=30)]


class SaidIn(Asked):
    """What somebody signs: a choice on the dossier that they saw, why, and on which conditions."""

    choice: Literal["go", "go-with-conditions", "no-go"]
    dossier: Digest
    reason: Prose = ""
    conditions: Conditions = Field(default_factory=list)

    def said(self) -> Said:
        """As the acts take it."""
        return Said(self.choice, self.dossier, self.reason, list(self.conditions))


class SignOffOut(Shown):
    """A signature as it stands; what its signer wrote as a reason is shown in the papers."""

    key: UUID
    release: UUID
    act: str
    poll: UUID | None
    choice: str
    role: str
    holder: str
    through: str
    person: str
    meaning: str
    conditions: list[str]
    dossier: str
    opened_at: datetime | None
    components: int
    proved_at: datetime
    at: datetime
    voided_at: datetime | None
    voided_because: str


def sign_off_out(one: SignOff) -> SignOffOut:
    """A row as it is shown."""
    named = {name: getattr(one, name) for name in SignOffOut.model_fields if name not in ("release", "poll")}
    return SignOffOut(**named, release=one.release_id, poll=one.poll_id)
