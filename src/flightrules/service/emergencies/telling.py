"""Who is told of an emergency: everybody who may sign here, as an emergency is nobody's secret."""

from __future__ import annotations

from datetime import datetime

from flightrules.rules.role_words import role_words
from flightrules.service.emergencies.models import Classification, Throttling
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.services import tell
from flightrules.service.obligations.holders import people_in
from flightrules.service.releases.queries import Release

__all__ = ["tell_classified", "tell_throttled"]

_TOLD = (
    "qa_lead",
    "engineering_lead",
    "release_manager",
    "product_owner",
    "cto_vp_eng",
    "on_call",
    "operations",
)


def tell_classified(one: Classification, at: datetime) -> None:
    """The list begins: who has a part in it is told what is missing and why it matters."""
    release = one.release
    _tell(
        Kind.REMINDER,
        release,
        once=f"classification/{one.key}",
        context={
            "what": f"the list of the emergency ({one.reference}), classified by {role_words(one.role)},",
            "due": "now, before the decision",
            "whom": "the QA lead, an engineer who did not write it, and who is on call",
            "otherwise": "the hotfix cannot be decided",
        },
        at=at,
    )


def tell_throttled(one: Throttling, at: datetime) -> None:
    """The share would be too large: it takes a second authority, and a look at why the normal way fails."""
    _tell(
        Kind.ESCALATION,
        one.release,
        once=f"throttling/{one.key}",
        context={
            "level": "a second authority",
            "what": f"an emergency was stopped by the throttle: {one.share}",
            "since": f"{at:%Y-%m-%d %H:%M} UTC",
            "asked": role_words(one.role),
            "due": "before the hotfix can go on",
        },
        at=at,
    )


def _tell(kind: Kind, release: Release, *, once: str, context: dict[str, str], at: datetime) -> None:
    tell(
        kind,
        product=release.product_id,
        about=f"release/{release.key}",
        once=once,
        context={"product": release.product.name, "version": release.version, **context},
        at=at,
        to=people_in(_TOLD, release, at),
    )
