"""Who had which part in a release, as far as the service knows, and who may therefore not sign it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from flightrules.engine.separation import Involved, Part, Separation, Violation, separations_of, violations
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.queries import rulebook_of
from flightrules.service.decisions.models import SignOff
from flightrules.service.decisions.seats import on_record
from flightrules.service.door.refusals import ConflictError, DeniedError
from flightrules.service.emergencies.queries import classification_of
from flightrules.service.people.queries import people
from flightrules.service.people.seats import Seat, speakers
from flightrules.service.readiness.inputs import Inputs
from flightrules.service.records.actor import SYSTEM, Actor
from flightrules.service.releases.authorship import authors_of
from flightrules.service.releases.queries import Release
from flightrules.values import replace

__all__ = ["involved_in", "kept_apart", "require_own_seat", "require_separate"]

_CODES = {
    "self_approval": ("E_SELF_APPROVAL", "who asks for a release does not sign it"),
    "author_is_signer": ("E_AUTHOR_IS_SIGNER", "who wrote the change does not sign it"),
    "attestor_is_signer": ("E_ATTESTOR_IS_SIGNER", "who brought or attested its evidence does not sign it"),
    "author_is_tester": ("E_AUTHOR_IS_SIGNER", "who wrote the change is the only one who tested it"),
    "distinct_persons_required": ("E_DISTINCT_PERSONS", "two signatures of one person are one"),
}


def involved_in(inputs: Inputs, at: datetime) -> Involved:
    """The parts of people in a release: who opened it, who attested what it is judged on, who wrote a hotfix.

    Evidence that a machine brought, that was superseded or that was taken out is attested by nobody.
    """
    brought = [one.brought_by for one in inputs.evidence if one.tombstoned_at is None]
    ticked = [one.done_by for one in inputs.checklists if one.done_at is not None]
    review = [inputs.review.by] if inputs.review is not None else []
    classified = classification_of(inputs.release)
    wrote = authors_of(inputs.release)
    written = classified.authors if classified is not None else []
    return Involved(
        requester=(inputs.release.opened_by,),
        change_authors=tuple(sorted({*written, *wrote.people})),
        testers=tuple(sorted(_persons(brought, at))) if _names_testers(rulebook_of(inputs.edition)) else (),
        attestors=tuple(sorted(_persons((*brought, *ticked, *review), at))),
        unknown=frozenset() if wrote.complete else frozenset({Part.CHANGE_AUTHOR}),
    )


def kept_apart(book: Rulebook, *, deploying: bool = False) -> tuple[Separation, ...]:
    """The separations that are looked at when people sign, or at the moment when somebody deploys."""
    found = separations_of(book.authority)
    return tuple(one for one in found if (Part.DEPLOYER in (one.first, one.second)) is deploying)


def _names_testers(book: Rulebook) -> bool:
    return any("tester" in (one.first, one.second) for one in book.authority.separations)


def require_separate(
    seat: Seat, inputs: Inputs, *, by: Actor, at: datetime, known: Involved | None = None
) -> None:
    """Refuse a signature of who had another part in the release.

    Whoever speaks by a delegation was chosen by the holder, so the holder's parts count as well; a deputy was
    named by others.

    Args:
        seat: in which the actor signs.
        inputs: what the release is judged on.
        by: who.
        at: when.
        known: the parts of people in it, where they were gathered in this very act.

    Raises:
        DeniedError: E_SELF_APPROVAL, E_AUTHOR_IS_SIGNER, E_ATTESTOR_IS_SIGNER, E_FOUR_EYES.
    """
    parts = known or involved_in(inputs, at)
    rules = kept_apart(rulebook_of(inputs.edition))
    signing = [one for one in rules if Part.SIGNER in (one.first, one.second)]
    for person in sorted(speakers(seat, by.key)):
        for broken in violations(replace(parts, signers=(person,)), signing):
            if not broken.flagged and (broken.unknown or person in broken.persons):
                raise on_record(_refused(broken), inputs.release)


def _refused(broken: Violation) -> DeniedError:
    if broken.unknown:
        return DeniedError(
            "E_PART_UNKNOWN",
            f"the rulebook keeps people apart ({broken.name.replace('_', ' ')}), and not everybody is known",
            hint="have CI state who wrote the change: flightrules push --authors-since COMMIT",
        )
    other = ("E_KEPT_APART", f"the rulebook keeps people apart: {broken.name.replace('_', ' ')}")
    code, why = _CODES.get(broken.name, other)
    return DeniedError(code, why, hint="let another holder of the role sign")


def require_own_seat(
    seat: Seat, role: str, others: Iterable[SignOff], release: Release, *, by: Actor
) -> None:
    """Refuse a second signature of one person, through whichever account, and a second one in one seat.

    What is signed in a lent seat is the word of its lender as well: neither of the two signs in another seat
    beside it, and of two seats that one person lent only one speaks.

    Args:
        seat: in which the actor signs.
        role: in which the actor signs, as it was asked.
        others: sign-offs that stand.
        release: what is signed about.
        by: who.

    Raises:
        ConflictError: E_DISTINCT_PERSONS, E_DUPLICATE_SEAT.
    """
    for one in others:
        if one.role != role and one.speakers & speakers(seat, by.key):
            raise on_record(_spoken_for(one, by), release)
        if one.role == role and one.person != by.key:
            raise on_record(
                ConflictError(
                    "E_DUPLICATE_SEAT", f"{role_words(role)} has spoken already, through somebody else"
                ),
                release,
            )


def _spoken_for(one: SignOff, by: Actor) -> ConflictError:
    if one.person == by.key:
        why = f"you have signed as {role_words(one.role)}; another person signs here"
    else:
        why = f"{role_words(one.role)} was signed in a seat that one of you lent; that is one voice"
    return ConflictError("E_DISTINCT_PERSONS", why, hint="let another holder of the role sign, or a deputy")


def _persons(keys: Iterable[str], at: datetime) -> set[str]:
    """Those of the keys that are people, disabled ones too."""
    known = {key for key in keys if _is_key(key)}
    return {str(key) for key in people(by=SYSTEM, at=at).filter(pk__in=known).values_list("pk", flat=True)}


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
