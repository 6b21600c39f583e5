"""Accounts are opened by one-time links alone: the first at set-up, the others by invitation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.models import Account, Invitation, OutsideIdentity, Person, RoleGrant
from flightrules.service.people.names import checked_email, checked_name
from flightrules.service.people.one_time import INVITATION_PREFIX, digest_of, new_secret
from flightrules.service.people.powers import BUILT_IN_ROLES, Power
from flightrules.service.people.seats import live_grants
from flightrules.service.people.services.roles import (
    ADMINISTRATOR,
    checked_role,
    known_person,
    shown,
    write_grant,
)
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.records.services import OFFICE, act, append, commit_to
from flightrules.service.records.tags import Tag

__all__ = [
    "accept_invitation",
    "invite",
    "invite_again",
    "link_identity",
    "open_first_account",
    "record_account_change",
    "setup_link",
]

_PASSWORD_LIMIT = 1000


def setup_link(at: datetime) -> str | None:
    """A new one-time link that opens the first account; nothing once somebody was made administrator.

    Each web process prints one when it starts. They all end with the first account, or when their time is up.
    The people of the demo never were administrators, and none of them can sign in.
    """
    if _is_set_up():
        return None
    code = _make_setup_code(by=SYSTEM, at=at)
    return f"{settings.FLIGHTRULES_BASE_URL}/setup?{urlencode({'code': code})}"


@act
def _make_setup_code(*, by: Actor, at: datetime) -> str:
    lasts = timedelta(minutes=settings.FLIGHTRULES_SETUP_MINUTES)
    link, code = _new_invitation(None, "", by=by, at=at, lasts=lasts)
    append(stream=OFFICE, tag=Tag.SETUP_LINK_MADE, by=by, at=at, subject=f"invitation/{link.key}")
    return code


@act
def open_first_account(
    *,
    code: str,
    name: str,
    email: str,
    password: str,
    roles: Iterable[str] = (),
    by: Actor,  # noqa: ARG001 -- every act has one; `act` puts refusals on record with it
    at: datetime,
) -> Account:
    """Open the first account, as administrator and in further roles of choice; they count at once.

    Raises:
        ForeignError: E_LINK, when the link is unknown, used, withdrawn or too old, or somebody was first.
        ConflictError: E_EMAIL_TAKEN. InvalidError: E_PERSON_NAME, E_EMAIL, E_PASSWORD, E_ROLE.
    """
    list(
        Invitation.objects.select_for_update().filter(person__isnull=True).order_by("pk")
    )  # one set-up at a time
    link = _usable(code, at)
    if link.person_id is not None or _is_set_up():
        raise _no_link()
    person = Person.objects.create(name=checked_name(name), email=_free_email(email))
    account = _open(person, person.email, at)
    _set_password(account, password)
    _use(link, at)
    opener = Actor(str(person.key), Kind.PERSON, str(account.key), "session")
    wanted = dict.fromkeys((ADMINISTRATOR, *map(_office_role, roles)))
    grants = [write_grant(person, role, "", by=opener, at=at, at_once=True) for role in wanted]
    append(
        stream=OFFICE,
        tag=Tag.ACCOUNT_OPENED,
        by=opener,
        at=at,
        subject=f"account/{account.key}",
        data={**_described(person, account), "setup": True, "grants": [shown(grant) for grant in grants]},
    )
    return account


@act
def invite(
    *, name: str, email: str, roles: Iterable[tuple[str, str]] = (), by: Actor, at: datetime
) -> tuple[Person, str]:
    """Make a person known, with roles, and the code of the link that opens their first account.

    Args:
        name: how the person is shown.
        email: where they are told things, and what they sign in with.
        roles: pairs of role and product key (empty for all products); they cool down from now.
        by: who invites.
        at: now.

    Raises:
        ConflictError: E_EMAIL_TAKEN. InvalidError: E_PERSON_NAME, E_EMAIL, E_ROLE.
        UnauthenticatedError: E_REAUTH_REQUIRED; who lets somebody in proves who they are.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    wanted = dict.fromkeys((checked_role(role), product) for role, product in roles)
    address, shown_as = _free_email(email), checked_name(name)
    _require_proof_of_invitation(name, email, wanted, by, at)
    person = Person.objects.create(name=shown_as, email=address)
    grants = [write_grant(person, role, product, by=by, at=at) for role, product in wanted]
    link, code = _new_invitation(person, address, by=by, at=at)
    append(
        stream=OFFICE,
        tag=Tag.INVITED,
        by=by,
        at=at,
        subject=f"person/{person.key}",
        data={
            "invitation": str(link.key),
            "name": commit_to(person.name, about=str(person.key)),
            "email": commit_to(address, about=str(person.key)),
            "grants": [shown(grant) for grant in grants],
        },
    )
    return person, code


@act
def invite_again(*, person: str, email: str, by: Actor, at: datetime) -> str:
    """The code of a link that opens a further account for a person; links that were not used cease to work.

    Raises:
        ConflictError: E_EMAIL_TAKEN. InvalidError: E_PERSON, E_EMAIL.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    found, address = known_person(person), _free_email(email)
    terms = {"email": email}
    require_signed_terms(by, at=at, act="person:invite-again", about=f"person/{person}", terms=terms)
    Invitation.objects.filter(person=found, used_at__isnull=True, withdrawn_at__isnull=True).update(
        withdrawn_at=at
    )
    link, code = _new_invitation(found, address, by=by, at=at)
    append(
        stream=OFFICE,
        tag=Tag.INVITED,
        by=by,
        at=at,
        subject=f"person/{person}",
        data={"invitation": str(link.key), "email": commit_to(address, about=person)},
    )
    return code


@act
def accept_invitation(
    *,
    code: str,
    password: str = "",
    identity: tuple[str, str] | None = None,
    by: Actor,  # noqa: ARG001 -- every act has one; `act` puts refusals on record with it
    at: datetime,
) -> Account:
    """Open the account that the link is for, with a password or with an identity from outside.

    Args:
        code: what the link carried.
        password: a long one; unused where an identity is given.
        identity: issuer and subject, as an OpenID provider vouched for them just now.
        by: who puts a refusal on record; the opener is whom the link is for.
        at: now.

    Raises:
        ForeignError: E_LINK. ConflictError: E_EMAIL_TAKEN, E_IDENTITY_TAKEN. InvalidError: E_PASSWORD.
    """
    link = _usable(code, at)
    person = link.person
    if person is None or person.disabled_at is not None:
        raise _no_link()
    waits = person.accounts.exists() or _first_ones_wait(link, at)
    account = _open(person, _free_email(link.email), at, waits=waits)
    if identity is None:
        _set_password(account, password)
    else:
        _link(account, identity, at)
    _use(link, at)
    append(
        stream=OFFICE,
        tag=Tag.ACCOUNT_OPENED,
        by=Actor(str(person.key), Kind.PERSON, str(account.key), "session"),
        at=at,
        subject=f"account/{account.key}",
        data={**_described(person, account), "invitation": str(link.key), "outside": identity is not None},
    )
    return account


@act
def link_identity(*, issuer: str, subject: str, by: Actor, at: datetime) -> OutsideIdentity:
    """Let the signed-in person sign in through an OpenID provider as well.

    Raises:
        ConflictError: E_IDENTITY_TAKEN.
    """
    account = Account.objects.select_for_update().get(key=by.account_key)
    found = _link(account, (issuer, subject), at)
    _record_change(account, "identity-linked", by=by, at=at)
    return found


@act
def record_account_change(*, account: Account, what: str, by: Actor, at: datetime) -> None:
    """Put on record that an account's means of signing in were changed: ``what`` says which and how."""
    _record_change(account, what, by=by, at=at)


def _require_proof_of_invitation(
    name: str, email: str, roles: Iterable[tuple[str, str]], by: Actor, at: datetime
) -> None:
    """The service itself invites only the made-up people of its demo, and has nothing to prove."""
    if by.kind is Kind.SYSTEM:
        return
    listed = "\n".join(f"{role} {product}".rstrip() for role, product in roles)
    terms = {"name": name, "email": email, "roles": listed}
    require_signed_terms(by, at=at, act="person:invite", about="office/people", terms=terms)


def _record_change(account: Account, what: str, *, by: Actor, at: datetime) -> None:
    append(
        stream=OFFICE,
        tag=Tag.ACCOUNT_CHANGED,
        by=by,
        at=at,
        subject=f"account/{account.key}",
        data={"person": str(account.person_id), "what": what},
    )


def _new_invitation(
    person: Person | None, email: str, *, by: Actor, at: datetime, lasts: timedelta | None = None
) -> tuple[Invitation, str]:
    code = new_secret(INVITATION_PREFIX)
    lasts = lasts or timedelta(hours=settings.FLIGHTRULES_INVITATION_HOURS)
    link = Invitation.objects.create(
        digest=digest_of(code), person=person, email=email, made_by=by.key, made_at=at, expires_at=at + lasts
    )
    return link, code


def _usable(code: str, at: datetime) -> Invitation:
    found = Invitation.objects.select_for_update().filter(digest=digest_of(code)).first()
    if found is None or found.used_at or found.withdrawn_at or found.expires_at <= at:
        raise _no_link()
    return found


def _use(link: Invitation, at: datetime) -> None:
    link.used_at = at
    link.save(update_fields=["used_at"])


def _no_link() -> ForeignError:
    return ForeignError(
        "E_LINK",
        "this link does not work (any more)",
        hint="ask for a new one; each works once and not for long",
    )


def _is_set_up() -> bool:
    """Whether anybody ever was administrator: the first account is, and a grant is never deleted."""
    return RoleGrant.objects.filter(role=ADMINISTRATOR).exists()


def _first_ones_wait(link: Invitation, at: datetime) -> bool:
    """Whether a person's first account signs nothing before a second one who manages people has vouched.

    Not while there is no such second one, for nobody could.
    """
    if not settings.FLIGHTRULES_VOUCH_FOR_FIRST_ACCOUNTS:
        return False
    manage = live_grants(at).filter(role=ADMINISTRATOR).values_list("person_id", flat=True)
    return bool(set(map(str, manage)) - {link.made_by, str(link.person_id)})


def _open(person: Person, email: str, at: datetime, *, waits: bool = False) -> Account:
    account = Account(person=person, email=email, opened_at=at, awaits_vouching=waits)
    account.set_unusable_password()
    account.save()
    return account


def _set_password(account: Account, password: str) -> None:
    try:
        password.encode()
        if len(password) > _PASSWORD_LIMIT:
            raise InvalidError("E_PASSWORD", f"a password has at most {_PASSWORD_LIMIT} characters")
        validate_password(password, account)
    except ValidationError as error:
        raise InvalidError("E_PASSWORD", " ".join(error.messages).rstrip(".")) from None
    except UnicodeEncodeError:
        raise InvalidError("E_PASSWORD", "the password holds characters that no keyboard makes") from None
    account.set_password(password)
    account.save(update_fields=["password"])


def _link(account: Account, identity: tuple[str, str], at: datetime) -> OutsideIdentity:
    issuer, subject = identity
    if OutsideIdentity.objects.filter(issuer=issuer, subject=subject).exists():
        raise ConflictError("E_IDENTITY_TAKEN", "this identity belongs to an account already").about(
            OFFICE, f"account/{account.key}"
        )
    return OutsideIdentity.objects.create(account=account, issuer=issuer, subject=subject, linked_at=at)


def _free_email(email: str) -> str:
    found = checked_email(email)
    if Account.objects.filter(email=found).exists():
        raise ConflictError("E_EMAIL_TAKEN", "an account with this address exists")
    return found


def _office_role(role: str) -> str:
    found = checked_role(role)
    if found not in BUILT_IN_ROLES:
        raise InvalidError("E_ROLE", f"there is no role {found!r}")
    return found


def _described(person: Person, account: Account) -> dict[str, Any]:
    key = str(person.key)
    return {
        "person": key,
        "awaits_vouching": account.awaits_vouching,
        "name": commit_to(person.name, about=key),
        "email": commit_to(account.email, about=key),
    }
