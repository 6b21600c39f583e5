"""Each step of an override is on record as it was, and only what stands is overridden, by who stands apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.decisions import overrides
from flightrules.service.decisions.models import Decision, Override, SignOff
from flightrules.service.door.refusals import ConflictError
from flightrules.service.records.models import PersonalDatum
from people_stories import denied_codes, now
from service.decisions.deciding import case_of, code, entries, proved
from service.decisions.test_a_no_go_is_overridden import (
    ask,
    asked,
    cto,  # noqa: F401 -- a fixture
    dissent,
    no_go,  # noqa: F401 -- a fixture
    receive,
    sign,
)
from service.shop import junit


@pytest.fixture
def case(no_go):  # noqa: F811 -- as above
    return no_go


def meant(commitment):
    return PersonalDatum.objects.get(commitment=commitment["commitment"]).value


def test_what_was_asked_received_and_ended_is_on_record(case):
    override = asked(case)
    row = Override.objects.get(pk=override["key"])
    [told] = entries("decision:override:asked")
    assert meant(told.pop("reason")).startswith("The season begins")
    assert told == {
        "release": case.key,
        "decision": case.no_go,
        "dossier": {"sha256": row.dossier},
        "criteria": ["pass-rate"],
        "defects": [],
        "blockers": [],
        "statement": {"sha256": row.statement},
        "answer_due_at": row.answer_due_at.isoformat(),
    }
    assert receive(case, override).status_code == 200
    [received] = entries("decision:override:receipt-confirmed")
    assert received == {"statement": {"sha256": row.statement}, "role": "cto"}
    ended = case.cto.post(f"/overrides/{override['key']}/end", {"reason": "It can wait."})
    assert ended.status_code == 200, ended.content
    [over] = entries("decision:override:ended")
    assert (meant(over["reason"]), over["because"]) == ("It can wait.", "it was given up")


def test_a_no_go_that_was_voided_is_not_overridden(case):
    Decision.objects.filter(pk=case.no_go).update(voided_at=now(), voided_because="a mistake")
    assert code(ask(case)) == "E_NOTHING_TO_OVERRIDE"


@pytest.mark.slow
@pytest.mark.seldom
def test_an_override_of_another_release_stands_in_nobody_s_way(case):
    asked(case)
    other = case_of(case.shop, adopted=False, version="4.4.0")
    other.cto = case.cto
    case.shop.bring(other.key, "CI pipeline", junit(80, 20))
    other.judge()
    other.open()
    assert other.decide("NO-GO", reason="Twenty of a hundred fail.").status_code == 201
    assert ask(other).status_code == 201
    assert Override.objects.filter(closed_at__isnull=True).count() == 2


def test_who_brought_its_evidence_signs_neither_side(case):
    case.shop.bring(case.key, "CI pipeline", junit(91, 9), who=case.shop.qa)
    case.judge()
    answer = dissent(case, asked(case))
    assert code(answer) == denied_codes()[-1] == "E_ATTESTOR_IS_SIGNER"


def test_a_role_of_no_side_signs_nothing(case):
    answer = sign(case, asked(case), case.shop.manager, "release-manager")
    assert (answer.status_code, code(answer)) == (403, "E_CONSULTED_ONLY")
    assert "QA lead" in answer.json()["detail"]
    assert "CTO" in answer.json()["detail"]


def test_a_signature_that_was_voided_is_given_again_and_counts_for_nothing_before(case):
    override = asked(case)
    assert dissent(case, override).status_code == 201
    SignOff.objects.filter(act="override").update(voided_at=now(), voided_because="a mistake")
    assert receive(case, override).status_code == 200
    assert sign(case, override, case.cto, "cto").json()["closed_at"] is None
    assert dissent(case, override).json()["closed_at"] is not None


def test_what_has_expired_since_it_was_asked_is_judged_again_first(case):
    override = asked(case)
    late = now() + timedelta(hours=30)
    said = {"role": "qa-lead", "choice": "agree", "dossier": case.dossier(), "reason": ""}
    with pytest.raises(ConflictError) as refused:
        overrides.sign_override(key=override["key"], by=proved(case.shop.qa, late), at=late, **said)
    assert refused.value.code == "E_RUN_STALE"
