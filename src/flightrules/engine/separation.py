"""Separation of duties: who may not be the same person as whom, and which voices count.

Everything here speaks of persons, never of accounts: two accounts of one person are one key. A part whose
person is unknown (an empty key) is never proof of a second person, so it breaks every rule that looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from flightrules.rules.authority import Authority
from flightrules.values import frozen

__all__ = [
    "DEFAULT_SEPARATIONS",
    "Counted",
    "Involved",
    "Part",
    "Separation",
    "Violation",
    "Voice",
    "count_voices",
    "separations_of",
    "violations",
]


class Part(StrEnum):
    """A part that a person can have in one release."""

    REQUESTER = "requester"
    CHANGE_AUTHOR = "change_author"
    TESTER = "tester"
    DEPLOYER = "deployer"
    ATTESTOR = "attestor"
    SIGNER = "signer"


@frozen
class Involved:
    """Who had which part, as person keys; ``signers`` with repeats, in the order in which they signed.

    ``unknown`` are the parts of which somebody is not known, beside those that are.
    """

    requester: tuple[str, ...] = ()
    change_authors: tuple[str, ...] = ()
    testers: tuple[str, ...] = ()
    deployers: tuple[str, ...] = ()
    attestors: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    unknown: frozenset[Part] = frozenset()

    def people(self, part: Part) -> tuple[str, ...]:
        """The persons of one part."""
        found: dict[Part, tuple[str, ...]] = {
            Part.REQUESTER: self.requester,
            Part.CHANGE_AUTHOR: self.change_authors,
            Part.TESTER: self.testers,
            Part.DEPLOYER: self.deployers,
            Part.ATTESTOR: self.attestors,
            Part.SIGNER: self.signers,
        }
        return found[part]


@frozen
class Separation:
    """One rule: nobody has both parts.

    Attributes:
        name: what a violation is called; stable.
        first, second: the two parts.
        only_sole: broken only where ``second`` has nobody besides people of ``first``: a deployer may be
            one of several signers and never the only one.
        flagged: the rule may be broken; the report then says so.
        unknown_refuses: broken also while nobody, or not everybody, is known who has ``first``.
    """

    name: str
    first: Part
    second: Part
    only_sole: bool = False
    flagged: bool = False
    unknown_refuses: bool = False


@frozen
class Violation:
    """A rule that these persons break; ``persons`` are keys, sorted; an empty key is somebody unknown.

    ``unknown`` tells that nobody is known to break it: it cannot be shown that nobody does.
    """

    name: str
    persons: tuple[str, ...]
    flagged: bool = False
    unknown: bool = False


DEFAULT_SEPARATIONS: tuple[Separation, ...] = (
    Separation("self_approval", Part.REQUESTER, Part.SIGNER),
    Separation("author_is_signer", Part.CHANGE_AUTHOR, Part.SIGNER),
    Separation("attestor_is_signer", Part.ATTESTOR, Part.SIGNER),
    Separation("four_eyes", Part.DEPLOYER, Part.SIGNER, only_sole=True),
    Separation("author_is_tester", Part.CHANGE_AUTHOR, Part.TESTER, only_sole=True),
)
"""What holds where a rulebook says nothing else."""

_SHIPPED = {(one.first, one.second): one.name for one in DEFAULT_SEPARATIONS}
_TWICE = "distinct_persons_required"


def separations_of(authority: Authority) -> tuple[Separation, ...]:
    """The separations that always hold, and in full those that the rulebook states: for all who have both
    parts, and for unknown people where it says so. Nothing that a rulebook states takes one away.
    """
    stated = {(Part(one.first), Part(one.second)): one.unknown_refuses for one in authority.separations}
    kept = [one for one in DEFAULT_SEPARATIONS if (one.first, one.second) not in stated]
    made = [
        Separation(
            _SHIPPED.get((first, second), f"{first}_is_{second}"), first, second, unknown_refuses=refuses
        )
        for (first, second), refuses in stated.items()
    ]
    return (*kept, *made)


def violations(
    involved: Involved,
    rules: Iterable[Separation] = DEFAULT_SEPARATIONS,
    *,
    distinct_people: bool = True,
) -> tuple[Violation, ...]:
    """Every rule that is broken, in the order of the rules; nothing where nobody signed or did anything.

    Args:
        involved: who had which part.
        rules: the separations that the rulebook asks for.
        distinct_people: whether two signatures of one person break a rule of their own.
    """
    found = [broken for rule in rules if (broken := _broken(rule, involved))]
    twice = _repeated(involved.signers)
    if distinct_people and twice:
        found.append(Violation(_TWICE, twice))
    return tuple(found)


def _broken(rule: Separation, involved: Involved) -> Violation | None:
    first, second = set(involved.people(rule.first)), set(involved.people(rule.second))
    both = first & second
    hidden = not first or rule.first in involved.unknown
    if rule.unknown_refuses and hidden and second and not both:
        return Violation(rule.name, ("",), rule.flagged, unknown=True)
    if not first or not second:
        return None
    nobody = {""} & (first | second)
    if rule.only_sole and second - first - {""}:
        return None  # somebody known, besides those of the first part, has the second one
    if not both and not nobody:
        return None
    return Violation(rule.name, tuple(sorted(both | nobody)), rule.flagged)


def _repeated(people: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({one for one in people if people.count(one) > 1}))


@frozen
class Voice:
    """One person speaking in one seat: a role in a product, and who holds it.

    A deputy and a delegate speak in the holder's seat, so a seat has one voice however many may use it. What
    is said in a lent seat is the word of its ``lender`` as well; empty where nobody lent it.
    """

    person: str
    role: str
    holder: str
    lender: str = ""

    @property
    def speakers(self) -> frozenset[str]:
        """Whose word it is."""
        return frozenset({self.person, self.lender} - {""})


@frozen
class Counted:
    """Which voices count, and why each other one does not: ``duplicate_person`` or ``duplicate_seat``."""

    voices: tuple[Voice, ...]
    refused: tuple[tuple[Voice, str], ...]


def count_voices(voices: Iterable[Voice]) -> Counted:
    """One person is one voice, and one seat is one voice; the earlier of two counts.

    Args:
        voices: in the order in which they were given.
    """
    people: set[str] = set()
    seats: set[tuple[str, str]] = set()
    counted: list[Voice] = []
    refused: list[tuple[Voice, str]] = []
    for voice in voices:
        seat = (voice.role, voice.holder)
        if not voice.person or voice.speakers & people:
            refused.append((voice, "duplicate_person" if voice.person else "unknown_person"))
        elif seat in seats:
            refused.append((voice, "duplicate_seat"))
        else:
            people |= voice.speakers
            seats.add(seat)
            counted.append(voice)
    return Counted(tuple(counted), tuple(refused))
