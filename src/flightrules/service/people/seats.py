"""Seats: a role in a product with the person who holds it, and everybody who may speak in it.

Each seat stands for exactly one pair of role and product; what a person may do is never put together from
roles of different products. A deputy or delegate speaks in the holder's seat, as long as the holder holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, UUIDField

from flightrules.service.people.models import RoleGrant
from flightrules.service.people.powers import role_key

__all__ = [
    "Seat",
    "held",
    "holds",
    "live_grants",
    "seats_apart",
    "seats_of",
    "speakers",
    "spoken_by",
    "stood_in",
]

# Own seats and those of others in plain SQL: every request asks for them, and building took most of the time.
_HELD = """
SELECT held.key, held.role, held.product
FROM people_rolegrant held JOIN people_person person ON person.key = held.person_id
WHERE held.person_id = %s AND person.disabled_at IS NULL
  AND (held.expires_at IS NULL OR held.expires_at > %s)
  AND (held.revoked_at IS NULL OR held.revoked_at > %s)
"""
_COUNTS = "  AND held.counts_from <= %s\n"
_HERE = "  AND held.product IN ('', %s)\n"
_OLDEST_FIRST = "ORDER BY held.granted_at, held.key"
_STANDS_IN = """
SELECT standing.key, standing.role, standing.product, standing.holder_id, '{through}'
FROM people_{through} standing
JOIN people_person person ON person.key = standing.{through_key}_id
JOIN people_person holder ON holder.key = standing.holder_id
WHERE standing.{through_key}_id = %(person)s AND person.disabled_at IS NULL AND holder.disabled_at IS NULL
  AND (standing.ended_at IS NULL OR standing.ended_at > %(at)s) AND {in_time}{here}
  AND EXISTS (
    SELECT 1 FROM people_rolegrant held
    WHERE held.person_id = standing.holder_id AND held.role = standing.role
      AND held.product = standing.product AND held.counts_from <= %(at)s
      AND (held.expires_at IS NULL OR held.expires_at > %(at)s)
      AND (held.revoked_at IS NULL OR held.revoked_at > %(at)s)
  )
"""
_AS_DEPUTY = {"through": "deputy", "through_key": "deputy", "in_time": "standing.counts_from <= %(at)s"}
_AS_DELEGATE = {
    "through": "delegation",
    "through_key": "delegate",
    "in_time": "standing.starts_at <= %(at)s AND standing.ends_at > %(at)s",
}
_STANDS_IN_HERE = "\n  AND standing.product IN ('', %(product)s)"
_KEY = UUIDField()


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat that a person may speak in.

    Attributes:
        role, product: what the seat is; an empty product is the whole office.
        holder: person key of the one who holds the role.
        through: ``grant``, ``deputy`` or ``delegation``; and ``key``, the row that says so.
    """

    role: str
    product: str
    holder: str
    through: str
    key: str


def live_grants(at: datetime, *, cooling: bool = False) -> QuerySet[RoleGrant]:
    """Grants that hold at this moment; with ``cooling`` also those that do not count yet."""
    found = RoleGrant.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=at),
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=at),
        person__disabled_at__isnull=True,
    )
    return found if cooling else found.filter(counts_from__lte=at)


def held(person_key: str, product: str | None, at: datetime, *, cooling: bool = False) -> list[Seat]:
    """Seats that the person holds for this product (None: for any) by a role of their own."""
    person = UUID(person_key)
    moment = connection.ops.adapt_datetimefield_value(at)
    question, given = _HELD, [_KEY.get_db_prep_value(person, connection), moment, moment]
    if not cooling:
        question, given = question + _COUNTS, [*given, moment]
    if product is not None:
        question, given = question + _HERE, [*given, product]
    with connection.cursor() as cursor:
        cursor.execute(question + _OLDEST_FIRST, given)
        rows = cursor.fetchall()
    holder = str(person)
    return [Seat(role, where, holder, "grant", str(UUID(str(key)))) for key, role, where in rows]


def holds(person_key: str, role: str, product: str, at: datetime) -> bool:
    """Whether the person holds exactly this role for exactly this product, by a grant that counts."""
    return live_grants(at).filter(person_id=person_key, role=role, product=product).exists()


def stood_in(person_key: str, product: str | None, at: datetime) -> list[Seat]:
    """Seats of others that the person may speak in for this product (None: any), as deputy or delegate."""
    here = "" if product is None else _STANDS_IN_HERE
    question = "UNION ALL".join(
        _STANDS_IN.format(here=here, **through) for through in (_AS_DEPUTY, _AS_DELEGATE)
    )
    given = {
        "person": _KEY.get_db_prep_value(UUID(person_key), connection),
        "at": connection.ops.adapt_datetimefield_value(at),
    }
    if product is not None:
        given["product"] = product
    with connection.cursor() as cursor:
        cursor.execute(f"{question}ORDER BY 5 DESC, 1", given)
        rows = cursor.fetchall()
    return [
        Seat(role, where, str(UUID(str(holder))), through, str(UUID(str(key))))
        for key, role, where, holder, through in rows
    ]


def seats_of(person_key: str, product: str, at: datetime) -> list[Seat]:
    """Every seat in which the person may speak here and now, their own first."""
    return held(person_key, product, at) + stood_in(person_key, product, at)


def speakers(seat: Seat, person_key: str) -> frozenset[str]:
    """Whose word it is when the person speaks in the seat: a delegate was chosen by who lent it."""
    return frozenset({person_key, seat.holder} if seat.through == "delegation" else {person_key})


def spoken_by(person_key: str, role: str, product: str, at: datetime) -> frozenset[str]:
    """Whose word it is what a person says in a role: of who lent it, too, unless they have it themselves."""
    own = frozenset({person_key})
    seats = (one for one in seats_of(person_key, product, at) if role_key(one.role) == role)
    words = [speakers(one, person_key) for one in seats]
    return own if own in words else own.union(*words)


def seats_apart(person_key: str, product: str, at: datetime, *, apart: Iterable[str]) -> list[Seat]:
    """The same without those that were lent by somebody of ``apart``, who would speak through them.

    A deputy was named by others, so a deputyship stays.
    """
    lenders = frozenset(apart)
    seats = seats_of(person_key, product, at)
    return [one for one in seats if one.through != "delegation" or one.holder not in lenders]
