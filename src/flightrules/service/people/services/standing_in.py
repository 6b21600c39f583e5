"""Standing in: a deputy until somebody ends it, a delegate for a while; both in the holder's one seat."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from flightrules.rules.role_words import role_words
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError, InvalidError
from flightrules.service.people.access import has_power, is_within, powers_of_role, require
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.models import Delegation, Deputy
from flightrules.service.people.powers import Power
from flightrules.service.people.seats import holds, stood_in
from flightrules.service.people.services.roles import ADMINISTRATOR, checked_role, counts_from, known_person
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import OFFICE, act, append, commit_to
from flightrules.service.records.tags import Tag

__all__ = ["delegate_role", "end_delegation", "end_deputy", "name_deputy"]


@act
def delegate_role(  # noqa: PLR0913 -- what is lent, to whom, from when until when, and why
    *,
    delegate: str,
    role: str,
    product: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
) -> Delegation:
    """Lend a role that the caller holds by a grant of their own, for a while; it cannot be lent on.

    Whether the delegate may speak on one particular release is asked there: never on a release that the
    delegate requested (``engine.separation``), and the seat keeps one voice.

    Raises:
        DeniedError: E_DELEGATION_DEPTH, E_ROLE_NOT_HELD, E_ROLE_NOT_LENT, E_SCOPE.
        InvalidError: E_DELEGATE, E_DELEGATION_TIME, E_PERSON, E_ROLE.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    role = checked_role(role)
    _may_lend(by, role, product, at)
    if delegate == by.key:
        raise InvalidError("E_DELEGATE", "a role is lent to somebody else")
    to, begins = known_person(delegate), starts_at or at
    longest = timedelta(days=settings.FLIGHTRULES_DELEGATION_DAYS)
    if not at <= begins < ends_at or ends_at - begins > longest:
        raise InvalidError(
            "E_DELEGATION_TIME",
            f"a delegation begins now or later and lasts at most {longest.days} days",
        )
    terms = {
        "role": role,
        "product": product,
        "starts_at": starts_at or "",
        "ends_at": ends_at,
        "reason": reason,
    }
    require_signed_terms(by, at=at, act="delegation:make", about=f"person/{delegate}", terms=terms)
    row = Delegation.objects.create(
        holder_id=by.key,
        delegate=to,
        role=role,
        product=product,
        reason=reason,
        made_at=at,
        starts_at=begins,
        ends_at=ends_at,
    )
    append(
        stream=OFFICE,
        tag=Tag.DELEGATED,
        by=by,
        at=at,
        subject=f"delegation/{row.key}",
        data={
            "holder": by.key,
            "delegate": delegate,
            "role": role,
            "product": product,
            "starts_at": begins.isoformat(),
            "ends_at": ends_at.isoformat(),
            "reason": commit_to(reason, about=by.key),
        },
    )
    return row


@act
def end_delegation(*, delegation: str, by: Actor, at: datetime) -> Delegation:
    """End a delegation early: by the holder, by the delegate, or by who manages people.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY.
    """
    found = Delegation.objects.select_for_update().filter(pk=delegation).first()
    if found is None or not _concerns(found, by, at):
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    if found.ended_at is not None or found.ends_at <= at:
        raise ConflictError("E_ALREADY", "the delegation has ended").about(OFFICE, f"delegation/{delegation}")
    found.ended_at = at
    found.save(update_fields=["ended_at"])
    append(stream=OFFICE, tag=Tag.DELEGATION_ENDED, by=by, at=at, subject=f"delegation/{delegation}")
    return found


@act
def name_deputy(*, holder: str, deputy: str, role: str, product: str = "", by: Actor, at: datetime) -> Deputy:
    """Name who stands in for the holder of a role; counts after the cool-down of that role.

    Raises:
        DeniedError: E_SELF_GRANT; nobody makes themselves a deputy.
        InvalidError: E_DELEGATE, E_ROLE_NOT_HELD, E_PERSON, E_ROLE.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    require(by, Power.MANAGE_PEOPLE, product=product, at=at)
    if by.key == deputy:
        raise DeniedError("E_SELF_GRANT", "nobody makes themselves a deputy").about(
            OFFICE, f"person/{deputy}"
        )
    if holder == deputy:
        raise InvalidError("E_DELEGATE", "a deputy is somebody else")
    role, stands_in = checked_role(role), known_person(deputy)
    if role == ADMINISTRATOR or not holds(holder, role, product, at):
        raise InvalidError(
            "E_ROLE_NOT_HELD", f"this person does not hold {role_words(role)} here by a grant that counts"
        )
    terms = {"holder": holder, "role": role, "product": product}
    require_signed_terms(by, at=at, act="deputy:name", about=f"person/{deputy}", terms=terms)
    row = Deputy.objects.create(
        holder_id=holder,
        deputy=stands_in,
        role=role,
        product=product,
        named_by=by.key,
        named_at=at,
        counts_from=counts_from(role, product, at),
    )
    append(
        stream=OFFICE,
        tag=Tag.DEPUTY_NAMED,
        by=by,
        at=at,
        subject=f"deputy/{row.key}",
        data={
            "holder": holder,
            "deputy": deputy,
            "role": role,
            "product": product,
            "counts_from": row.counts_from.isoformat(),
        },
    )
    return row


@act
def end_deputy(*, deputy: str, by: Actor, at: datetime) -> Deputy:
    """End a deputyship.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY.
    """
    found = Deputy.objects.select_for_update().filter(pk=deputy).first()
    require(by, Power.MANAGE_PEOPLE, product=found.product if found else "", at=at)
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    if found.ended_at is not None:
        raise ConflictError("E_ALREADY", "the deputyship has ended").about(OFFICE, f"deputy/{deputy}")
    found.ended_at = at
    found.save(update_fields=["ended_at"])
    append(stream=OFFICE, tag=Tag.DEPUTY_ENDED, by=by, at=at, subject=f"deputy/{deputy}")
    return found


def _may_lend(by: Actor, role: str, product: str, at: datetime) -> None:
    """Refuse unless the caller holds the role here by a grant of their own that counts."""
    about = (OFFICE, f"{by.kind}/{by.key}")
    if by.kind is not Kind.PERSON:
        raise DeniedError("E_ROLE_NOT_HELD", "a machine holds no role").about(*about)
    if role == ADMINISTRATOR:
        raise DeniedError("E_ROLE_NOT_LENT", "managing people is granted, not lent").about(*about)
    if not is_within(by, product):
        raise DeniedError("E_SCOPE", "the token that was used acts in another product").about(*about)
    if holds(by.key, role, product, at):
        _require_within_token(by, role, product, at)
        return
    if any(seat.role == role and seat.product == product for seat in stood_in(by.key, product, at)):
        raise DeniedError("E_DELEGATION_DEPTH", "what was lent cannot be lent on").about(*about)
    raise DeniedError("E_ROLE_NOT_HELD", f"you do not hold {role_words(role)} here").about(*about)


def _require_within_token(by: Actor, role: str, product: str, at: datetime) -> None:
    """A token that may only read is not good for lending what it may not do itself."""
    means = (power.value for power in powers_of_role(role, product, at))
    beyond = sorted(one for one in means if one not in by.scopes)
    if by.via == "token" and beyond:
        raise DeniedError(
            "E_SCOPE",
            f"the token that was used lends no power beyond its own: {', '.join(beyond)}",
            hint="use a token with these scopes, or the browser",
        ).about(OFFICE, f"{by.kind}/{by.key}")


def _concerns(row: Delegation, by: Actor, at: datetime) -> bool:
    return by.key in (str(row.holder_id), str(row.delegate_id)) or has_power(
        by, Power.MANAGE_PEOPLE, product=row.product, at=at
    )
