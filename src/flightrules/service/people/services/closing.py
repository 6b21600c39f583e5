"""Accounts are closed at once, and opened again with a proof of who does it."""

from __future__ import annotations

from datetime import datetime

from flightrules.service.door.refusals import ConflictError, ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.models import Account
from flightrules.service.people.powers import Power
from flightrules.service.people.seats import holds
from flightrules.service.people.services.roles import ADMINISTRATOR, refuse_last_administrator
from flightrules.service.people.sessions import end_sessions
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import OFFICE, act, append, commit_to
from flightrules.service.records.tags import Tag

__all__ = ["disable_account", "enable_account"]


@act
def disable_account(*, account: str, reason: str, by: Actor, at: datetime) -> Account:
    """Close one of a person's accounts: its sessions and tokens end with this request.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY, E_LAST_ADMINISTRATOR.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    found = _account(account)
    if not found.is_active:
        raise ConflictError("E_ALREADY", "the account is disabled already").about(
            OFFICE, f"account/{account}"
        )
    refuse_last_administrator(str(found.person_id), at, without_account=account) if _is_administrator(
        found, at
    ) else None
    found.is_active = False
    found.save(update_fields=["is_active"])
    end_sessions([found])
    append(
        stream=OFFICE,
        tag=Tag.ACCOUNT_DISABLED,
        by=by,
        at=at,
        subject=f"account/{account}",
        data={"person": str(found.person_id), "reason": commit_to(reason, about=str(found.person_id))},
    )
    return found


@act
def enable_account(*, account: str, by: Actor, at: datetime) -> Account:
    """Open a disabled account again; nobody does it for themselves, for they cannot sign in.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    found = _account(account)
    if found.is_active:
        raise ConflictError("E_ALREADY", "the account is open").about(OFFICE, f"account/{account}")
    require_signed_terms(by, at=at, act="account:enable", about=f"account/{account}", terms={})
    found.is_active, found.wrong_proofs, found.locked_until = True, 0, None
    found.save(update_fields=["is_active", "wrong_proofs", "locked_until"])
    append(
        stream=OFFICE,
        tag=Tag.ACCOUNT_ENABLED,
        by=by,
        at=at,
        subject=f"account/{account}",
        data={"person": str(found.person_id)},
    )
    return found


def _account(key: str) -> Account:
    found = Account.objects.select_for_update().filter(key=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return found


def _is_administrator(account: Account, at: datetime) -> bool:
    return holds(str(account.person_id), ADMINISTRATOR, "", at)
