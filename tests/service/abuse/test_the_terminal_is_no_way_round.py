"""The same abuse from the command line: signoff, decide, waive, accept, push and gate are no way round the door.

Each refusal is the service's own: its code on stderr, an exit code that is none of success, nothing changed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from flightrules.cli.main import main
from flightrules.service.decisions.models import Decision, SignOff
from flightrules.service.people.models import Account, Person, RoleGrant
from flightrules.service.readiness.models import EvidenceItem
from people_stories import PASSWORD, code_now, denied_codes, equip, now
from service.abuse.abusing import VOIDED, changed, is_open, rows
from service.decisions.deciding import case_of
from service.decisions.test_who_may_sign import grant, lend
from service.shop import DIGEST, RULEBOOK, coverage, junit, tracker

MAIN = "import sys; from flightrules.cli.main import main; sys.exit(main(sys.argv[1:]))"
RELEASE = ["--product", "shop", "--release", "4.3.0"]
NO_GO = ["--reason", "A supplier is down until Monday."]


def refused(case, run, why, *command, sign=True, may=frozenset(), denials=1):
    """The command fails with this code, which is on record once; nothing else has changed."""
    before, told = rows(), denied_codes()
    status, said = run(*command, sign=sign)
    assert status not in (0, 6), said
    assert why in said, said
    assert "Traceback" not in said
    assert changed(before, rows()) - may == set(), changed(before, rows())
    assert denied_codes()[len(told) :] == [why] * denials
    assert not is_open(case.shop.ci)


def test_whoever_has_a_part_signs_nothing_from_a_terminal(shop, person, terminal):
    """SOD-01, SOD-07, SOD-11, AUT-03, AUT-06, AUT-13, one after the other at the same poll."""
    both = person("release-manager", "product-owner", product="shop")
    shop.manager = both
    case = case_of(shop)
    assert case.open().status_code == 201
    mine = terminal(both)
    refused(case, mine, "E_SELF_APPROVAL", "signoff", "go", *RELEASE, "--as", "product-owner")
    refused(case, mine, "E_SELF_APPROVAL", "signoff", "no-go", *RELEASE, "--as", "PRODUCT OWNER", *NO_GO)
    refused(case, mine, "E_SELF_APPROVAL", "decide", "no-go", *RELEASE, *NO_GO)
    heard = terminal(shop.product_manager)
    refused(case, heard, "E_CONSULTED_ONLY", "signoff", "go", *RELEASE, "--as", "product-owner")
    refused(case, heard, "E_CONSULTED_ONLY", "signoff", "go", *RELEASE, "--as", "qa-lead")
    refused(case, heard, "E_CONSULTED_ONLY", "decide", "cancelled", *RELEASE, *NO_GO)
    elsewhere = person("viewer", product="shop")
    grant(elsewhere, "product-owner", product="bank")
    refused(case, terminal(elsewhere), "E_CONSULTED_ONLY", "signoff", "go", *RELEASE, "--as", "product-owner")
    assert not SignOff.objects.exists()


def test_a_seat_that_is_lost_lent_out_or_taken_signs_nothing_from_a_terminal(shop, person, terminal):
    """AUT-01, AUT-02, AUT-09, AUT-10 and a code that is wrong five times."""
    case = case_of(shop)
    case.open()
    delegate = person("viewer", product="shop")
    lent = lend(shop.owner, delegate, ends_at=now() - timedelta(minutes=1))
    vote = ["signoff", "go", *RELEASE, "--as", "product-owner"]
    theirs = terminal(delegate)
    refused(case, theirs, "E_DELEGATION_EXPIRED", *vote)
    lent.delete()
    lend(shop.owner, delegate)
    assert theirs(*vote)[0] == 0
    owner = terminal(shop.owner)
    refused(case, owner, "E_DUPLICATE_SEAT", *vote)
    assert case.verdict().status_code == 201
    RoleGrant.objects.filter(person_id=shop.qa.key).update(revoked_at=now())
    refused(case, owner, "E_QUORUM_LOST", "decide", "go", *RELEASE, may=VOIDED)
    Account.objects.filter(key=delegate.account_key).update(is_active=False)
    before = rows()
    status, said = theirs(*vote)
    assert (status, "401" in said or "E_REMOTE" in said or "E_UNAUTHENTICATED" in said) == (2, True), said
    assert changed(before, rows()) == set()
    Person.objects.filter(pk=shop.owner.key).update(disabled_at=now())
    assert owner("decide", "no-go", *RELEASE, *NO_GO)[0] == 2
    assert not Decision.objects.exists()


def test_a_machine_and_a_bare_token_sign_nothing_from_a_terminal(shop, monkeypatch, terminal):
    """AUT-13 and the pipeline that would sign for itself."""
    case = case_of(shop)
    case.open()
    qa = terminal(shop.qa)
    for command in (
        ["signoff", "go", "--as", "qa-lead"],
        ["decide", "no-go", *NO_GO],
        [
            "waive",
            "coverage",
            "--as",
            "qa-lead",
            "--reason",
            "It was left out.",
            "--control",
            "By hand.",
            "--until",
        ],
    ):
        until = [(now() + timedelta(days=1)).isoformat()] if command[-1] == "--until" else []
        refused(case, qa, "E_SIGN_TERMINAL", *command, *until, *RELEASE, sign=False, denials=0)
    monkeypatch.setenv("FLIGHTRULES_TOKEN", shop.ci.token)
    before = rows()
    for command in (["signoff", "go", *RELEASE, "--as", "qa-lead"], ["decide", "go", *RELEASE]):
        monkeypatch.setenv("FLIGHTRULES_TOKEN", shop.ci.token)
        assert main([*command, "--code-stdin"]) == 2
    assert changed(before, rows()) == set()
    assert not is_open(shop.ci)


def test_what_is_stale_or_out_of_scope_goes_from_no_terminal(shop, terminal):
    """STL-07's kin, STL-09 and STL-10: waivers and acceptances for one release only, and no decision on what changed."""
    case = case_of(shop, RULEBOOK.replace(">= 80%", ">= 95%"))
    until = (now() + timedelta(days=3)).isoformat()
    why = ["--reason", "Generated code came in.", "--control", "Contract tests cover it.", "--until", until]
    qa, owner = terminal(shop.qa), terminal(shop.owner)
    assert qa("waive", "coverage", *RELEASE, "--as", "qa-lead", *why)[0] == 0
    case.judge()
    assert case.open().status_code == 201
    case.verdict()
    case.vote()
    assert shop.bring(case.key, "issue tracker", tracker(("PROJ-441", "P1"))).status_code == 201
    refused(case, owner, "E_RUN_STALE", "decide", "go", *RELEASE, may=VOIDED)
    case.judge()
    refused(case, owner, "E_DOSSIER_STALE", "decide", "go", *RELEASE, may=VOIDED)
    refused(case, qa, "E_GATE_SHUT", "signoff", "go", *RELEASE, "--as", "qa-lead")
    following = case_of(shop, adopted=False, version="4.3.1")
    next_one = ["--product", "shop", "--release", "4.3.1"]
    refused(following, qa, "E_REMOTE_WAIVER", "waive", "coverage", *next_one, "--as", "qa-lead", denials=0)
    assert shop.run(following.key)["statuses"]["coverage"] == "FAIL"
    past = [*why[:-1], (now() - timedelta(days=1)).isoformat()]
    refused(case, qa, "E_WAIVER_EXPIRED", "waive", "coverage", *RELEASE, "--as", "qa-lead", *past, denials=0)
    refused(
        case, owner, "E_REMOTE_DEFECT", "accept", "PROJ-441", *RELEASE, "--as", "product-owner", denials=0
    )


def test_pushed_evidence_that_is_none_and_a_gate_that_is_shut(shop, terminal, tmp_path, monkeypatch, capsys):
    """EVI-05, EVI-06, CLK-01, SOD-10: push never turns it into a GO, gate lets nothing of it through."""
    case = case_of(shop)
    (tmp_path / ".flightrules.yml").write_text(RULEBOOK)
    for name, data in (
        ("smoke.xml", junit(20, suite="smoke")),
        ("coverage.xml", coverage(90)),
        ("tracker.json", tracker()),
    ):
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    assert terminal
    monkeypatch.setenv("FLIGHTRULES_TOKEN", shop.ci.token)
    push = ["push", *RELEASE, "--no-progress"]
    gate = ["gate", "--artefact", f"sha256:{DIGEST}", "--environment", "prod", "--no-record"]
    for data in (junit(0), junit(60, 41).replace(b'failures="41"', b'failures="0"')):
        (tmp_path / "junit.xml").write_bytes(data)
        assert main(push) != 0, capsys.readouterr()
        assert main(gate) != 0
    assert EvidenceItem.objects.filter(release=case.key, method="CI pipeline").count() >= 2
    assert not Decision.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rac_09_two_terminals_decide_and_one_decision_is_made(shop, person, terminal, live_server):
    """Nobody is told that a database is locked; one of them decides, the other one hears that it is decided."""
    case = case_of(shop)
    case.voted()
    people = [shop.owner, person("product-owner", product="shop")]
    started = []
    for who in people:
        secret = equip(who)
        started.append(
            (
                f"{code_now(secret)}\n{PASSWORD}\n",
                {**os.environ, "FLIGHTRULES_URL": live_server.url, "FLIGHTRULES_TOKEN": who.token},
            )
        )
    done = []

    def decide(typed, environment):
        command = [sys.executable, "-c", MAIN, "decide", "no-go", *RELEASE, *NO_GO, "--code-stdin"]
        done.append(
            subprocess.run(command, input=typed, env=environment, capture_output=True, text=True, check=False)
        )

    threads = [threading.Thread(target=decide, args=one) for one in started]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.returncode for one in done) == [0, 2], [one.stderr for one in done]
    assert "locked" not in "".join(one.stdout + one.stderr for one in done)
    assert Decision.objects.count() == 1
