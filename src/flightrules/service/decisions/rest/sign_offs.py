"""How a signature is sent and shown: what all routers of this room have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from flightrules.service.decisions.models import SignOff
from flightrules.service.decisions.votes import Said
from flightrules.service.door.schemas import Asked, Line, Prose, Shown
from flightrules.service.records.queries import opened

__all__ = ["Conditions", "Digest", "SaidIn", "SignOffOut", "sign_off_out", "signer_of"]

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
    """A signature as it stands: who, when, with which meaning; a written reason is in the papers."""

    key: UUID
    release: UUID
    act: str
    poll: UUID | None
    choice: str
    role: str
    holder: str
    through: str
    person: str
    name: str = Field(description="printed as it stood when it was signed; empty where it was erased")
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
    others = ("release", "poll", "name")
    named = {name: getattr(one, name) for name in SignOffOut.model_fields if name not in others}
    return SignOffOut(**named, release=one.release_id, poll=one.poll_id, name=signer_of(one))


def signer_of(one: SignOff) -> str:
    """The printed name, looked up where the row does not bring it along; empty where it was erased."""
    brought: str | None = getattr(one, "signer", None)
    return brought if brought is not None else opened(one.printed_name) or ""
