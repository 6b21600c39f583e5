"""Of the waivers on file one stands for a failed criterion, or it is said why none does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from flightrules.engine.verdict import CriterionResult, Status
from flightrules.engine.waivers import why_not, with_waiver
from flightrules.rules.exceptions import Approval, Waiver
from flightrules.rules.loading import load_rulebook
from flightrules.values import replace

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BOOK = """\
flightrules: 1
criteria:
  rate: {sentence: "Pass rate >= 97% measured by CI", enforcement: waivable}
  held: {sentence: "Pass rate >= 97% measured by CI", enforcement: blocking}
  named: {sentence: "Pass rate >= 97% measured by CI", enforcement: waivable, waivable_by: [cto_vp_eng, qa_lead]}
gates:
  exit: {kind: exit, criteria: [rate, held, named]}
evidence:
  CI: {paths: [junit.xml]}
"""
PLAIN = load_rulebook(BOOK.encode())
OWNED = load_rulebook((BOOK + "authority: {roles: {product_owner: {may_waive: yes}}}\n").encode())
SIGNED = load_rulebook((BOOK + "waivers: {require_signature: yes, keys: {Ines: ines.pub}}\n").encode())
INES = Approval("Ines", "qa_lead", AT - DAY)
WAIVER = Waiver(
    id="W-1", criterion="rate", reason="the supplier's sandbox is down", approvals=(INES,),
    compensating_control="three journeys are checked by hand", expires_at=AT + DAY, scope="4.2.1",
)  # fmt: skip


def failed(name="rate", status=Status.FAIL):
    return CriterionResult(
        PLAIN.rule(name), status, Decimal(90), "%", "90 % is less than 97 %", fix="mend it"
    )


def judged(*waivers, book=PLAIN, result=None, version="4.2.1"):
    return with_waiver(result or failed(), waivers, book, version, AT)


def changed(**facts):
    return replace(WAIVER, **facts)


def test_a_waiver_that_stands_takes_the_fail_and_its_fix_along():
    found = judged(WAIVER)
    assert (found.status, found.waiver, found.fix) == (Status.WAIVED, WAIVER, "")
    assert found.reason == "90 % is less than 97 %"
    assert found.actual == 90
    assert why_not(WAIVER, failed(), PLAIN, "4.2.1", AT) == ""


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.FAIL])
def test_only_a_known_number_is_waived(status):
    result = failed(status=status)
    assert judged(WAIVER, result=result) is result


def test_without_a_waiver_the_fail_stays_as_it_is():
    result = failed()
    assert judged(result=result) is result
    assert judged(changed(criterion="other"), result=result) is result


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"expires_at": AT}, "waiver W-1 expired on 2026-11-21T12:00:00+00:00"),
        ({"scope": "*"}, "which names no release; write 4.2.1 or 4.2.*"),
        ({"scope": "4.3.*"}, "waiver W-1 is for 4.3.*, not for 4.2.1"),
        ({"reason": "n/a"}, "waiver W-1 lacks reason"),
        ({"compensating_control": "-"}, "waiver W-1 lacks compensating_control"),
        ({"compensating_control": " None. "}, "waiver W-1 lacks compensating_control"),
        ({"reason": "nothing"}, "waiver W-1 lacks reason"),
        ({"reason": "", "compensating_control": ""}, "waiver W-1 lacks reason, compensating_control"),
        ({"approvals": ()}, "waiver W-1 lacks an approver"),
        ({"approvals": (replace(INES, at=AT + DAY),)}, "waiver W-1 was approved in the future"),
        (
            {"approvals": (replace(INES, role="operations"),)},
            "is approved by operations, who may not waive rate",
        ),
    ],
)
def test_a_waiver_that_does_not_stand_says_why(facts, said):
    found = judged(changed(**facts))
    assert (found.status, found.waiver) == (Status.FAIL, None)
    assert found.reason.startswith("90 % is less than 97 %; ")
    assert found.reason.endswith(said)


@pytest.mark.parametrize("facts", [
    {"expires_at": AT + timedelta(seconds=1)},
    {"scope": "4.2.*"},
    {"approvals": (replace(INES, at=None),)},
    {"approvals": (replace(INES, at=AT),)},
    {"approvals": (replace(INES, role="operations"), INES)},
])  # fmt: skip
def test_just_within_its_terms_it_stands(facts):
    assert judged(changed(**facts)).status is Status.WAIVED


def test_a_release_without_a_version_is_in_no_scope():
    assert judged(WAIVER, version="").reason.endswith("waiver W-1 is for 4.2.1, not for an unnamed version")


def test_the_next_waiver_may_stand_where_the_first_does_not():
    found = judged(changed(expires_at=AT), changed(id="W-2"), changed(id="W-3"))
    assert (found.status, found.waiver.id) == (Status.WAIVED, "W-2")
    none = judged(changed(expires_at=AT), changed(id="W-2", scope="9.9"), changed(criterion="other"))
    assert none.reason.endswith("waiver W-2 is for 9.9, not for 4.2.1")


def test_a_criterion_that_blocks_is_never_waived():
    found = judged(changed(criterion="held"), result=failed("held"))
    assert found.status is Status.FAIL
    assert found.reason.endswith("waiver W-1 does not stand: held is blocking and cannot be waived")


def test_where_roles_are_named_each_of_them_has_to_approve():
    mine = changed(criterion="named")
    assert judged(mine, result=failed("named")).status is Status.FAIL
    assert "waiver W-1 " in judged(mine, result=failed("named")).reason
    cto = Approval("Carla", "cto_vp_eng", AT - DAY)
    assert judged(replace(mine, approvals=(INES, cto)), result=failed("named")).status is Status.WAIVED


def test_who_may_waive_is_who_the_rulebook_says():
    owner = changed(approvals=(Approval("Ada", "product_owner", AT - DAY),))
    assert judged(owner, book=OWNED).status is Status.WAIVED
    assert judged(WAIVER, book=OWNED).reason.endswith("is approved by QA lead, who may not waive rate")


def test_where_keys_are_asked_for_every_approver_has_used_one():
    assert judged(WAIVER, book=SIGNED).reason.endswith("waiver W-1 is not signed by its approver's key")
    signed = replace(INES, verified_by="Ines")
    assert judged(changed(approvals=(signed,)), book=SIGNED).status is Status.WAIVED
    assert judged(changed(approvals=(signed, INES)), book=SIGNED).status is Status.FAIL
