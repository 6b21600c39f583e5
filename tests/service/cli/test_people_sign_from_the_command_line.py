"""``signoff``, ``decide``, ``waive``, ``accept`` and ``audit practice`` over real HTTP, each signed with a code."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.cache import cache

from flightrules.cli.main import main
from flightrules.service.decisions.models import Decision, SignOff
from flightrules.service.readiness.models import Acceptance, Waiver
from people_stories import PASSWORD, code_now, equip, now
from service.decisions.deciding import case_of
from service.shop import coverage, junit

RELEASE = ["--product", "shop", "--release", "4.3.0"]


@pytest.fixture
def cto(person):
    return person("cto", product="shop", name="Carla Ruiz")


@pytest.fixture
def run(shop, live_server, monkeypatch, capsys):
    """Run a command as somebody, who types password and code where they are asked for."""
    monkeypatch.setenv("FLIGHTRULES_URL", live_server.url)
    secrets: dict[str, str] = {}

    def as_somebody(who, *command: str, sign: bool = True) -> tuple[int, str, str]:
        monkeypatch.setenv("FLIGHTRULES_TOKEN", who.token)
        arguments = [*command]
        if sign:
            secret = secrets.setdefault(who.key, "") or equip(who)
            secrets[who.key] = secret
            cache.clear()  # a code is taken once; these stories do not wait for the next one
            monkeypatch.setattr("sys.stdin", io.StringIO(f"{code_now(secret)}\n{PASSWORD}\n{PASSWORD}\n"))
            arguments.append("--code-stdin")
        status = main(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return as_somebody


def test_two_people_take_a_release_to_go_without_leaving_the_terminal(shop, run):
    case = case_of(shop)
    assert case.open().status_code == 201
    status, out, err = run(shop.qa, "signoff", "go", *RELEASE, "--as", "QA lead")
    assert status == 0, err
    assert "gate exit: GO" in out
    assert "signed: Mira Tan, QA lead, 2" in out
    assert " UTC: Quality verdict: GO; no known blockers." in out
    assert run(shop.owner, "signoff", "go", *RELEASE, "--as", "product-owner")[0] == 0
    status, out, err = run(shop.owner, "decide", "go", *RELEASE)
    assert status == 0, err
    assert "decided: GO, valid until" in out
    assert Decision.objects.get().outcome == "GO"
    assert set(SignOff.objects.values_list("components", flat=True)) <= {1, 2}


def test_a_vote_with_a_condition_makes_it_a_conditional_go(shop, run):
    case = case_of(shop)
    case.open()
    run(shop.qa, "signoff", "go", *RELEASE, "--as", "qa-lead")
    condition = [
        "--condition",
        "flag new-checkout <= 20 %",
        "--reason",
        "Watched by the shop's own staff first.",
    ]
    assert (
        run(shop.owner, "signoff", "go-with-conditions", *RELEASE, "--as", "product-owner", *condition)[0]
        == 0
    )
    assert run(shop.owner, "decide", "go", *RELEASE)[0] == 2
    status, out, _ = run(shop.owner, "decide", "conditional-go", *RELEASE)
    assert status == 0
    assert "on condition: flag new-checkout <= 20 %" in out


def test_a_no_go_is_overridden_from_two_terminals(shop, cto, run):
    case = case_of(shop)
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    case.judge()
    case.open()
    why = ["--reason", "Ten of a hundred tests fail."]
    assert run(shop.owner, "decide", "no-go", *RELEASE, *why)[0] == 0
    ask = ["decide", "override", *RELEASE, "--reason", "The season begins on Monday."]
    status, _, err = run(cto, *ask, sign=False)
    assert (status, "E_OVERRIDE_NAMES" in err) == (2, True)
    status, out, _ = run(cto, *ask, "--accept", "pass-rate", sign=False)
    assert status == 0
    assert "lacking: the override waits for QA lead" in out
    assert run(shop.qa, "signoff", "dissent-acknowledged", *RELEASE, "--as", "qa-lead", *why)[0] == 0
    status, out, err = run(cto, "signoff", "agree", *RELEASE, "--as", "cto")
    assert status == 0, err
    assert "accepted by name: pass-rate" in out
    assert "the release is GO BY OVERRIDE" in out
    shown = run(shop.qa, "override", "show", *RELEASE, sign=False)[1]
    assert "  Mira Tan, QA lead, 2" in shown
    assert "UTC: Override: I recommended no-go; the risk of the item it names is recorded." in shown
    for command in (("status", *RELEASE), ("release", "show", *RELEASE)):
        assert "  decided: GO BY OVERRIDE (final decision, 2" in run(shop.qa, *command, sign=False)[1]
    assert Decision.objects.latest("at").outcome == "GO BY OVERRIDE"


def test_nothing_is_signed_without_a_proof(shop, run):
    case = case_of(shop)
    case.open()
    status, _, err = run(shop.qa, "signoff", "go", *RELEASE, "--as", "qa-lead", sign=False)
    assert status == 2
    assert "E_SIGN_TERMINAL" in err
    assert SignOff.objects.count() == 0


def test_what_nobody_asked_for_is_not_signed(shop, run):
    case_of(shop)
    status, _, err = run(shop.qa, "signoff", "go", *RELEASE, "--as", "qa-lead")
    assert (status, "E_REMOTE_POLL" in err) == (2, True)
    status, _, err = run(shop.qa, "signoff", "agree", *RELEASE, "--as", "qa-lead")
    assert (status, "E_REMOTE_POLL" in err) == (2, True)


def test_a_criterion_is_waived_and_approved(shop, run):
    case = case_of(shop)
    shop.bring(case.key, "coverage report", coverage(70))
    until = (now() + timedelta(days=3)).isoformat()
    assert "E_REMOTE_WAIVER" in run(shop.qa, "waive", "coverage", *RELEASE, "--as", "qa-lead")[2]
    why = ["--reason", "Generated code came in.", "--control", "Contract tests cover it."]
    assert (
        "E_TIME" in run(shop.qa, "waive", "coverage", *RELEASE, "--as", "qa-lead", *why, "--until", "soon")[2]
    )
    status, out, err = run(shop.qa, "waive", "coverage", *RELEASE, "--as", "qa-lead", *why, "--until", until)
    assert status == 0, err
    assert "waived: coverage until" in out
    assert Waiver.objects.get().criterion == "coverage"
    status, out, err = run(shop.qa, "waive", "coverage", *RELEASE, "--as", "qa-lead")
    assert (status, "E_SIGNED_ALREADY" in err) == (2, True)
    assert "compensating control: Contract tests cover it." in out


def test_a_defect_is_accepted_by_both_who_must(shop, run):
    case = case_of(shop)
    defect = {"number": "PROJ-9", "title": "Two vouchers", "severity": "P2"}
    assert shop.qa.post("/products/shop/defects", defect).status_code == 201
    terms = [
        "--affected-users",
        "3 % of orders",
        "--business-impact",
        "EUR 900 a day",
        "--mitigation",
        "Support",
    ]
    terms += ["--monitoring", "A dashboard", "--target", f"{now().date() + timedelta(days=20)}"]
    terms += ["--until", (now() + timedelta(days=20)).isoformat()]
    accept = ["accept", "PROJ-9", *RELEASE, "--as"]
    assert "E_TERMS" in run(shop.qa, *accept, "qa-lead", "--target", "2099-01-01")[2]
    assert "E_TERMS" in run(shop.qa, *accept, "qa-lead")[2]
    assert "E_REMOTE_DEFECT" in run(shop.qa, "accept", "PROJ-0", *RELEASE, "--as", "qa-lead")[2]
    status, out, err = run(shop.qa, *accept, "qa-lead", *terms)
    assert status == 0, err
    assert "still asked: product manager" in out
    status, out, err = run(shop.product_manager, *accept, "product-manager")
    assert status == 0, err
    assert "affected users: 3 % of orders" in out
    assert "still asked: nobody" in out
    assert Acceptance.objects.get(release_id=case.key).complete_at is not None


def test_practice_is_audited_and_found_is_an_exit_code(shop, run):
    case_of(shop).gone()
    status, out, _ = run(shop.owner, "audit", "practice", "--product", "shop", sign=False)
    assert status == 1
    assert "P9   found" in out
    assert "do: " in out
    status, out, _ = run(shop.owner, "audit", "practice", "--product", "shop", "--format", "json", sign=False)
    assert (status, '"detections"' in out) == (1, True)
