"""Roles are granted by others, count after a cool-down, and are taken away at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from flightrules.rules.role_words import role_words
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.models import Account, Person, RoleGrant
from flightrules.service.people.names import flags_of, looks_of
from flightrules.service.people.powers import BUILT_IN_ROLES, Power, role_key
from flightrules.service.people.seats import live_grants
from flightrules.service.records.actor import Actor
from flightrules.service.records.queries import entries
from flightrules.service.records.services import OFFICE, act, append, product_stream
from flightrules.service.records.tags import Tag

__all__ = [
    "checked_role",
    "counts_from",
    "grant_role",
    "known_person",
    "refuse_last_administrator",
    "revoke_role",
    "write_grant",
]

ADMINISTRATOR = "administrator"
_ROLE_LIMIT = 60
_AT_ONCE = frozenset({Power.READ, Power.AUDIT, Power.BRING_EVIDENCE})


@act
def grant_role(
    *, person: str, role: str, product: str = "", expires_at: datetime | None = None, by: Actor, at: datetime
) -> RoleGrant:
    """Give a role to a person, for one product or (empty) for all; it counts after the cool-down.

    Raises:
        DeniedError: E_SELF_GRANT; nobody gives a role to themselves, through whichever account.
        ConflictError: E_ROLE_HELD. InvalidError: E_ROLE, E_ROLE_ENDS.
        UnauthenticatedError: E_REAUTH_REQUIRED; who gives a voice proves who they are.
    """
    require(by, Power.MANAGE_PEOPLE, product=product, at=at)
    if by.key == person:
        raise DeniedError(
            "E_SELF_GRANT",
            "nobody grants a role to themselves",
            hint="ask another person who manages people",
        ).about(OFFICE, f"person/{person}")
    holder, role = known_person(person), checked_role(role)
    if expires_at is not None and expires_at <= at:
        raise InvalidError("E_ROLE_ENDS", "the role would end before it begins")
    if live_grants(at, cooling=True).filter(person=holder, role=role, product=product).exists():
        raise ConflictError("E_ROLE_HELD", f"this person has the role {role_words(role)} here already")
    terms = {"role": role, "product": product, "expires_at": expires_at or ""}
    require_signed_terms(by, at=at, act="role:grant", about=f"person/{person}", terms=terms)
    grant = write_grant(holder, role, product, by=by, at=at, expires_at=expires_at)
    append(
        stream=OFFICE,
        tag=Tag.ROLE_GRANTED,
        by=by,
        at=at,
        subject=f"person/{person}",
        data=shown(grant),
    )
    return grant


@act
def revoke_role(*, person: str, grant: str, by: Actor, at: datetime) -> RoleGrant:
    """Take a role away; from this moment it counts nowhere. It takes no proof: shutting out has to be quick.

    Raises:
        ConflictError: E_LAST_ADMINISTRATOR.
    """
    found = RoleGrant.objects.select_for_update().filter(pk=grant, person_id=person).first()
    if found is None or found.revoked_at is not None:
        require(by, Power.MANAGE_PEOPLE, at=at)
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    require(by, Power.MANAGE_PEOPLE, product=found.product, at=at)
    if found.role == ADMINISTRATOR and not found.product:
        refuse_last_administrator(person, at)
    found.revoked_at = at
    found.save(update_fields=["revoked_at"])
    append(
        stream=OFFICE,
        tag=Tag.ROLE_REVOKED,
        by=by,
        at=at,
        subject=f"person/{person}",
        data={"grant": str(found.key), "role": found.role, "product": found.product},
    )
    return found


def write_grant(
    holder: Person,
    role: str,
    product: str,
    *,
    by: Actor,
    at: datetime,
    expires_at: datetime | None = None,
    at_once: bool = False,
) -> RoleGrant:
    """The row of a grant; only the first set-up writes one that counts ``at_once``."""
    return RoleGrant.objects.create(
        person=holder,
        role=role,
        product=product,
        granted_by=by.key,
        granted_at=at,
        counts_from=at if at_once else counts_from(role, product, at),
        expires_at=expires_at,
    )


def shown(grant: RoleGrant) -> dict[str, Any]:
    """A grant as an entry tells it."""
    found = {
        "grant": str(grant.key),
        "role": grant.role,
        "product": grant.product,
        "counts_from": grant.counts_from.isoformat(),
    }
    return found | ({"expires_at": grant.expires_at.isoformat()} if grant.expires_at else {})


def counts_from(role: str, product: str, at: datetime) -> datetime:
    """When a grant made now begins to count.

    The cool-down keeps a new voice from a release that is under way. So roles that can only look or bring
    evidence count at once, and so does every role as long as no release was ever opened in its reach.
    """
    if BUILT_IN_ROLES.get(role, frozenset({Power.SIGN})) <= _AT_ONCE or not _has_releases(product):
        return at
    return at + timedelta(hours=settings.FLIGHTRULES_ROLE_COOL_DOWN_HOURS)


def _has_releases(product: str) -> bool:
    """Whether a release was ever opened in this product, or in any when none is named; the ledger knows."""
    stream = product_stream(product) if product else None
    return entries(stream=stream, tag=Tag.RELEASE_OPENED).exists()


def checked_role(role: str) -> str:
    """One spelling of a role.

    Raises:
        InvalidError: E_ROLE.
    """
    found = role_key(role)
    if not 0 < len(found) <= _ROLE_LIMIT or not all(part.isalnum() for part in found.split("-")):
        raise InvalidError("E_ROLE", "a role is named by letters, digits and hyphens, 60 at most")
    if _is_taken_for_another(found):
        raise InvalidError(
            "E_ROLE", "this would be taken for another role", hint="use the letters of one script"
        )
    return found


def _is_taken_for_another(role: str) -> bool:
    """Whether it mixes scripts in a word, or only looks like a role that the office knows."""
    if role in BUILT_IN_ROLES:
        return False
    is_mixed = any("mixed-script" in flags_of(word) for word in role.split("-"))
    return is_mixed or looks_of(role) in set(map(looks_of, BUILT_IN_ROLES))


def known_person(key: str) -> Person:
    """A person who is not disabled.

    Raises:
        InvalidError: E_PERSON.
    """
    found = Person.objects.select_for_update().filter(pk=key, disabled_at__isnull=True).first()
    if found is None:
        raise InvalidError("E_PERSON", "there is no such person, or they are disabled")
    return found


def refuse_last_administrator(person: str, at: datetime, *, without_account: str = "") -> None:
    """An office keeps somebody who can manage its people.

    Raises:
        ConflictError: E_LAST_ADMINISTRATOR.
    """
    accounts = Account.objects.filter(is_active=True).exclude(
        Q(key=without_account) if without_account else Q(pk=None)
    )
    if not without_account:
        accounts = accounts.exclude(person_id=person)
    left = live_grants(at).filter(role=ADMINISTRATOR, product="", person__accounts__in=accounts)
    if not left.exists():
        raise ConflictError(
            "E_LAST_ADMINISTRATOR",
            "nobody would be left to manage people",
            hint="grant the role to somebody else first, and wait for the cool-down",
        ).about(OFFICE, f"person/{person}")
