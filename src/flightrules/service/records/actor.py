"""Who acts: a person through an account, a machine, or the service itself; made at the door, passed along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["SYSTEM", "Actor", "Kind"]


class Kind(StrEnum):
    """A machine may bring evidence and never sign; the service itself only does what was agreed before."""

    PERSON = "person"
    MACHINE = "machine"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts.

    Attributes:
        key: stable key of the person or machine; several accounts of one person share it.
        account_key: the account that was used.
        via: the door: ``session``, ``token``, ``cli`` or ``job``.
        token_key: the API token that was used, if one was.
        session: SHA-256 of the browser session's key, where there is one.
        proved_at: when this person last proved who they are; None where nobody did in this session.
        product: the one product that the token acts in; empty where it acts wherever its owner may.
        components: how many components of a signature that proof showed: 1, or 2 for all.
    """

    key: str
    kind: Kind
    account_key: str
    via: str
    token_key: str | None = None
    scopes: frozenset[str] = frozenset()
    proved_at: datetime | None = None
    components: int = 0
    session: str = ""
    product: str = ""

    @property
    def session_key(self) -> str:
        """The continuous session in which this is asked: one token, or one browser session."""
        if self.token_key is not None:
            return f"token/{self.token_key}"
        return f"session/{self.session}" if self.session else f"account/{self.account_key}"

    def to_record(self) -> dict[str, str]:
        """What an entry says of the actor; names are looked up, so that the ledger holds none."""
        found = {"account": self.account_key, "key": self.key, "kind": self.kind.value, "via": self.via}
        return found | ({"token": self.token_key} if self.token_key else {})


SYSTEM = Actor(key="system", kind=Kind.SYSTEM, account_key="system", via="job")
