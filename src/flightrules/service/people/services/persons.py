"""Persons are disabled, enabled, renamed and, where the law asks for it, erased; never deleted."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from flightrules.service.door.changes import forget_answers
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.models import (
    Account,
    ApiToken,
    Confirmation,
    Delegation,
    Invitation,
    OutsideIdentity,
    Person,
)
from flightrules.service.people.names import checked_name
from flightrules.service.people.powers import Power
from flightrules.service.people.seats import holds
from flightrules.service.people.services.roles import ADMINISTRATOR, refuse_last_administrator
from flightrules.service.people.sessions import end_sessions
from flightrules.service.records import services as records
from flightrules.service.records.actor import Actor
from flightrules.service.records.documents import Kept, documents_with
from flightrules.service.records.services import OFFICE, act, append, commit_to
from flightrules.service.records.tags import Tag

__all__ = ["disable_person", "enable_person", "erase_person", "rename_person"]


@act
def disable_person(*, person: str, reason: str, by: Actor, at: datetime) -> Person:
    """Shut a person out: sessions, tokens, roles, deputyships and delegations count nowhere from now on.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY, E_LAST_ADMINISTRATOR.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    found = _person(person)
    if found.disabled_at is not None:
        raise ConflictError("E_ALREADY", "the person is disabled already").about(OFFICE, f"person/{person}")
    if holds(person, ADMINISTRATOR, "", at):
        refuse_last_administrator(person, at)
    found.disabled_at = at
    found.save(update_fields=["disabled_at"])
    end_sessions(found.accounts.all())
    append(
        stream=OFFICE,
        tag=Tag.ACCOUNT_DISABLED,
        by=by,
        at=at,
        subject=f"person/{person}",
        data={"reason": commit_to(reason, about=person)},
    )
    return found


@act
def enable_person(*, person: str, by: Actor, at: datetime) -> Person:
    """Let a disabled person in again, with the roles that were not revoked meanwhile.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    found = _person(person)
    if found.disabled_at is None or found.erased_at is not None:
        raise ConflictError("E_ALREADY", "the person is not disabled, or erased").about(
            OFFICE, f"person/{person}"
        )
    require_signed_terms(by, at=at, act="person:enable", about=f"person/{person}", terms={})
    found.disabled_at = None
    found.save(update_fields=["disabled_at"])
    append(stream=OFFICE, tag=Tag.ACCOUNT_ENABLED, by=by, at=at, subject=f"person/{person}")
    return found


@act
def rename_person(*, person: str, name: str, by: Actor, at: datetime) -> Person:
    """Show a person under another name; the key, which is what signs, stays.

    Raises:
        ForeignError: E_NO_SUCH. InvalidError: E_PERSON_NAME. DeniedError: E_SELF_RENAME.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    if by.key == person:
        raise DeniedError(
            "E_SELF_RENAME", "nobody chooses the name that others see beside a signature"
        ).about(OFFICE, f"person/{person}")
    found = _person(person)
    found.name = checked_name(name)
    found.save(update_fields=["name"])
    append(
        stream=OFFICE,
        tag=Tag.ACCOUNT_CHANGED,
        by=by,
        at=at,
        subject=f"person/{person}",
        data={"what": "renamed", "name": commit_to(found.name, about=person)},
    )
    return found


@act
def erase_person(*, person: str, reason: str, by: Actor, at: datetime) -> tuple[Person, Kept]:
    """Forget who a disabled person was, as the law asks; what they did stays on record under their key.

    Documents that were kept as evidence of a decision stay as they were; which of them hold the name is said.

    Args:
        person: whose key.
        reason: the legal ground, without personal data: it stays.
        by: who erases.
        at: now.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY, E_NOT_DISABLED.
        UnauthenticatedError: E_REAUTH_REQUIRED; it cannot be undone.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    found = _person(person)
    if found.erased_at is not None:
        raise ConflictError("E_ALREADY", "the person is erased already").about(OFFICE, f"person/{person}")
    if found.disabled_at is None:
        raise ConflictError("E_NOT_DISABLED", "disable the person first; erasing cannot be undone").about(
            OFFICE, f"person/{person}"
        )
    require_signed_terms(by, at=at, act="person:erase", about=f"person/{person}", terms={"ground": reason})
    kept = documents_with(found.name)
    found.name, found.email, found.erased_at = "", "", at
    found.save(update_fields=["name", "email", "erased_at"])
    _forget_accounts(found, at)
    # its entry is the entry of this act
    records.erase_person(person_key=person, ground=reason, documents=kept.digests, by=by, at=at)
    return found, kept


def _forget_accounts(person: Person, at: datetime) -> None:
    accounts = list(person.accounts.select_for_update())
    end_sessions(accounts)
    for model in (Authenticator, EmailAddress, SocialAccount):
        model.objects.filter(user__in=accounts).delete()
    OutsideIdentity.objects.filter(account__in=accounts).delete()
    ApiToken.objects.filter(account__in=accounts, revoked_at__isnull=True).update(revoked_at=at)
    ApiToken.objects.filter(account__in=accounts).update(title="")
    Confirmation.objects.filter(token__account__in=accounts).update(terms={})
    Invitation.objects.filter(person=person).update(email="", withdrawn_at=at)
    Delegation.objects.filter(holder=person).update(reason="")
    forget_answers(str(one.key) for one in accounts)
    for account in accounts:
        account.email, account.is_active = f"{account.key}@erased.invalid", False
        account.set_unusable_password()
    Account.objects.bulk_update(accounts, ["email", "is_active", "password"])


def _person(key: str) -> Person:
    found = Person.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return found
