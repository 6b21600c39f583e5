"""The table of built-in roles, word by word: whoever changes what a role may do changes it here as well."""

from __future__ import annotations

import pytest

from flightrules.service.people.powers import BUILT_IN_ROLES, OF_MACHINES, VOTING, Power, role_key, stands_for

POWERS = """
    read bring-evidence manage-releases manage-readiness manage-catalogue agree-rulebook manage-people operate audit
    sign block accept waive override classify-emergency deploy sit-on-board
"""
TABLE = {
    "administrator": "manage-people operate",
    "auditor": "audit read",
    "viewer": "read",
    "engineer": "bring-evidence read",
    "engineering-lead": "agree-rulebook block bring-evidence read sign sit-on-board",
    "qa-lead": "accept agree-rulebook block bring-evidence manage-readiness override read sign sit-on-board waive",
    "release-manager": "block deploy manage-catalogue manage-readiness manage-releases read sign sit-on-board",
    "product-owner": "accept agree-rulebook block read sign sit-on-board",
    "product-manager": "accept agree-rulebook block read sign sit-on-board",
    "sponsor": "accept block override read sign sit-on-board",
    "cto": "block classify-emergency override read sign sit-on-board",
    "operations": "block deploy read sign sit-on-board",
    "security": "block read sign sit-on-board",
}


def test_the_powers_are_these():
    assert [power.value for power in Power] == POWERS.split()


def test_there_are_no_other_roles():
    assert list(BUILT_IN_ROLES) == list(TABLE)


@pytest.mark.parametrize("role", TABLE)
def test_a_role_may_do_this_and_nothing_else(role):
    assert sorted(power.value for power in BUILT_IN_ROLES[role]) == TABLE[role].split()


def test_a_machine_reads_and_brings_evidence():
    assert sorted(power.value for power in OF_MACHINES) == ["bring-evidence", "read"]


def test_these_powers_are_given_by_a_rulebook():
    assert sorted(VOTING) == ["accept", "block", "classify-emergency", "override", "sign", "waive"]


def test_the_catalogue_of_the_rulebook_calls_three_roles_otherwise():
    for agreed, role in (
        ("cto_vp_eng", "cto"),
        ("security_compliance", "security"),
        ("product_owner", "sponsor"),
    ):
        assert stands_for(agreed, role)
        assert not stands_for(role, agreed)


def test_hyphens_with_spaces_around_them_are_one_hyphen():
    assert role_key("QA - Lead") == role_key("qa--lead") == "qa-lead"
