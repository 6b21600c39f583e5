"""What roles allow: the table as it comes, and what an adopted rulebook makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.rules.authority import Act, Authority, Role
from flightrules.rules.loading import load_rulebook
from flightrules.service.people.powers import BUILT_IN_ROLES, VOTING, Power, powers_of, role_key

ROLES = st.lists(st.sampled_from([*BUILT_IN_ROLES, "support_lead", "Business owner"]), max_size=5)


def adopted(preset: str) -> Authority:
    return load_rulebook(f"flightrules: 1\nauthority: {{preset: {preset}}}\n".encode()).authority


@pytest.mark.parametrize(
    ("spelled", "key"),
    [("qa_lead", "qa-lead"), ("QA Lead", "qa-lead"), ("qa-lead", "qa-lead"), (" CTO ", "cto"), ("", "")],
)
def test_one_role_has_one_spelling(spelled, key):
    assert role_key(spelled) == key


@pytest.mark.parametrize(
    ("preset", "role", "voting"),
    [
        ("qa-led", "qa-lead", {"sign", "block", "accept", "waive", "override"}),
        ("qa-led", "release-manager", {"block"}),
        ("qa-led", "cto", {"accept", "waive", "override", "classify-emergency"}),
        ("qa-led", "sponsor", {"sign", "block", "accept"}),
        ("qa-led", "product-manager", {"accept", "waive", "override"}),
        ("sponsor-led", "release-manager", {"sign", "block"}),
        ("sponsor-led", "security", {"sign", "block", "waive"}),
        ("cab-led", "release-manager", {"sign", "block", "waive", "override", "classify-emergency"}),
        ("cab-led", "engineering-lead", set()),
    ],
)
def test_an_adopted_preset_says_who_votes(preset, role, voting):
    assert {power.value for power in powers_of([role], adopted(preset)) & VOTING} == voting


@pytest.mark.parametrize("role", ["administrator", "auditor", "viewer"])
def test_no_rulebook_gives_a_vote_to_who_runs_or_watches_the_office(role):
    generous = Authority(
        roles=(
            Role(role, may_sign=True, may_block=True, may_accept=True, may_override=True, may_waive=True),
        ),
        acts=(Act("emergency", signers=(role,)),),
    )
    assert not powers_of([role], generous) & VOTING


def test_an_empty_authority_takes_every_vote_and_leaves_the_work():
    assert powers_of(["release-manager"], Authority()) == BUILT_IN_ROLES["release-manager"] - VOTING


def test_a_role_that_only_the_rulebook_knows_reads_and_does_what_the_rulebook_says():
    found = powers_of(["business_owner"], adopted("cab-led"))
    assert found == {Power.READ, Power.SIGN, Power.BLOCK, Power.ACCEPT, Power.SIT_ON_BOARD}


def test_no_role_is_no_power():
    assert powers_of([]) == frozenset()


@given(ROLES, ROLES, st.sampled_from([None, "qa-led", "sponsor-led", "cab-led"]))
def test_a_further_role_never_takes_a_power_away(first, second, preset):
    authority = adopted(preset) if preset else None
    assert powers_of(first, authority) <= powers_of([*first, *second], authority)


@given(ROLES, st.sampled_from(["qa-led", "sponsor-led", "cab-led"]))
def test_a_rulebook_only_ever_moves_voting_powers_and_gives_seats_on_boards(roles, preset):
    moved = VOTING | {Power.SIT_ON_BOARD}
    assert powers_of(roles) - moved == powers_of(roles, adopted(preset)) - moved
    assert powers_of(roles) & {Power.SIT_ON_BOARD} <= powers_of(roles, adopted(preset))
