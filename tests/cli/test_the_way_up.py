"""A build goes from environment to environment: each check shows that the one before was passed."""

import hashlib
import json
import os

import pytest

from flightrules.errors import ExitCode

RULEBOOK = """
flightrules: 1
product: Shop
criteria:
  accepted: Pass rate >= 90% measured by the acceptance run in staging
  ready: Pass rate >= 90% measured by the release run
gates:
  acceptance: {kind: exit, environment: uat, criteria: [accepted], blocks: acceptance}
  go-live: {kind: stage, criteria: [ready], blocks: promotion to production}
evidence:
  acceptance run: {paths: [uat.xml], environment: staging}
  release run: {paths: [release.xml]}
environments:
  uat: {also: [staging]}
  prod: {also: [production], requires_pass_in: [uat], production: yes}
"""


@pytest.fixture
def pipeline(repository):
    """A rulebook, the release run, and something to release."""
    repository.write(".flightrules.yml", RULEBOOK)
    repository.junit(name="release.xml")
    repository.write("shop.tar", "what goes out")
    return repository


def passed_uat(pipeline, *more):
    """UAT judged elsewhere: its evidence is not here any more."""
    pipeline.junit(name="uat.xml")
    code, out, err = pipeline.run("check", "--artefact", "shop.tar", "--no-report", *more)
    assert code == 0, (out, err)
    os.remove("uat.xml")


def go_live(pipeline, *more):
    code, out, err = pipeline.run(
        "check", "--gate", "go-live", "--artefact", "shop.tar", "--no-report", *more
    )
    return code, " ".join(out.split()), err


def test_nothing_goes_up_that_did_not_pass_below(pipeline):
    code, out, _ = go_live(pipeline)
    assert code == ExitCode.NO_DATA
    assert "HOLD" in out
    assert "no pass in uat is shown" in out
    assert "the gate acceptance is HOLD" in out


def test_evidence_from_below_is_judged_at_once(pipeline):
    pipeline.junit(name="uat.xml")
    code, out, _ = go_live(pipeline, "--format", "json")
    assert code == 0
    assert [(one["environment"], one["status"]) for one in json.loads(out)["passed_before"]] == [
        ("uat", "PASS")
    ]


def test_a_signed_verdict_from_below_shows_the_pass(pipeline):
    pipeline.run("keygen", "--out", "uat.key")
    passed_uat(pipeline, "--sign", "uat.key", "--attest", "uat.jsonl")
    code, out, _ = go_live(pipeline, "--passed", "uat.jsonl", "--passed-key", "uat.key.pub")
    assert (code, "claimed" in out) == (0, False)
    digest = hashlib.sha256((pipeline.path / "uat.jsonl").read_bytes()).hexdigest()
    assert go_live(pipeline, "--passed", f"sha256:{digest}=uat.jsonl")[0] == 0
    code, _, err = go_live(pipeline, "--passed", f"sha256:{'0' * 64}=uat.jsonl")
    assert (code, "E_UPSTREAM" in err) == (ExitCode.USAGE, True)


def test_a_verdict_that_another_key_signed_is_refused(pipeline):
    pipeline.run("keygen", "--out", "uat.key")
    pipeline.run("keygen", "--out", "mine.key")
    passed_uat(pipeline, "--sign", "mine.key", "--attest", "uat.jsonl")
    code, out, err = go_live(pipeline, "--passed", "uat.jsonl", "--passed-key", "uat.key.pub")
    assert (code, out) == (ExitCode.USAGE, "")
    assert "E_SIGNATURE" in err or "E_KEY" in err


def test_a_changed_verdict_is_refused(pipeline):
    pipeline.run("keygen", "--out", "uat.key")
    passed_uat(pipeline, "--sign", "uat.key", "--attest", "uat.jsonl")
    data = (pipeline.path / "uat.jsonl").read_bytes()
    pipeline.write("uat.jsonl", data[:200] + bytes([data[200] ^ 1]) + data[201:])
    assert go_live(pipeline, "--passed", "uat.jsonl", "--passed-key", "uat.key.pub")[0] == ExitCode.USAGE


def test_a_report_is_taken_as_claimed_and_never_where_a_key_is_given(pipeline):
    passed_uat(pipeline, "--output", "json=uat.json")
    code, out, _ = go_live(pipeline, "--passed", "uat.json")
    assert code == 0
    assert "the pass in uat is claimed" in out
    pipeline.run("keygen", "--out", "uat.key")
    code, _, err = go_live(pipeline, "--passed", "uat.json", "--passed-key", "uat.key.pub")
    assert (code, "E_UPSTREAM" in err) == (ExitCode.USAGE, True)


def test_the_pass_of_another_artefact_or_rulebook_holds(pipeline):
    passed_uat(pipeline, "--output", "json=uat.json")
    pipeline.write("shop.tar", "what goes out, built again")
    code, out, _ = go_live(pipeline, "--passed", "uat.json")
    assert (code, "not about sha256" in out) == (ExitCode.NO_DATA, True)
    pipeline.write("shop.tar", "what goes out")
    pipeline.write(
        ".flightrules.yml", RULEBOOK.replace("accepted: Pass rate >= 90%", "accepted: Pass rate >= 95%")
    )
    code, out, _ = go_live(pipeline, "--passed", "uat.json")
    assert (code, "another rulebook" in out) == (ExitCode.NO_DATA, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "[" * 100_000,
        "{}",
        '{"environment": "uat"}',
        '{"environment": 7, "conditions": [], "advise": false}',
        '{"environment": "uat", "verdict": "GO", "as_of": "yesterday", "conditions": [], "advise": false}',
        '{"environment": "uat", "verdict": "GO", "as_of": "2026-01-01T00:00:00", "conditions": [], "advise": false}',
        '{"environment": "uat", "conditions": [{"parameters": []}], "advise": "no"}',
        '{"payloadType": "x"}',
    ],
)
def test_what_is_no_verdict_is_refused_in_words(pipeline, text):
    pipeline.write("uat.json", text)
    code, out, err = go_live(pipeline, "--passed", "uat.json")
    assert (code, out) == (ExitCode.USAGE, "")
    assert err.startswith("error E_")
    assert "Traceback" not in err


def test_a_verdict_that_names_no_environment_says_how_to_make_one(pipeline):
    pipeline.run("check", "--gate", "go-live", "--artefact", "shop.tar", "--output", "json=prod.json")
    code, _, err = go_live(pipeline, "--passed", "prod.json")
    assert (code, "check --environment NAME" in err) == (ExitCode.USAGE, True)


def test_an_environment_that_nobody_knows_is_refused(pipeline):
    code, _, err = go_live(pipeline, "--environment", "moon")
    assert (code, "known: uat, prod" in err) == (ExitCode.USAGE, True)


def test_the_exit_gate_in_production_asks_for_the_same(pipeline):
    """Where the build is can be said for any gate."""
    pipeline.write(".flightrules.yml", RULEBOOK.replace("environment: uat, ", ""))
    pipeline.junit(name="uat.xml")
    code, out, _ = pipeline.run("check", "--gate", "acceptance", "--environment", "production", "--no-report")
    assert code == ExitCode.NO_DATA
    assert "no gate of the rulebook is judged there" in " ".join(out.split())


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("junit", 'errors="1"'),
        ("github", "no pass in uat"),
        ("gitlab", "no pass in uat is shown"),
        ("azuredevops", "no pass in uat is shown"),
        ("sarif", "no pass in uat is shown"),
        ("nogo", "Awaited: a pass in uat"),
        ("md", "no pass in uat is shown, and it is required before"),
        ("html", "no pass in uat is shown, and it is required before"),
    ],
)
def test_every_output_tells_of_the_pass_that_is_not_shown(pipeline, form, words):
    """All criteria pass here, so an output that lists criteria alone would look like a go."""
    assert words in go_live(pipeline, "--format", form)[1]
    pipeline.junit(name="uat.xml")
    shown = go_live(pipeline, "--format", form)[1]
    assert words not in shown
