"""What the security role hears of at once: an account that was locked after wrong proofs."""

from __future__ import annotations

from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.services import tell
from flightrules.service.people.proofs import TRIES, Guessing

__all__ = ["tell_of_guesses"]


def tell_of_guesses(told: Guessing) -> None:
    """Write to each of the guards, in the transaction of the lock."""
    tell(
        Kind.ALARM,
        product="",
        about=f"account/{told.account}",
        once=f"locked|{told.account}|{told.until.isoformat()}",
        context={
            "whom": f"person {told.person}",
            "what": f"{TRIES} wrong proofs in a row for account {told.account}",
            "when": f"{told.at:%Y-%m-%d %H:%M} UTC",
            "until": f"{told.until:%Y-%m-%d %H:%M} UTC",
            "remedy": "ask the person whether it was they; if not, disable the account and revoke its tokens",
        },
        to=told.guards,
        at=told.at,
    )
