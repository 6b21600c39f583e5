"""Fresh proofs of who asks: a code of the authenticator app, the password, or both.

Wrong ones are counted per account, whichever token, session or page they came with; the fifth in a row locks
all of them out for a while, and whoever answers for security is told. Each try is an entry: what was proved,
and what was not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction

from flightrules.ledger.entry import moment
from flightrules.service.door.refusals import (
    DeniedError,
    InvalidError,
    LockedError,
    RefusalError,
    UnauthenticatedError,
)
from flightrules.service.people.models import Account
from flightrules.service.people.seats import live_grants
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import OFFICE, append, record_denied
from flightrules.service.records.tags import Tag

__all__ = ["LOCKED_FOR", "TRIES", "Guessing", "prove", "raise_alarm_with", "tried"]

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
_GUARDS = ("security", "administrator")


@dataclasses.dataclass(frozen=True, slots=True)
class Guessing:
    """An account that was locked: somebody may be guessing.

    Attributes:
        account, person: keys.
        guards: keys of the persons who answer for security.
        at: when it was locked.
        until: when the next proof is taken.
    """

    account: str
    person: str
    guards: frozenset[str]
    at: datetime
    until: datetime


Alarm = Callable[[Guessing], None]
_alarms: list[Alarm] = []


def raise_alarm_with(alarm: Alarm) -> None:
    """Who is told when an account is locked; the room of notices says so when it is ready.

    It is called in the transaction of the lock.
    """
    _alarms[:] = [alarm]


def prove(*, by: Actor, code: str | None = None, password: str | None = None, at: datetime) -> Actor:
    """The actor with a fresh proof.

    Args:
        by: who asks.
        code: what the authenticator app shows; each code is taken once.
        password: the account's password; with the code it makes all components of a signature.
        at: now.

    Raises:
        UnauthenticatedError: E_PROOF_WRONG. LockedError: E_PROOF_LOCKED. DeniedError: E_PROOF_OF_MACHINE.
        InvalidError: E_PROOF_EMPTY.
    """
    if by.kind is not Kind.PERSON:
        raise DeniedError("E_PROOF_OF_MACHINE", "a machine proves nothing and signs nothing")
    if code is None and password is None:
        raise InvalidError("E_PROOF_EMPTY", "a proof is a code, the password, or both")
    refusal = tried(by, at, lambda account: _is_right(account, code, password))
    if refusal is not None:
        raise refusal
    shown = sum(one is not None for one in (code, password))
    return dataclasses.replace(by, proved_at=at, components=shown)


@transaction.atomic
def tried(by: Actor, at: datetime, is_right: Callable[[Account], bool]) -> RefusalError | None:
    """Count the try and put it on record; returns why it was refused, so that the count stays."""
    account = Account.objects.select_for_update().get(key=by.account_key)
    about = (OFFICE, f"account/{account.key}")
    if account.locked_until is not None and account.locked_until > at:
        wait = int((account.locked_until - at).total_seconds()) + 1
        return LockedError("E_PROOF_LOCKED", "too many wrong proofs; wait", retry_after=wait).about(*about)
    right = is_right(account)
    account.wrong_proofs = 0 if right else account.wrong_proofs + 1
    locks = account.wrong_proofs >= TRIES
    if locks:
        account.wrong_proofs, account.locked_until = 0, at + LOCKED_FOR
    account.save(update_fields=["wrong_proofs", "locked_until"])
    if right:
        append(stream=OFFICE, tag=Tag.IDENTITY_PROVED, by=by, at=at, subject=about[1])
        return None
    refusal = UnauthenticatedError(
        "E_PROOF_WRONG",
        "this does not prove who you are",
        hint="send the code that your authenticator app shows now; each is taken once",
    ).about(*about)
    record_denied(refusal, by=by, at=at, asked="prove")
    if locks:
        _sound_alarm(account, by, at)
    return refusal


def _sound_alarm(account: Account, by: Actor, at: datetime) -> None:
    """Whoever answers for security hears of it at once: it may be somebody who guesses."""
    holders = live_grants(at).filter(role__in=_GUARDS).values_list("person_id", flat=True)
    guards = frozenset(str(key) for key in holders)
    told = Guessing(str(account.key), str(account.person_id), guards, at, at + LOCKED_FOR)
    for alarm in _alarms:
        alarm(told)
    append(
        stream=OFFICE,
        tag=Tag.IDENTITY_LOCKED,
        by=by,
        at=at,
        subject=f"account/{account.key}",
        data={"until": moment(told.until), "told": sorted(guards)},
    )


def _is_right(account: Account, code: str | None, password: str | None) -> bool:
    """Both are looked at whatever the first one is, so that the time taken does not tell which was wrong."""
    by_password = password is None or account.check_password(password)
    by_code = code is None or _is_code(account, code)
    return by_password and by_code


def _is_code(account: Account, code: str) -> bool:
    app = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
    digits = "".join(code.split())
    return (
        app is not None and digits.isascii() and digits.isdigit() and bool(app.wrap().validate_code(digits))
    )
