"""When a no-go may be overridden: two people, both sides, everything named, the risk read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations

import pytest

from flightrules.engine.override import Lack, OverrideCase, assess_override, unnamed
from flightrules.engine.quorum import Vote

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HERE, ELSEWHERE = "d" * 64, "e" * 64


def signature(person: str, role: str, meaning: str = "agree", **changes) -> Vote:
    stated = {"holder": person, "at": AT, "dossier": HERE, **changes}
    return Vote(person, role, choice=meaning, **stated)


QA = signature("mira", "qa-lead", "dissent-acknowledged")
CTO = signature("carla", "cto")


def case(**changes) -> OverrideCase:
    stated = {
        "failing": frozenset({"pass-rate", "PROJ-1"}),
        "named": frozenset({"pass-rate", "PROJ-1"}),
        "quality": ("qa-lead",),
        "authorities": ("cto", "product-manager"),
        "signatures": (QA, CTO),
        "statement": "f" * 64,
        "receipt_by": "carla",
        **changes,
    }
    return OverrideCase(**stated)


def lacks(**changes) -> set[Lack]:
    return {one.kind for one in assess_override(case(**changes), dossier=HERE, at=AT)}


def test_both_signed_and_the_risk_was_read():
    assert lacks() == set()


def test_quality_may_agree_instead_of_dissenting():
    assert lacks(signatures=(signature("mira", "qa-lead", "agree"), CTO)) == set()


LACKING = [
    ("nothing fails", {"failing": frozenset(), "named": frozenset()}, {Lack.NOTHING_FAILS}),
    ("a criterion is not named", {"named": frozenset({"PROJ-1"})}, {Lack.UNNAMED}),
    ("something is named that holds", {"named": frozenset({"pass-rate", "PROJ-1", "x"})}, {Lack.UNNAMED}),
    ("there is no risk statement", {"statement": ""}, {Lack.NO_STATEMENT}),
    ("nobody has signed", {"signatures": ()}, {Lack.QUALITY_SIGNATURE, Lack.AUTHORITY_SIGNATURE}),
    ("quality has not signed", {"signatures": (CTO,)}, {Lack.QUALITY_SIGNATURE}),
    ("the authority has not signed", {"signatures": (QA,)}, {Lack.AUTHORITY_SIGNATURE}),
    (
        "one person signs for both sides",
        {"signatures": (QA, signature("mira", "cto")), "receipt_by": "mira"},
        {Lack.DISTINCT_PEOPLE},
    ),
    ("the receipt is missing", {"receipt_by": ""}, {Lack.RECEIPT}),
    ("somebody else confirmed the receipt", {"receipt_by": "mira"}, {Lack.RECEIPT}),
    (
        "the authority cannot only acknowledge",
        {"signatures": (QA, signature("carla", "cto", "dissent-acknowledged"))},
        {Lack.AUTHORITY_SIGNATURE},
    ),
    (
        "quality signs with a word that is no meaning",
        {"signatures": (signature("mira", "qa-lead", "fine"), CTO)},
        {Lack.QUALITY_SIGNATURE},
    ),
    (
        "quality signed something else",
        {"signatures": (signature("mira", "qa-lead", dossier=ELSEWHERE), CTO)},
        {Lack.QUALITY_SIGNATURE},
    ),
    (
        "the authority lost the role",
        {"signatures": (QA, signature("carla", "cto", eligible=False))},
        {Lack.AUTHORITY_SIGNATURE},
    ),
    (
        "a signature of later",
        {"signatures": (QA, signature("carla", "cto", at=AT + timedelta(seconds=1)))},
        {Lack.AUTHORITY_SIGNATURE},
    ),
    (
        "a role without the power",
        {"signatures": (QA, signature("dan", "developer"))},
        {Lack.AUTHORITY_SIGNATURE},
    ),
    ("nobody may override here", {"authorities": ()}, {Lack.AUTHORITY_SIGNATURE}),
    ("a P1 lies within the hotfix", {"forbidden": "P1 PROJ-1 is open in the hotfix"}, {Lack.FORBIDDEN}),
]


@pytest.mark.parametrize(("_what", "changes", "expected"), LACKING, ids=[row[0] for row in LACKING])
def test_an_override_that_lacks_one_thing_is_none(_what, changes, expected):
    assert lacks(**changes) == expected


def test_what_was_signed_elsewhere_is_said_as_such():
    stale = (signature("mira", "qa-lead", dossier=ELSEWHERE), CTO)
    (found,) = assess_override(case(signatures=stale), dossier=HERE, at=AT)
    assert str(found) == "the override waits for QA lead; QA lead signed what is not here any more"


def test_a_side_that_no_role_can_sign_says_so():
    found = assess_override(case(authorities=()), dossier=HERE, at=AT)
    assert "a role that the rulebook does not name" in str(found[0])


def test_both_sides_are_not_one_person_who_lent_the_role_of_the_one():
    lent = signature("dora", "qa-lead", "dissent-acknowledged", holder="carla", lender="carla")
    assert lacks(signatures=(lent, CTO)) == {Lack.DISTINCT_PEOPLE}
    both_lent = signature("nora", "cto", holder="carla", lender="carla")
    assert lacks(signatures=(lent, both_lent), receipt_by="nora") == {Lack.DISTINCT_PEOPLE}
    other = signature("dora", "qa-lead", "dissent-acknowledged", holder="mira", lender="mira")
    assert lacks(signatures=(other, CTO)) == set()


def test_who_speaks_on_both_sides_takes_nothing_from_who_speaks_on_one():
    also = signature("carla", "test-lead", "agree")
    assert lacks(quality=("qa-lead", "test-lead"), signatures=(QA, also, CTO)) == set()


def test_the_receipt_must_be_of_the_one_who_signs_for_the_other_side():
    """Mira signs for quality and, holding another role too, as authority beside Carla."""
    both = (QA, signature("mira", "product-manager"), CTO)
    assert lacks(signatures=both, receipt_by="mira") == {Lack.RECEIPT}
    assert lacks(signatures=both, receipt_by="carla") == set()


def test_what_is_named_wrongly_is_listed():
    assert unnamed(case(named=frozenset({"PROJ-1", "x"}))) == ("pass-rate", "x")


def test_no_set_of_signatures_without_two_people_of_both_sides_is_enough():
    pool = [
        signature("mira", "qa-lead"),
        signature("mira", "cto"),
        signature("carla", "cto"),
        signature("carla", "product-manager"),
        signature("dan", "developer"),
    ]
    for chosen in chain.from_iterable(combinations(pool, size) for size in range(len(pool) + 1)):
        for receipt in ("mira", "carla", "dan", ""):
            whole = not lacks(signatures=chosen, receipt_by=receipt)
            quality = any(one.role == "qa-lead" for one in chosen)
            carla = any(one.person == "carla" and _first_of_role(one, chosen) for one in chosen)
            assert whole == (quality and carla and receipt == "carla"), (chosen, receipt)


def _first_of_role(one: Vote, chosen: tuple[Vote, ...]) -> bool:
    """Of two signatures in one role the first counts; equal moments go by the person's key."""
    return min((other.at, other.person) for other in chosen if other.role == one.role)[1] == one.person


# --- words of the record, and edges that a small mistake would move


def test_the_words_are_those_of_the_record():
    assert [one.value for one in Lack] == [one.name.lower() for one in Lack]


def test_what_differs_is_in_one_order():
    names = [f"criterion-{number}" for number in range(20)]
    assert unnamed(case(failing=frozenset(names), named=frozenset())) == tuple(sorted(names))


def test_whoever_is_waited_for_is_named_and_nothing_else():
    [lack] = assess_override(case(signatures=(CTO,)), dossier=HERE, at=AT)
    assert str(lack) == "the override waits for QA lead"
    [lack] = assess_override(case(signatures=(QA,)), dossier=HERE, at=AT)
    assert str(lack) == "the override waits for CTO or product manager"


def test_nothing_is_received_or_forbidden_unless_somebody_said_so():
    bare = OverrideCase(frozenset({"x"}), frozenset({"x"}), ("qa-lead",), ("cto",), (QA, CTO), "f" * 64)
    assert (bare.receipt_by, bare.forbidden) == ("", "")
    assert [one.kind for one in assess_override(bare, dossier=HERE, at=AT)] == [Lack.RECEIPT]


def test_a_word_that_an_authority_does_not_have_takes_nothing_from_its_other_signature():
    twice = signature("carla", "cto", "dissent-acknowledged"), signature("carla", "product-manager")
    assert lacks(signatures=(QA, *twice)) == set()
