"""Two ask at almost the same moment, and who asked first is let in last: nobody's signature is lost by that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.decisions import decisions, overrides
from flightrules.service.decisions.models import Decision, Override, SignOff
from flightrules.service.door.refusals import ConflictError
from people_stories import now, prove_now
from service.decisions.deciding import case_of, proved
from service.shop import junit

EARLIER = timedelta(seconds=2)


@pytest.fixture
def signed_by_one_side(shop, person):
    """An override that waits for the authority's signature only, with the authority."""
    cto = person("cto", product="shop")
    case = case_of(shop)
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    case.judge()
    case.open()
    case.verdict("no-go", reason="Ten of a hundred tests fail.")
    assert case.decide("NO-GO", reason="Quality shows failing payments.").status_code == 201
    accepted = {"accepts": ["pass-rate"], "reason": "The season begins on Monday."}
    override = cto.post(f"/releases/{case.key}/overrides", accepted).json()
    prove_now(cto)
    cto.post(f"/overrides/{override['key']}/receipt", {"role": "cto", "statement": override["statement"]})
    prove_now(shop.qa)
    body = {"role": "qa-lead", "choice": "agree", "dossier": case.dossier(), "reason": ""}
    assert shop.qa.post(f"/overrides/{override['key']}/signatures", body).status_code == 201
    return Override.objects.get(pk=override["key"]), cto


def test_the_second_side_decides_even_if_it_was_asked_for_before_the_first(signed_by_one_side):
    override, cto = signed_by_one_side
    first = SignOff.objects.get(override=override)
    at = first.at - EARLIER
    done, last = overrides.sign_override(
        key=str(override.key),
        role="cto",
        choice="agree",
        dossier=override.dossier,
        reason="",
        by=proved(cto, at),
        at=at,
    )
    assert done.closed_because == "both sides have signed"
    decision = Decision.objects.get(override=override)
    assert (decision.by, decision.role, decision.at) == (cto.key, last.role, first.at)


def test_a_vote_that_was_let_in_before_counts_for_who_asked_to_decide_before(case):
    case.voted()
    at = SignOff.objects.get(act="vote").at - EARLIER
    said = decisions.Decided("GO", case.now()["dossier"])
    made = decisions.decide(poll=case.poll, said=said, by=proved(case.shop.owner, at), at=at)
    assert made.outcome == "GO"


def test_a_vote_from_a_clock_that_was_wrong_does_not_count(case):
    case.voted()
    SignOff.objects.filter(act="vote").update(at=now() + timedelta(minutes=5))
    said = decisions.Decided("GO", case.now()["dossier"])
    with pytest.raises(ConflictError):
        decisions.decide(poll=case.poll, said=said, by=proved(case.shop.owner), at=now())
