"""A CI job needs no stored secret: its provider says who it is, and a command exchanges that for a token of minutes."""

from __future__ import annotations

import json

import pytest

from flightrules.cli.main import main
from flightrules.service.people.models import ApiToken


@pytest.fixture
def job(pipeline, live_server, monkeypatch, capsys):
    """Run a command in a job of the shop's pipeline; there is no token in its environment."""
    assert pipeline.trust(audience=live_server.url).status_code == 201
    monkeypatch.setenv("FLIGHTRULES_URL", live_server.url)
    monkeypatch.delenv("FLIGHTRULES_TOKEN", raising=False)

    def run(*command: str, **environment: str) -> tuple[int, str]:
        with monkeypatch.context() as own:
            for name, value in environment.items():
                own.setenv(name, value)
            status = main([*command])
        said = capsys.readouterr()
        return status, said.out + said.err

    run.url, run.token = live_server.url, lambda: pipeline.provider.token(aud=live_server.url)
    return run


def test_github_is_asked_anew_by_each_command(job, provider):
    github = {
        "FLIGHTRULES_IDENTITY": "github",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{provider.issuer}/github?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-this-job",
    }
    for _ in range(2):
        status, said = job("product", "list", **github)
        assert (status, "shop" in said) == (0, True), said
    status, said = job("product", "list", **github | {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-another"})
    assert (status, "E_WORKLOAD_IDENTITY: GitHub answered 401" in said) == (2, True), said
    del github["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    status, said = job("product", "list", **github)
    assert (status, "id-token: write" in said) == (2, True), said
    plain = {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://example.org", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x"}
    assert "no https address" in job("token", "--from", "github", **plain)[1]


def test_a_token_that_the_job_was_given_is_exchanged_once_for_all_its_commands(job, tmp_path):
    shown = {"SHOWN": job.token()}
    status, said = job("token", "--from", "env:SHOWN", **shown)
    assert status == 0, said
    assert job("product", "list", FLIGHTRULES_TOKEN=said.strip())[0] == 0
    status, said = job("token", "--from", "env:SHOWN", **shown)
    assert (status, "E_WORKLOAD_REPLAYED" in said) == (2, True), said
    (tmp_path / "shown.jwt").write_text(job.token() + "\n")
    status, said = job("product", "list", FLIGHTRULES_IDENTITY=f"file:{tmp_path / 'shown.jwt'}")
    assert (status, "shop" in said) == (0, True), said


def test_later_steps_of_a_github_job_find_the_token_and_no_log_shows_it(job, tmp_path):
    into = tmp_path / "env"
    status, said = job(
        "token", "--from", "env:SHOWN", "--github-env", SHOWN=job.token(), GITHUB_ENV=str(into)
    )
    assert status == 0, said
    name, _, token = into.read_text().strip().partition("=")
    assert name == "FLIGHTRULES_TOKEN"
    assert said.count(token) == said.count(f"::add-mask::{token}") == 1
    assert job("product", "list", FLIGHTRULES_TOKEN=token)[0] == 0


@pytest.mark.parametrize("source", ["", "env:NOT_SET", "env:", "file:", "gitlab", "file:/nowhere/at/all"])
def test_without_an_identity_nothing_is_asked(job, source):
    known = ApiToken.objects.count()
    status, said = job("token", *(["--from", source] if source else []))
    assert (status, "error E_" in said) == (2, True), said
    assert ApiToken.objects.count() == known


def test_a_job_without_token_and_identity_hears_of_both(job):
    status, said = job("product", "list")
    assert (status, "FLIGHTRULES_TOKEN is not set" in said, "FLIGHTRULES_IDENTITY" in said) == (2, True, True)


@pytest.mark.slow
def test_who_manages_people_says_whose_tokens_and_keys_stand_for_a_machine(
    shop, person, provider, terminal, tmp_path, monkeypatch
):
    admin, product = terminal(person("administrator")), ["--product", "shop"]
    monkeypatch.chdir(tmp_path)
    assert main(["keygen", "--out", "ci.key"]) == 0
    asked = [
        ("register", "CI of the shop"),
        (
            "trust",
            "CI of the shop",
            "--issuer",
            provider.issuer,
            "--subject",
            "repo:acme/shop:*",
            "--claim",
            "a=b",
        ),
        ("add-key", "CI of the shop", "--key", "ci.key.pub"),
    ]
    for one in asked:
        status, said = admin("machine", *one, *product, sign=False)
        assert status == 0, said
    assert f"repo:acme/shop:* of {provider.issuer} for http://" in said
    assert admin("machine", "trust", "CI of the shop", *product, "--subject", "a", sign=False)[0] == 2
    bad = ["--issuer", provider.issuer, "--subject", "repo:acme/shop:*", "--claim", "a"]
    assert "a claim has a name" in admin("machine", "trust", "CI of the shop", *product, *bad, sign=False)[1]
    found = json.loads(
        admin("machine", "show", "CI of the shop", *product, "--format", "json", sign=False)[1]
    )
    (trusted,), (key,) = found["identities"], found["keys"]
    admin("machine", "distrust", "CI of the shop", *product, "--key", trusted["key"][:8], sign=False)
    status, said = admin(
        "machine", "end-key", "CI of the shop", *product, "--key", key["key"][:8], sign=False
    )
    assert (status, "token:" in said, "key:" in said) == (0, False, False), said
    assert ", disabled" in admin("machine", "disable", "CI of the shop", *product, sign=False)[1]
    assert "disabled" in admin("machine", "list", *product, sign=False)[1]
