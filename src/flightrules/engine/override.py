"""When a no-go may be overridden: two people, both sides, everything named, the risk read, nothing forbidden.

The QA lead signs with one of two meanings, ``agree`` or ``dissent-acknowledged``; either completes that side,
and it is never left out. The authority that overrides confirms that the risk statement was received. Nobody
signs for both sides, whatever roles they hold, nor lets somebody sign the one in a role that they lent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from flightrules.engine.quorum import Ask, Uncounted, Vote, tally
from flightrules.rules.role_words import role_words
from flightrules.values import frozen

__all__ = ["MEANINGS", "Lack", "OverrideCase", "Shortfall", "assess_override", "unnamed"]

MEANINGS = frozenset({"agree", "dissent-acknowledged"})
"""What the quality side's signature can mean."""

_AUTHORITY = frozenset({"agree"})


class Lack(StrEnum):
    """The kinds of things that an override can lack."""

    FORBIDDEN = "forbidden"
    NOTHING_FAILS = "nothing_fails"
    UNNAMED = "unnamed"
    QUALITY_SIGNATURE = "quality_signature"
    AUTHORITY_SIGNATURE = "authority_signature"
    DISTINCT_PEOPLE = "distinct_people"
    RECEIPT = "receipt"
    NO_STATEMENT = "no_statement"


@frozen
class Shortfall:
    """One thing that is lacking, and a sentence."""

    kind: Lack
    text: str

    def __str__(self) -> str:
        return self.text


@frozen
class OverrideCase:
    """An override as it stands.

    Attributes:
        failing: every criterion, defect and blocker that stands against going now.
        named: what the asking names.
        quality: roles whose signature speaks for quality.
        authorities: roles that may override, without those of quality.
        signatures: what was signed; ``choice`` is the meaning.
        statement: SHA-256 of the risk statement; empty where there is none.
        receipt_by: who confirmed that it was received; empty where nobody did.
        forbidden: why it can never be, such as an open P1 within a hotfix.
    """

    failing: frozenset[str]
    named: frozenset[str]
    quality: tuple[str, ...]
    authorities: tuple[str, ...]
    signatures: tuple[Vote, ...]
    statement: str
    receipt_by: str = ""
    forbidden: str = ""


def unnamed(case: OverrideCase) -> tuple[str, ...]:
    """What fails and is not accepted by name, and what is named and does not fail; sorted."""
    return tuple(sorted(case.failing ^ case.named))


def assess_override(case: OverrideCase, *, dossier: str, at: datetime) -> tuple[Shortfall, ...]:
    """Everything that is lacking before the release is GO BY OVERRIDE; empty when it may be."""
    return tuple(_lacking(case, dossier, at))


def _lacking(case: OverrideCase, dossier: str, at: datetime) -> Iterator[Shortfall]:
    if case.forbidden:
        yield Shortfall(Lack.FORBIDDEN, case.forbidden)
    if not case.failing:
        yield Shortfall(Lack.NOTHING_FAILS, "nothing stands against going, so there is nothing to override")
    if differing := unnamed(case):
        yield Shortfall(Lack.UNNAMED, f"named and failing differ in {', '.join(differing)}")
    if not case.statement:
        yield Shortfall(Lack.NO_STATEMENT, "there is no risk statement")
    quality = _side(case.quality, case.signatures, MEANINGS, dossier, at)
    authority = _side(case.authorities, case.signatures, _AUTHORITY, dossier, at)
    if not quality:
        yield Shortfall(Lack.QUALITY_SIGNATURE, _waiting(case.quality, case, dossier, at))
    if not authority:
        yield Shortfall(Lack.AUTHORITY_SIGNATURE, _waiting(case.authorities, case, dossier, at))
    yield from _both(quality, authority, case.receipt_by)


def _both(quality: tuple[Vote, ...], authority: tuple[Vote, ...], receipt_by: str) -> Iterator[Shortfall]:
    """What is lacking once both sides are signed: a person for each, and the receipt of the authority."""
    if not quality or not authority:
        return
    others = {two.person for two in authority if any(not one.speakers & two.speakers for one in quality)}
    if not others:
        yield Shortfall(Lack.DISTINCT_PEOPLE, "both sides were signed by one person")
    elif receipt_by not in others:
        yield Shortfall(Lack.RECEIPT, "the authority has not confirmed that the risk statement was received")


def _side(
    roles: tuple[str, ...],
    signatures: tuple[Vote, ...],
    meanings: frozenset[str],
    dossier: str,
    at: datetime,
) -> tuple[Vote, ...]:
    """What was signed for a side with a meaning that it knows."""
    ask = Ask(roles, distinct_people=False)
    counted = tally(ask, signatures, dossier=dossier, at=at).counted
    return tuple(vote for vote in counted if vote.choice in meanings)


def _waiting(roles: tuple[str, ...], case: OverrideCase, dossier: str, at: datetime) -> str:
    refused = tally(Ask(roles), case.signatures, dossier=dossier, at=at).uncounted
    whose = [role_words(vote.role) for vote, why in refused if why is Uncounted.OTHER_DOSSIER]
    why = f"; {', '.join(whose)} signed what is not here any more" if whose else ""
    asked = " or ".join(map(role_words, roles)) or "a role that the rulebook does not name"
    return f"the override waits for {asked}{why}"
