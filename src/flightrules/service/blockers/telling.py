"""Who is told of a blocker: those who can answer it, who raised it, and the levels of the agreed path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from flightrules.rules.authority import EscalationLevel
from flightrules.service.blockers.models import Blocker
from flightrules.service.catalogue.queries import adopted_authority
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.services import tell
from flightrules.service.people.powers import Power, powers_of, stands_for
from flightrules.service.people.queries import badges, holders_of
from flightrules.service.records.actor import SYSTEM

__all__ = ["tell_back", "tell_ended", "tell_escalated", "tell_overruled", "tell_raised"]

_ANSWERS = {Power.SIGN, Power.ACCEPT, Power.MANAGE_RELEASES}


def tell_raised(one: Blocker, at: datetime) -> None:
    """Everybody who signs, accepts or manages releases."""
    _ask(one, "raised", f"an answer to the blocker {one.title!r}", at)


def tell_back(one: Blocker, override: UUID, at: datetime) -> None:
    """The same people, where the override that had overruled it counts no more."""
    what = f"an answer to the blocker {one.title!r}, which an override had overruled that counts no more,"
    _ask(one, f"back/{override}", what, at)


def tell_overruled(one: Blocker, at: datetime) -> None:
    """The one who raised it."""
    _remind(
        one,
        once=f"overruled/{one.overruled_by}",
        what=f"a look at your blocker {one.title!r}, which an override has overruled,",
        whom="you, who raised it; it stays on record, and is open again where the override is voided",
        otherwise="the release goes by override",
        to=_people(one, at, lambda key, _roles: key == one.raised_by),
        at=at,
    )


def tell_ended(one: Blocker, at: datetime) -> None:
    """The one who raised it, unless it was they who ended it."""
    if one.ended_by == one.raised_by:
        return
    how = "resolved" if one.state == Blocker.State.RESOLVED else "accepted with a mitigation"
    _remind(
        one,
        once="ended",
        what=f"a look at your blocker {one.title!r}, which another person has {how},",
        whom="you, who raised it; raise it again where it still holds",
        otherwise="it no longer stands in the way of the release",
        to=_people(one, at, lambda key, _roles: key == one.raised_by),
        at=at,
    )


def tell_escalated(
    one: Blocker, level: EscalationLevel, before: Sequence[EscalationLevel], at: datetime
) -> None:
    """The people of a level, whether the rulebook names their roles or their keys."""

    def asked(key: str, roles: Sequence[str]) -> bool:
        return any(
            key == contact or any(stands_for(contact, role) for role in roles) for contact in level.contacts
        )

    tell(
        Kind.ESCALATION,
        product=one.release.product_id,
        about=f"blocker/{one.key}",
        once=f"blocker/{one.key}/level/{level.id}",
        context={
            **_named(one),
            "level": level.id,
            "what": f"the blocker {one.title!r} is open",
            "since": f"{one.raised_at:%Y-%m-%d %H:%M} UTC",
            "asked": ", ".join(each.id for each in before) or "nobody",
            "due": f"{level.respond_within} from now",
        },
        at=at,
        to=_people(one, at, asked),
    )


def _ask(one: Blocker, once: str, what: str, at: datetime) -> None:
    """Ask all who can answer it, but the one who raised it."""
    authority = adopted_authority(one.release.product_id, at)
    to = _people(one, at, lambda _key, roles: bool(_ANSWERS & powers_of(roles, authority)))
    _remind(
        one,
        once=once,
        what=what,
        whom="whoever can resolve it, or accept it with a mitigation",
        otherwise="the release is not authorised",
        to=[key for key in to if key != one.raised_by],
        at=at,
    )


def _remind(
    one: Blocker, *, once: str, what: str, whom: str, otherwise: str, to: Sequence[str], at: datetime
) -> None:
    tell(
        Kind.REMINDER,
        product=one.release.product_id,
        about=f"blocker/{one.key}",
        once=f"blocker/{one.key}/{once}",
        context={**_named(one), "what": what, "due": "now", "whom": whom, "otherwise": otherwise},
        at=at,
        to=to,
    )


def _named(one: Blocker) -> dict[str, str]:
    return {"product": one.release.product.name, "version": one.release.version}


def _people(one: Blocker, at: datetime, wanted: Callable[[str, Sequence[str]], bool]) -> list[str]:
    """Keys of those who can sign in and are wanted, by key and roles."""
    product = one.release.product_id
    holders = holders_of(product, by=SYSTEM, at=at).filter(accounts__is_active=True).distinct()
    found = badges(list(holders), at, product)
    return [each["key"] for each in found if wanted(each["key"], each["roles"])]
