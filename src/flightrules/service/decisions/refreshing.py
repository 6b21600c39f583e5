"""What happens to signatures when what was signed is not what is there: voided, or carried over by rule.

Whoever signed something else has not signed this. Their word is voided on record, they are told what changed
and asked again. Only a rule of the rulebook (``authority.roles.ROLE.relies_on``) carries a signature over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flightrules.engine.dossier import PARTS, Difference
from flightrules.reports.wording import span
from flightrules.rules.role_words import role_words
from flightrules.service.decisions.asking import asking_of, max_age, voids_for
from flightrules.service.decisions.counting import carried_to, is_expired, live_verdict, live_votes
from flightrules.service.decisions.dossiers import Dossier, changes_since, keep
from flightrules.service.decisions.models import Carried, Poll, SignOff
from flightrules.service.decisions.seats import is_eligible
from flightrules.service.decisions.telling import ask_again
from flightrules.service.door.refusals import ConflictError
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import append, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release

__all__ = ["bring_over", "is_outdated", "refresh", "void"]

_NAMED = 20
_SAME = "the dossier is the same"


def refresh(poll: Poll, release: Release, dossier: Dossier, *, by: Actor, at: datetime) -> list[SignOff]:
    """Bring an open poll up to the dossier of now; part of the caller's act. Returns what was voided.

    Void is what was signed under another dossier and is not carried over, what was signed by somebody who may
    not speak for it any more, and what has grown too old.
    """
    voided = []
    for one, into in _signed(poll, release):
        why, changes = _standing(one, into, poll, release, dossier, at)
        if why:
            void(one, release, why, dossier, changes, by=by, at=at)
            ask_again(one, release, why, changes, at)
            voided.append(one)
        elif changes:
            _carry(one, into, release, dossier, _rule(one, dossier), by=by, at=at)
    if (poll.dossier, poll.edition_id) != (dossier.digest, dossier.inputs.edition.pk):
        _move(poll, release, dossier, len(voided), by=by, at=at)
    return voided


def bring_over(
    former: Poll, poll: Poll, release: Release, dossier: Dossier, *, by: Actor, at: datetime
) -> list[SignOff]:
    """Let the votes of the authorisation count in the final poll, as far as what they rest on is the same.

    Returns those that do not and are asked for again.
    """
    again = []
    for one in live_votes(former):
        why, changes = _standing(one, poll, poll, release, dossier, at)
        if why:
            ask_again(one, release, why, changes, at)
            again.append(one)
        else:
            rule = _rule(one, dossier) if changes else _SAME
            _carry(one, poll, release, dossier, rule, by=by, at=at)
    return again


def is_outdated(poll: Poll, release: Release, dossier: Dossier, at: datetime) -> bool:
    """Whether ``refresh`` would change anything; writes nothing."""
    if (poll.dossier, poll.edition_id) != (dossier.digest, dossier.inputs.edition.pk):
        return True
    return any(any(_standing(one, into, poll, release, dossier, at)) for one, into in _signed(poll, release))


def void(  # noqa: PLR0913 -- what, of which release, why, and what differs
    one: SignOff,
    release: Release,
    why: str,
    now: Dossier | None = None,
    changes: tuple[Difference, ...] = (),
    *,
    tag: Tag = Tag.SIGN_OFF_VOIDED,
    by: Actor,
    at: datetime,
) -> None:
    """Let a sign-off count no more, with an entry that says why; the row stays."""
    one.voided_at, one.voided_because = at, why[:400]
    one.save(update_fields=["voided_at", "voided_because"])
    append(
        stream=product_stream(release.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"sign-off/{one.key}",
        data={
            "release": str(release.key),
            "act": one.act,
            "role": one.role,
            "choice": one.choice,
            "because": one.voided_because,
            "signed": {"sha256": one.dossier},
            "now": {"sha256": now.digest} if now else None,
            "differences": [{"part": each.part, "what": each.what} for each in changes[:_NAMED]],
        },
    )


def _signed(poll: Poll, release: Release) -> Iterator[tuple[SignOff, Poll | None]]:
    """Each sign-off that stands, with the poll that it counts in; the verdict is of none."""
    for one in live_votes(poll):
        yield one, poll
    verdict = live_verdict(release)
    if verdict is not None:
        yield verdict, None


def _standing(
    one: SignOff, into: Poll | None, poll: Poll, release: Release, dossier: Dossier, at: datetime
) -> tuple[str, tuple[Difference, ...]]:
    """Why a sign-off cannot stand, or nothing; with what differs from what was signed, if that is news."""
    if not is_eligible(one, release, at):
        return f"role lost: who signed may no longer speak for {role_words(one.role)}", ()
    if is_expired(one, poll.moment, dossier, at):
        age = span(max_age(dossier.book, one.poll.moment if one.poll else poll.moment))
        return f"expired: it was given more than {age} ago", ()
    if one.role not in (*asking_of(dossier.book, release).roles, asking_of(dossier.book, release).verdict):
        return f"not asked: the rulebook in force does not ask {role_words(one.role)}", ()
    if one.dossier == dossier.digest or one.pk in carried_to(dossier.digest, into):
        return "", ()
    try:
        changes = changes_since(one.dossier, dossier)
        parts = [_relied_on(each) for each in changes]
    except ConflictError:
        changes, parts = (), list(PARTS)
    relied = voids_for(one.role, parts, dossier.book)
    if relied:
        return f"dossier: {', '.join(sorted(relied))} changed since it was signed", changes
    return "", changes


def _relied_on(change: Difference) -> str:
    """The part of the dossier that somebody relies on who relies on this.

    What a gate was judged on are evidence, waivers and the like, each of which is a part of its own. Who
    relies on the gates relies on what they say: outcome, criteria, what blocks and what is to be known.
    """
    return "evidence" if change.part == "gates" and change.what.endswith(" inputs") else change.part


def _rule(one: SignOff, dossier: Dossier) -> str:
    number = dossier.inputs.edition.number
    return f"authority.roles: {one.role} relies on none of what changed (edition {number})"


def _carry(
    one: SignOff, into: Poll | None, release: Release, dossier: Dossier, rule: str, *, by: Actor, at: datetime
) -> None:
    Carried.objects.create(sign_off=one, poll=into, dossier=dossier.digest, rule=rule, at=at)
    append(
        stream=product_stream(release.product_id),
        tag=Tag.SIGN_OFF_CARRIED,
        by=by,
        at=at,
        subject=f"sign-off/{one.key}",
        data={
            "release": str(release.key),
            "poll": str(into.key) if into else None,
            "role": one.role,
            "rule": rule,
            "signed": {"sha256": one.dossier},
            "now": {"sha256": dossier.digest},
        },
    )


def _move(poll: Poll, release: Release, dossier: Dossier, voided: int, *, by: Actor, at: datetime) -> None:
    before = poll.dossier
    keep(dossier)
    poll.dossier, poll.edition = dossier.digest, dossier.inputs.edition
    poll.asked = asking_of(dossier.book, release).to_json()
    poll.save(update_fields=["dossier", "edition", "asked"])
    append(
        stream=product_stream(release.product_id),
        tag=Tag.POLL_REFRESHED,
        by=by,
        at=at,
        subject=f"poll/{poll.key}",
        data={
            "release": str(release.key),
            "was": {"sha256": before},
            "now": {"sha256": dossier.digest},
            "edition": dossier.inputs.edition.number,
            "asked": poll.asked,
            "voided": voided,
        },
    )
