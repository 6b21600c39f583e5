"""What is left of a decision: every row told of by an entry, and a case file that holds what was signed."""

from __future__ import annotations

import io

import pytest

from flightrules.service.decisions import jobs
from flightrules.service.decisions.models import Carried, Decision, HandedOut, Poll, SignOff
from flightrules.service.records.case_files import export_release
from flightrules.service.records.recorded import Recorded, unrecorded
from people_stories import now
from service.decisions.deciding import case_of
from service.shop import RULEBOOK, coverage

CARRYING = RULEBOOK + "  roles: {product_owner: {relies_on: [defects]}}\n"


@pytest.fixture
def told(shop):
    """A story with everything in it: carried over, voided, signed again, decided."""
    case = case_of(shop, CARRYING)
    case.voted()
    shop.bring(case.key, "coverage report", coverage(94))
    case.judge()
    jobs.refresh(case.poll, now())
    assert case.verdict().status_code == 201
    assert case.decide().status_code == 201
    return case


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("model", [Poll, SignOff, HandedOut, Carried, Decision])
def test_an_entry_tells_of_every_row(model):
    ways = model.recorded_as if not isinstance(model.recorded_as, Recorded) else (model.recorded_as,)
    assert model.objects.exists()
    assert list(unrecorded(model, ways)) == []


def test_the_case_file_holds_what_was_signed(told):
    decision = Decision.objects.get()
    contents = export_release(io.BytesIO(), release_key=told.key, at=now())
    signed = set(SignOff.objects.values_list("dossier", flat=True))
    assert len(signed) == 2
    for digest in (*signed, decision.dossier, decision.record):
        assert contents.blobs[digest] == "intact"


def test_what_was_signed_can_be_made_again_byte_for_byte(told):
    decision = Decision.objects.get()
    assert told.dossier() == decision.dossier
    first = told.shop.owner.get(f"/dossiers/{decision.dossier}").content
    assert told.shop.qa.get(f"/dossiers/{decision.dossier}").content == first
