"""What does not exist, was never judged or is not stated: one refusal each, and nothing is done."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from flightrules.service.decisions import override_watch, polls, standing, votes
from flightrules.service.decisions.dossiers import dossier_of, hand_out
from flightrules.service.decisions.meaning import checked_conditions
from flightrules.service.decisions.models import Decision, HandedOut, SignOff
from flightrules.service.decisions.telling import tell_decided
from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.notices.models import Outbox
from flightrules.service.records.actor import SYSTEM
from flightrules.service.releases.models import Release
from people_stories import denied_codes, now
from service.decisions.deciding import case_of, code, proved
from service.shop import DIGEST, RULEBOOK, junit

NOBODY = str(uuid.UUID(int=0))


def test_what_does_not_exist_is_not_found(case):
    owner = case.shop.owner
    for path in (f"/polls/{NOBODY}", f"/decisions/{NOBODY}", f"/overrides/{NOBODY}", f"/sign-offs/{NOBODY}",
                 f"/dossiers/{'0' * 64}"):  # fmt: skip
        answer = owner.get(path)
        assert (answer.status_code, code(answer)) == (404, "E_NO_SUCH"), path
    case.poll = NOBODY
    assert code(case.vote()) == "E_NO_SUCH"
    body = {"choice": "go", "dossier": case.dossier()}
    assert code(owner.post(f"/sign-offs/{NOBODY}/change", body)) == "E_NO_SUCH"
    with pytest.raises(ForeignError):
        standing.void_decision(key=NOBODY, by=SYSTEM, at=now())
    override_watch.watch_override(NOBODY, now())
    assert denied_codes() == []


def test_a_verdict_is_not_changed_like_a_vote(case):
    case.open()
    key = case.verdict().json()["key"]
    said = votes.Said("go", case.dossier())
    with pytest.raises(ForeignError):
        votes.change_vote(sign_off=key, said=said, by=proved(case.shop.qa), at=now())
    assert SignOff.objects.get(pk=key).voided_at is None


def test_a_machine_is_shown_the_dossier_and_that_is_not_noted(case):
    dossier, first = hand_out(release=case.key, by=SYSTEM, at=now())
    assert first is None
    assert not HandedOut.objects.filter(dossier=dossier.digest).exists()


@pytest.fixture
def unjudged(shop):
    """Another release, stated and never judged."""
    case = case_of(shop)
    row = Release.objects.get(pk=case.key)
    facts = {
        "justification": "Customers wait.",
        "scope_in": ["checkout"],
        "target": "prod",
        "build": "4.4.0+1",
        "opens_at": row.opens_at.isoformat(),
        "closes_at": row.closes_at.isoformat(),
        "zone": row.zone,
    }
    case.key = shop.release("4.4.0", **facts)["key"]
    shop.manager.post(f"/releases/{case.key}/artefacts", {"name": "image", "sha256": DIGEST})
    return case


def test_nobody_is_asked_about_a_draft_and_the_refusal_says_the_way_out(unjudged):
    answer = unjudged.open()
    assert (answer.status_code, code(answer)) == (409, "E_RELEASE_STATE")
    assert "4.4.0 is draft: its entry gate was not judged as met yet" in answer.json()["detail"]
    assert "override-entry" in answer.json()["hint"]
    assert code(unjudged.verdict("no-go", reason="Nobody has tried it.")) == "E_RELEASE_STATE"
    assert not SignOff.objects.filter(release_id=unjudged.key).exists()


def test_an_entry_gate_that_fails_leaves_nothing_to_vote_on_until_it_is_overridden_on_record(unjudged):
    shop = unjudged.shop
    shop.bring(unjudged.key, "smoke run", junit(10, 90))
    shop.run(unjudged.key, "entry")
    assert "its entry gate fails at smoke" in unjudged.open("authorisation").json()["detail"]
    body = {"reason": "The smoke run hangs on a printer that nobody uses."}
    overridden = shop.qa.post(f"/releases/{unjudged.key}/entry-override", body)
    assert overridden.status_code == 201, overridden.content
    assert code(unjudged.open()) == "E_RUN_STALE", "testing has begun, and the exit gate was not judged"


def test_an_agreement_that_adds_an_entry_gate_closes_the_poll_of_a_draft_to_votes(shop):
    lines = RULEBOOK.splitlines(keepends=True)
    case = case_of(shop, "".join(line for line in lines if "kind: entry" not in line), gates=("exit",))
    assert case.open().status_code == 201, "where nobody agreed on an entry gate a draft is asked about"
    shop._adopt(RULEBOOK.replace("product: Shop", "product: The shop"))
    assert code(case.vote()) == "E_RELEASE_STATE"


def test_what_was_never_judged_is_not_put_to_the_vote_and_gets_no_go_of_quality(unjudged):
    shop = unjudged.shop
    shop.bring(unjudged.key, "smoke run", junit(101))
    shop.run(unjudged.key, "entry")
    answer = unjudged.open()
    assert (answer.status_code, code(answer)) == (409, "E_RUN_STALE")
    assert "not judged yet" in answer.json()["detail"]
    assert dossier_of(Release.objects.get(pk=unjudged.key), now()).content["gates"][0]["outcome"] == ""
    assert code(unjudged.verdict()) == "E_GATE_SHUT"
    assert unjudged.verdict("no-go", reason="Nobody has tried it.").status_code == 201


def test_quality_says_no_go_of_a_run_that_is_of_yesterday(case):
    assert case.shop.bring(case.key, "CI pipeline", junit(101)).status_code == 201
    assert code(case.verdict()) == "E_RUN_STALE"


def test_a_poll_rests_on_what_has_not_expired(case):
    later = now() + timedelta(hours=30)
    with pytest.raises(ConflictError) as refusal:
        polls.open_poll(release=case.key, moment="final", by=proved(case.shop.manager), at=later)
    assert refusal.value.code == "E_RUN_STALE"
    assert "expired" in refusal.value.message


def test_there_are_only_so_many_conditions():
    said = [f"flag new-checkout <= {number} %" for number in range(31)]
    with pytest.raises(InvalidError) as refusal:
        checked_conditions(said, "go-with-conditions")
    assert refusal.value.code == "E_CONDITIONS_STATED"


def test_who_is_told_of_a_release_without_a_window_reads_that(case):
    key = case.gone()["key"]
    decision, row = Decision.objects.get(pk=key), Release.objects.get(pk=case.key)
    book = dossier_of(row, now()).book
    for opens, closes in ((None, None), (row.opens_at, None)):
        row.opens_at, row.closes_at = opens, closes
        Outbox.objects.all().delete()
        tell_decided(decision, row, book, [], [case.shop.owner.key], now())
        assert Outbox.objects.filter(about=f"decision/{key}").exists()
