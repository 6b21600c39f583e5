"""Who is told what about polls and decisions, each in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from flightrules.engine.dossier import Difference
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.service.decisions.models import GOING, Decision, Poll, SignOff
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.services import tell
from flightrules.service.people.queries import who_can_sign_in
from flightrules.service.readiness.queries import open_risks
from flightrules.service.releases.queries import Release

__all__ = ["ask", "ask_again", "contacts", "tell_decided", "tell_voided"]

_NAMED = 5


def ask(poll: Poll, release: Release, people: Iterable[str], roles: Sequence[str], at: datetime) -> None:
    """A poll is open: everybody who can vote in it is asked."""
    _remind(
        release,
        f"poll/{poll.key}",
        what=f"a vote on the {poll.moment} decision",
        due=f"by {_said(release.opens_at)}" if release.opens_at else "now",
        whom=", ".join(map(role_words, roles)),
        otherwise="the release is not decided",
        to=people,
        at=at,
    )


def ask_again(
    one: SignOff, release: Release, why: str, changes: tuple[Difference, ...], at: datetime
) -> None:
    """Somebody's signature does not count any more; they are shown why, and what changed."""
    said = _some([str(each) for each in changes]) or why
    _remind(
        release,
        f"sign-off/{one.key}",
        what=f"a new signature as {role_words(one.role)} ({said})",
        due="now",
        whom=role_words(one.role),
        otherwise="the former one does not count, and the release is not decided",
        to=[one.person],
        at=at,
    )


def tell_decided(
    decision: Decision,
    release: Release,
    book: Rulebook,
    reasons: Sequence[str],
    people: Iterable[str],
    at: datetime,
) -> None:
    """The product's channels, and everybody who signed, are told what was decided; and what is to come."""
    about, goes = f"decision/{decision.key}", decision.outcome in GOING
    context = {
        "product": release.product.name,
        "version": release.version,
        "outcome": decision.outcome,
        "decided_by": role_words(decision.role),
    }
    if goes:
        context |= {"conditions": _some(decision.conditions) or "none", "window": _window(release)}
    else:
        context |= {
            "unmet": _some(list(reasons)) or f"{decision.outcome}, for the reason on record",
            "remedy": "what is named is mended and judged again, then a new poll is opened",
            "escalation": ", ".join(contacts(book)),
        }
    tell(
        Kind.GO if goes else Kind.NO_GO,
        product=release.product_id,
        about=about,
        once=about,
        context=context,
        at=at,
        to=who_can_sign_in(people, at),
    )
    if goes:
        _announce(decision, release, book, at)


def _announce(decision: Decision, release: Release, book: Rulebook, at: datetime) -> None:
    """Whoever is affected hears of scope, window, risks and contacts before anything is deployed."""
    asked = ", ".join(contacts(book))
    known = open_risks(release)
    tell(
        Kind.BEFORE,
        product=release.product_id,
        about=f"decision/{decision.key}",
        once=f"before/{decision.key}",
        context={
            "product": release.product.name,
            "version": release.version,
            "scope": _some(release.scope_in),
            "window": _window(release),
            "risks": _some(known) or "none in the register",
            "readiness": f"{decision.outcome}, {decision.moment} decision",
            "expected": f"questions and troubles go to {asked}" if asked else "",
        },
        at=at,
    )


def tell_voided(decision: Decision, release: Release, why: str, people: Iterable[str], at: datetime) -> None:
    """A decision does not stand any more; who signed for it is told."""
    _remind(
        release,
        f"decision/{decision.key}",
        what=f"a new decision, as {decision.outcome} was voided ({why[:200]}),",
        due="now",
        whom=role_words(decision.role),
        otherwise="the release is not deployed",
        to=people,
        at=at,
    )


def contacts(book: Rulebook) -> list[str]:
    """The agreed path of a disagreement, lowest level first, in the roles and people that it names."""
    named = [name for level in book.authority.escalation for name in (level.contacts or (level.id,))]
    return [role_words(name) if book.authority.role(name) else name for name in named]


def _remind(  # noqa: PLR0913 -- the places of the text
    release: Release,
    about: str,
    *,
    what: str,
    due: str,
    whom: str,
    otherwise: str,
    to: Iterable[str],
    at: datetime,
) -> None:
    tell(
        Kind.REMINDER,
        product=release.product_id,
        about=about,
        once=f"{about}/{at.isoformat()}",
        context={
            "product": release.product.name,
            "version": release.version,
            "what": what,
            "due": due,
            "whom": whom,
            "otherwise": otherwise,
        },
        at=at,
        to=who_can_sign_in(to, at),
    )


def _window(release: Release) -> str:
    if release.opens_at is None:
        return "not stated"
    return (
        f"{_said(release.opens_at)} to {_said(release.closes_at)}"
        if release.closes_at
        else _said(release.opens_at)
    )


def _said(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _some(said: Sequence[str]) -> str:
    more = f"; and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return "; ".join(said[:_NAMED]) + more
