"""API tokens: for a while, for some powers, shown once; never more than their owner may do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings

from flightrules.ledger.canonical import canonical_bytes
from flightrules.service.door.refusals import DeniedError, InvalidError
from flightrules.service.people.access import is_within, require, require_seen
from flightrules.service.people.authentication import require_fresh_proof
from flightrules.service.people.managed import managed_machine, no_such
from flightrules.service.people.models import Account, ApiToken, Machine
from flightrules.service.people.names import checked_name
from flightrules.service.people.one_time import TOKEN_PREFIX, digest_of, new_secret
from flightrules.service.people.powers import OF_MACHINES, Power
from flightrules.service.people.vouched import require_vouched
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import OFFICE, act, append
from flightrules.service.records.tags import Tag

__all__ = ["issue_machine_token", "issue_token", "revoke_machine_token", "revoke_token", "token_parts"]

PROOF_AGE = timedelta(minutes=15)


@act
def issue_token(
    *, title: str, scopes: Iterable[str], days: int, product: str = "", by: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """A token for the caller's own account, and its secret, which is not kept.

    With a product it acts there and nowhere else, whatever its owner may do elsewhere. Asked for with a token
    it ends with that one at the latest: whoever got hold of a token gets no longer life out of it.

    Raises:
        DeniedError: E_TOKEN_OWNER for a machine, E_SCOPE for what the caller's own token may not do itself,
            E_ACCOUNT_UNVOUCHED.
        ForeignError: E_NO_SUCH.
        UnauthenticatedError: E_REAUTH_REQUIRED. InvalidError: E_SCOPE, E_TOKEN_DAYS, E_PERSON_NAME.
    """
    if by.kind is not Kind.PERSON:
        raise DeniedError("E_TOKEN_OWNER", "a machine issues no tokens")
    wanted = _scopes(scopes, set(Power))
    if product:
        require_seen(by, product, at=at)
    wider = by.via == "token" and not {power.value for power in wanted} <= by.scopes
    if wider or not is_within(by, product):
        raise DeniedError("E_SCOPE", "a token issues no token that may do more than itself")
    require_fresh_proof(by, at=at, max_age=PROOF_AGE)
    require_vouched(by)
    account = Account.objects.get(key=by.account_key)
    ends = min([_ends(days, at), *_end_of_own(by)])
    token, secret = _issued(title, wanted, ends, at, account=account, product=product)
    _record_issued(token, f"account/{account.key}", by, at)
    return token, secret


@act
def issue_machine_token(
    *, machine: str, title: str, scopes: Iterable[str], days: int, by: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """A token for a machine; it may read and bring evidence, and there is no scope for more.

    Raises:
        ForeignError: E_NO_SUCH. InvalidError: E_SCOPE, E_TOKEN_DAYS, E_PERSON_NAME.
    """
    found = managed_machine(machine, by=by, at=at, locked=True)
    if found.disabled_at is not None:
        raise InvalidError("E_MACHINE_DISABLED", "the machine is disabled")
    wanted = _scopes(scopes, set(OF_MACHINES))
    token, secret = _issued(title, wanted, _ends(days, at), at, machine=found, product=found.product)
    _record_issued(token, f"machine/{found.key}", by, at)
    return token, secret


@act
def revoke_token(*, token: str, by: Actor, at: datetime) -> ApiToken:
    """End one of the caller's own tokens; who manages people ends anybody's.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = (
        ApiToken.objects.select_for_update()
        .select_related("account")
        .filter(pk=token, account__isnull=False, revoked_at__isnull=True)
        .first()
        if token
        else None
    )
    if found is None or found.account is None:
        raise no_such()
    if str(found.account.person_id) != by.key:
        _require_or_hide(by, at)
    return _revoked(found, f"account/{found.account.key}", by, at)


@act
def revoke_machine_token(*, machine: str, token: str, by: Actor, at: datetime) -> ApiToken:
    """End a machine's token.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found_machine = managed_machine(machine, by=by, at=at, locked=True)
    found = (
        ApiToken.objects.select_for_update()
        .filter(pk=token, machine=found_machine, revoked_at__isnull=True)
        .first()
    )
    if found is None:
        raise no_such()
    return _revoked(found, f"machine/{machine}", by, at)


def _issued(
    title: str,
    scopes: set[Power],
    ends: datetime,
    at: datetime,
    *,
    account: Account | None = None,
    machine: Machine | None = None,
    product: str = "",
) -> tuple[ApiToken, str]:
    secret = new_secret(TOKEN_PREFIX)
    token = ApiToken.objects.create(
        account=account,
        machine=machine,
        digest=digest_of(secret),
        title=checked_name(title),
        scopes=sorted(power.value for power in scopes),
        product=product,
        issued_at=at,
        expires_at=ends,
    )
    return token, secret


def _ends(days: int, at: datetime) -> datetime:
    if not 0 < days <= settings.FLIGHTRULES_TOKEN_DAYS:
        raise InvalidError("E_TOKEN_DAYS", f"a token lives 1 to {settings.FLIGHTRULES_TOKEN_DAYS} days")
    return at + timedelta(days=days)


def _end_of_own(by: Actor) -> list[datetime]:
    """When the token that asks ends; nothing in a session."""
    if by.token_key is None:
        return []
    return list(ApiToken.objects.filter(pk=by.token_key).values_list("expires_at", flat=True))


def _scopes(named: Iterable[str], allowed: set[Power]) -> set[Power]:
    known = {power.value: power for power in allowed}
    wanted = list(named)
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise InvalidError(
            "E_SCOPE",
            "a token needs at least one scope" if not wanted else f"{unknown[0][:60]!r} is no scope here",
            hint=f"known are {', '.join(sorted(known))}",
        )
    return {known[name] for name in wanted}


def _record_issued(token: ApiToken, owner: str, by: Actor, at: datetime) -> None:
    append(
        stream=OFFICE,
        tag=Tag.TOKEN_ISSUED,
        by=by,
        at=at,
        subject=f"token/{token.key}",
        data={
            "owner": owner,
            **token_parts(token),
            "scopes": token.scopes,
            "product": token.product,
            "expires_at": token.expires_at.isoformat(),
        },
    )


def token_parts(token: ApiToken) -> dict[str, Any]:
    """Whose a token is and which secret it goes by, as its entry tells: the digest of the kept digest."""
    whose = {"account": str(token.account.key)} if token.account else {"machine": str(token.machine_id)}
    return {**whose, "digest": {"sha256": sha256(canonical_bytes(token.digest)).hexdigest()}}


def _revoked(token: ApiToken, owner: str, by: Actor, at: datetime) -> ApiToken:
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    append(
        stream=OFFICE,
        tag=Tag.TOKEN_REVOKED,
        by=by,
        at=at,
        subject=f"token/{token.key}",
        data={"owner": owner},
    )
    return token


def _require_or_hide(by: Actor, at: datetime) -> None:
    try:
        require(by, Power.MANAGE_PEOPLE, at=at)
    except DeniedError:
        raise no_such() from None
