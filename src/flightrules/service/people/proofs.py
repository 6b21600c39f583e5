"""Fresh proofs of who asks: a code of the authenticator app, alone or with the password.

Wrong ones are counted per account, whichever token or session they came with; the fifth in a row locks all of
them out for a while. Each try is an entry: what was proved, and what was not.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction

from flightrules.service.door.refusals import DeniedError, LockedError, RefusalError, UnauthenticatedError
from flightrules.service.people.models import Account
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import OFFICE, append, record_denied
from flightrules.service.records.tags import Tag

__all__ = ["LOCKED_FOR", "TRIES", "prove"]

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)


def prove(*, by: Actor, code: str, password: str | None = None, at: datetime) -> Actor:
    """The actor with a fresh proof.

    Args:
        by: who asks.
        code: what the authenticator app shows; each code is taken once.
        password: the account's password, where the caller gives it as well.
        at: now.

    Raises:
        UnauthenticatedError: E_PROOF_WRONG. LockedError: E_PROOF_LOCKED. DeniedError: E_PROOF_OF_MACHINE.
    """
    if by.kind is not Kind.PERSON:
        raise DeniedError("E_PROOF_OF_MACHINE", "a machine proves nothing and signs nothing")
    refusal = _tried(by, code, password, at)
    if refusal is not None:
        raise refusal
    return dataclasses.replace(by, proved_at=at)


@transaction.atomic
def _tried(by: Actor, code: str, password: str | None, at: datetime) -> RefusalError | None:
    """Count the try and put it on record; returns why it was refused, so that the count stays."""
    account = Account.objects.select_for_update().get(key=by.account_key)
    about = (OFFICE, f"account/{account.key}")
    if account.locked_until is not None and account.locked_until > at:
        wait = int((account.locked_until - at).total_seconds()) + 1
        return LockedError("E_PROOF_LOCKED", "too many wrong proofs; wait", retry_after=wait).about(*about)
    right = _is_right(account, code, password)
    account.wrong_proofs = 0 if right else account.wrong_proofs + 1
    if account.wrong_proofs >= TRIES:
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
    return refusal


def _is_right(account: Account, code: str, password: str | None) -> bool:
    """Both are looked at whatever the first one is, so that the time taken does not tell which was wrong."""
    by_password = password is None or account.check_password(password)
    app = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
    digits = "".join(code.split())
    by_code = app is not None and digits.isascii() and digits.isdigit() and app.wrap().validate_code(digits)
    return by_password and by_code
