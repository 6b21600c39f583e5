"""Waivers, acceptances and bindings: a record that lacks a field does not stand."""

from datetime import UTC, datetime

import pytest

from flightrules.errors import RulebookError
from flightrules.rules.exception_files import load_acceptances, load_bindings, load_waivers

WAIVER = """\
waivers:
  - id: W-1
    criterion: new-code-coverage
    reason: Generated code came in late.
    approved_by: [{name: Kim, role: qa_lead, at: 2026-01-10T09:00:00Z}]
    compensating_control: The generator has its own tests.
    expires: 2026-02-01T00:00:00+01:00
    scope: 4.20
"""
ACCEPTANCE = """\
acceptances:
  - defect: SHOP-7
    title: Voucher is ignored for gift cards
    severity: P2
    affected_users: 3 % of orders
    business_impact: Wrong totals, calls to support
    mitigation: Orders with gift cards are checked by hand
    monitoring: Alert on tickets that mention vouchers
    resolution_target: next sprint
    accepted_by:
      - {name: Ada, role: product_manager, at: 2026-01-10T09:00:00Z}
      - {name: Kim, role: qa_lead, at: 2026-01-10T09:30:00Z}
"""


def test_a_complete_waiver_stands_and_its_version_stays_a_text():
    (waiver,) = load_waivers(WAIVER.encode())
    assert (waiver.id, waiver.criterion, waiver.scope) == ("W-1", "new-code-coverage", "4.20")
    assert waiver.expires_at.astimezone(UTC) == datetime(2026, 1, 31, 23, tzinfo=UTC)
    assert waiver.approvals[0].name == "Kim"
    assert waiver.origin == ".flightrules/waivers.yml:2"


@pytest.mark.parametrize(
    "field", ["id", "criterion", "reason", "approved_by", "compensating_control", "expires", "scope"]
)
def test_a_waiver_without_one_of_its_fields_is_refused_by_name(field):
    text = "\n".join(line for line in WAIVER.splitlines() if f" {field}:" not in line or "waivers" in line)
    text = text.replace("    criterion", "  - criterion", 1) if field == "id" else text
    with pytest.raises(RulebookError) as error:
        load_waivers(text.encode())
    assert error.value.code == "E_MISSING_FIELD"
    assert repr(field) in error.value.message


def test_a_waiver_nobody_approved_is_refused():
    text = WAIVER.replace("[{name: Kim, role: qa_lead, at: 2026-01-10T09:00:00Z}]", "[]")
    with pytest.raises(RulebookError) as error:
        load_waivers(text.encode())
    assert (error.value.code, error.value.line) == ("E_RANGE", 5)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2026-02-01T00:00:00", "E_TIME_ZONE"),
        ("2026-02-01", "E_TIME"),
        ("2026-02-30T00:00:00Z", "E_TIME"),
        ("tomorrow", "E_TIME"),
    ],
)
def test_an_expiry_without_zone_or_sense_is_refused(written, code):
    with pytest.raises(RulebookError) as error:
        load_waivers(WAIVER.replace("2026-02-01T00:00:00+01:00", written).encode())
    assert (error.value.code, error.value.line) == (code, 7)


def test_the_same_waiver_twice_is_refused():
    with pytest.raises(RulebookError) as error:
        load_waivers((WAIVER + WAIVER.partition("\n")[2]).encode())
    assert (error.value.code, error.value.line) == ("E_DUPLICATE_KEY", 9)


def test_an_empty_list_of_waivers_holds_none():
    assert load_waivers(b"waivers: []\n") == ()


def test_a_complete_acceptance_stands():
    (acceptance,) = load_acceptances(ACCEPTANCE.encode())
    assert (acceptance.defect, acceptance.severity) == ("SHOP-7", "P2")
    assert [approval.role for approval in acceptance.approvals] == ["product_manager", "qa_lead"]


@pytest.mark.parametrize(
    "field",
    [
        "title",
        "severity",
        "affected_users",
        "business_impact",
        "mitigation",
        "monitoring",
        "resolution_target",
    ],
)
def test_an_acceptance_without_one_of_its_eight_fields_is_refused(field):
    text = "\n".join(line for line in ACCEPTANCE.splitlines() if f" {field}:" not in line)
    with pytest.raises(RulebookError) as error:
        load_acceptances(text.encode())
    assert error.value.code == "E_MISSING_FIELD"
    assert repr(field) in error.value.message


def test_a_field_that_is_there_and_empty_is_missing():
    with pytest.raises(RulebookError) as error:
        load_acceptances(ACCEPTANCE.replace("next sprint", "").encode())
    assert (error.value.code, error.value.line) == ("E_MISSING_FIELD", 9)


def test_bindings_join_a_digest_with_build_and_environment():
    digest = "ab" * 32
    (binding,) = load_bindings(
        f"bindings:\n- sha256: sha256:{digest.upper()}\n  path: reports/junit.xml\n  environment: staging\n  build: 4.20\n".encode()
    )
    assert (binding.sha256, binding.build, binding.environment) == (digest, "4.20", "staging")


def test_a_shortened_digest_binds_nothing():
    with pytest.raises(RulebookError) as error:
        load_bindings(b"bindings: [{sha256: abcdef12, path: x.xml}]\n")
    assert error.value.code == "E_DIGEST_FORM"


def test_one_digest_bound_twice_is_refused():
    entry = f"- {{sha256: {'0' * 64}, path: a.xml}}\n"
    with pytest.raises(RulebookError) as error:
        load_bindings(f"bindings:\n{entry}{entry}".encode())
    assert (error.value.code, error.value.line) == ("E_DUPLICATE_KEY", 3)
