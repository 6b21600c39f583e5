"""``gate`` over real HTTP and offline: exit code 0 only where exactly this was decided to go, and says why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from flightrules.cli import gate, remote
from flightrules.cli.main import main
from flightrules.errors import UsageError
from flightrules.ledger.keys import generate_key
from flightrules.service.clearance.models import Answer
from flightrules.service.decisions.models import Decision
from flightrules.service.records.signer import ledger_key
from service.clearance.conftest import decided, ready
from service.shop import DIGEST, OTHER_DIGEST, now

ASKED = ["gate", "--artefact", f"sha256:{DIGEST}", "--environment", "prod"]


@pytest.fixture
def release(shop, live_server, tmp_path, monkeypatch):
    """A release that waits for its decision, and a pipeline that may ask the service."""
    shop.adopt()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLIGHTRULES_URL", live_server.url)
    monkeypatch.setenv("FLIGHTRULES_TOKEN", shop.ci.token)
    monkeypatch.setattr(remote.time, "sleep", lambda _: None)
    return ready(shop)


def test_only_a_decision_to_go_lets_it_through(release, capsys):
    assert main(ASKED) == 6
    out = capsys.readouterr().out
    assert "shop 4.3.0 to prod: WAITING" in out
    assert "why    nobody has decided on it" in out
    assert "fix    have it decided" in out
    decision = decided(release)
    assert main(ASKED) == 0
    out = capsys.readouterr().out
    assert "shop 4.3.0 to prod: GO" in out
    assert str(decision.key) in out
    Decision.objects.update(valid_until=now())
    assert main(ASKED) == 1
    assert "was valid until" in capsys.readouterr().out
    assert [one.is_open for one in Answer.objects.order_by("at")] == [False, True, False]


def test_looking_alone_leaves_no_record(release, capsys):
    assert main([*ASKED, "--no-record"]) == 6
    decided(release)
    assert main([*ASKED, "--no-record", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))["open"] is True
    assert not Answer.objects.exists()


def test_another_digest_environment_or_product_is_closed(release, capsys, tmp_path):
    decided(release)
    (tmp_path / "shop.whl").write_bytes(b"another one")
    for said in (
        ["--artefact", f"sha256:{OTHER_DIGEST}", "--environment", "prod"],
        ["--artefact", "shop.whl", "--environment", "prod"],
        ["--artefact", f"sha256:{DIGEST}", "--environment", "uat"],
        ["--artefact", f"sha256:{DIGEST}", "--environment", "prod", "--product", "bank"],
    ):
        assert main(["gate", *said]) == 1, said
        assert "CLOSED" in capsys.readouterr().out


def test_conditions_are_shown_as_they_stand(release, capsys):
    decided(release, "CONDITIONAL GO", conditions=["until 2100-01-01T00:00Z", "flag new-checkout <= 20 %"])
    assert main(ASKED) == 6
    out = capsys.readouterr().out
    assert "condition until 2100-01-01T00:00Z: MET" in out
    assert "condition flag new-checkout <= 20 %: UNPROVEN (nothing was read of" in out
    Decision.objects.update(conditions=["until 2100-01-01T00:00Z"])
    assert main(ASKED) == 0


def test_who_cannot_be_reached_lets_nothing_through(release, monkeypatch, capsys):
    decided(release)
    monkeypatch.setenv("FLIGHTRULES_URL", "http://127.0.0.1:9")
    assert main(ASKED) == 4
    err = capsys.readouterr().err
    assert "E_REMOTE_UNREACHABLE" in err
    assert "the way is shut while nobody answers" in err


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--key", "k.pem"], "E_GATE_ATTESTATION"),
        (["--attestation", "a.json"], "E_GATE_ATTESTATION"),
        (["--artefact", "sha256:abc"], "E_DIGEST_FORM"),
        (["--artefact", "missing.whl"], "E_NOT_FOUND"),
        (["--flag-percent", "many"], "E_INVALID_BODY"),
        (["--flag-percent", "101"], "E_INVALID_BODY"),
    ],
)
def test_a_question_that_makes_no_sense_is_no_permission(release, capsys, more, code):
    decided(release)
    assert main([*ASKED, *more]) == 2
    assert code in capsys.readouterr().err


def test_a_wrong_token_is_no_permission(release, monkeypatch, capsys):
    decided(release)
    monkeypatch.setenv("FLIGHTRULES_TOKEN", "wrong")
    assert main(ASKED) == 2
    assert main([*ASKED, "--no-record"]) == 2
    assert "E_UNAUTHENTICATED" in capsys.readouterr().err


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "GO",
        {"open": True},
        {"open": "true", "reasons": [], "artefact": DIGEST},
        {"open": True, "reasons": [], "artefact": OTHER_DIGEST},
        {"open": True, "reasons": {}, "artefact": DIGEST},
    ],
)
def test_an_answer_to_something_else_opens_nothing(answer):
    with pytest.raises(UsageError):
        gate._whole(answer, f"sha256:{DIGEST}")


@pytest.fixture
def attested(release, shop, tmp_path, monkeypatch):
    """An attestation and the key that it is verified with; there is no service any more."""
    decision = decided(release)

    def fetch(name="clearance.dsse"):
        (tmp_path / name).write_bytes(shop.ci.get(f"/decisions/{decision.key}/attestation").content)
        return name

    (tmp_path / "ledger.pub").write_bytes(ledger_key().public.to_pem())
    (tmp_path / "other.pub").write_bytes(generate_key().public.to_pem())
    monkeypatch.delenv("FLIGHTRULES_URL")
    monkeypatch.delenv("FLIGHTRULES_TOKEN")
    return fetch


def test_an_attestation_is_enough_where_there_is_no_service(attested, capsys):
    name = attested()
    offline = ["--attestation", name, "--key", "ledger.pub"]
    assert main([*ASKED, *offline]) == 0
    assert "shop 4.3.0 to prod: GO" in capsys.readouterr().out
    assert main([*ASKED, *offline, "--product", "shop"]) == 0
    assert main([*ASKED, *offline, "--product", "bank"]) == 1
    for said in (
        ["--artefact", f"sha256:{OTHER_DIGEST}", "--environment", "prod", *offline],
        ["--artefact", f"sha256:{DIGEST}", "--environment", "uat", *offline],
        [*ASKED[1:], "--attestation", name, "--key", "other.pub"],
    ):
        assert main(["gate", *said]) == 1
        assert "CLOSED" in capsys.readouterr().out
    Decision.objects.update(voided_at=now(), voided_because="tampered")
    shut = attested("shut.dsse")
    assert main([*ASKED, "--attestation", shut, "--key", "ledger.pub"]) == 6
    assert "it was shut: voided" in capsys.readouterr().out


def test_verify_knows_a_clearance(attested, capsys):
    name = attested()
    known = ["verify", name, "--key", "ledger.pub"]
    exact = [*known, "--artefact", f"sha256:{DIGEST}", "--environment", "prod"]
    assert main(exact) == 0
    assert "shop 4.3.0 to prod: GO" in capsys.readouterr().out
    assert main([*exact, "--require-go"]) == 0
    assert main([*known, "--format", "json"]) == 0
    assert main([*known, "--environment", "uat"]) == 1
    assert main([*known, "--artefact", f"sha256:{OTHER_DIGEST}"]) == 1
    assert main(["verify", name, "--key", "other.pub"]) == 1
    assert main([*known, "--threshold", "2"]) == 2
    Decision.objects.update(outcome="NO-GO")
    failed = attested("failed.dsse")
    assert main(["verify", failed, "--key", "ledger.pub"]) == 0
    assert main(["verify", failed, "--key", "ledger.pub", "--require-go"]) == 1


def test_an_attestation_that_has_ended_opens_nothing(attested, capsys, monkeypatch):
    name = attested()

    class Later(gate.datetime):
        @classmethod
        def now(cls, _zone=None):
            return now() + timedelta(minutes=20)

    monkeypatch.setattr(gate, "datetime", Later)
    assert main([*ASKED, "--attestation", name, "--key", "ledger.pub"]) == 1
    assert "it held until" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_the_installed_command_in_a_process_of_its_own(release):
    decided(release)
    command = [sys.executable, "-m", "flightrules.cli.main", *ASKED]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert (done.returncode, "to prod: GO" in done.stdout) == (0, True), done.stderr
