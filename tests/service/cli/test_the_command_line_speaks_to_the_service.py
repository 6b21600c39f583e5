"""``push``, ``status`` and ``wait`` over real HTTP: the service's verdict decides the exit code, not what CI found."""

from __future__ import annotations

import json
import socket
import subprocess
import threading

import pytest

from flightrules.cli import remote, remote_verdict
from flightrules.cli.main import main
from flightrules.service.readiness.models import EvidenceItem
from service.shop import DIGEST, RULEBOOK, coverage, junit, tracker


@pytest.fixture
def work(shop, live_server, tmp_path, monkeypatch):
    """A working folder with rulebook and evidence, a release that waits for it, and the service at an address."""
    shop.adopt()
    shop.release("4.3.0")
    (tmp_path / ".flightrules.yml").write_text(RULEBOOK)
    for name, data in (
        ("smoke.xml", junit(20, suite="smoke")),
        ("junit.xml", junit(100)),
        ("coverage.xml", coverage(90)),
        ("tracker.json", tracker()),
    ):
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLIGHTRULES_URL", live_server.url)
    monkeypatch.setenv("FLIGHTRULES_TOKEN", shop.ci.token)
    monkeypatch.setattr(remote.time, "sleep", lambda _: None)
    return tmp_path


PUSH = ["push", "--product", "shop", "--release", "4.3.0", "--no-progress"]


def test_green_evidence_is_judged_by_the_service(work, capsys):
    assert main([*PUSH, "--build", "4.3.0+1", "--report", "report.html"]) == 0
    out = capsys.readouterr().out
    assert "sent 4 files" in out
    assert "shop 4.3.0, gate exit: GO" in out
    assert "edition 1 of the rulebook" in out
    assert (work / "report.html").read_text().startswith("<!")
    assert {one.build for one in EvidenceItem.objects.all()} == {"4.3.0+1"}
    assert main([*PUSH]) == 0
    assert EvidenceItem.objects.count() == 4


def test_the_service_decides_by_its_own_rulebook(work, capsys):
    """A pipeline that softens the file it runs with softens nothing."""
    (work / ".flightrules.yml").write_text(RULEBOOK.replace(">= 97%", ">= 10%"))
    (work / "junit.xml").write_bytes(junit(50, 50))
    assert main(PUSH) == 1
    out = capsys.readouterr().out
    assert "gate exit: NO-GO" in out
    assert "claimed otherwise: CI claims GO; the service finds NO-GO" in out


def test_new_code_is_measured_by_the_service_with_the_diff_that_was_sent(work, shop, capsys):
    def git(*arguments):
        names = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *names, *arguments], cwd=work, check=True, capture_output=True)

    text = RULEBOOK.replace("sentence: Line coverage >= 80%", "sentence: New-code coverage >= 80%")
    shop.adopt(text)
    (work / ".flightrules.yml").write_text(text)
    (work / "src").mkdir()
    (work / "src" / "shop.py").write_text("".join(f"line {n}\n" for n in range(1, 81)))
    git("init", "-q", "-b", "main")
    git("add", "src")
    git("commit", "-q", "-m", "before")
    (work / "src" / "shop.py").write_text("".join(f"line {n}\n" for n in range(1, 91)))
    assert main([*PUSH, "--build", "4.3.0+1"]) == 3
    assert "no diff of a base was brought" in capsys.readouterr().out
    assert main([*PUSH, "--build", "4.3.0+1", "--base", "main"]) == 0
    assert "sent 5 files" in capsys.readouterr().out
    git("commit", "-q", "-a", "-m", "after")
    assert main([*PUSH, "--authors-since", "main~1"]) in (0, 3)
    assert "authors of 1 commits: 1, 1 of them unknown to the service" in capsys.readouterr().out
    assert main([*PUSH, "--authors-since", "main"]) == 2
    sent = EvidenceItem.objects.get(part="changes")
    assert (sent.method, sent.name, sent.build) == ("coverage report", "changes.diff", "4.3.0+1")
    (work / "src" / "shop.py").write_text("".join(f"line {n}\n" for n in range(1, 101)))
    assert main([*PUSH, "--build", "4.3.0+1", "--base", "main"]) == 1


def test_missing_evidence_is_no_data_whatever_was_claimed(work, capsys):
    (work / "junit.xml").unlink()
    assert main(PUSH) == 3
    assert "pass-rate NO DATA" in capsys.readouterr().out


def test_a_broken_file_is_sent_and_blocks(work, capsys):
    (work / "junit.xml").write_bytes(b"\x00rubbish")
    assert main(PUSH) == 2
    assert "sent 4 files" in capsys.readouterr().out


def test_a_signed_record_is_the_claim(work, capsys):
    from flightrules.ledger.keys import generate_key

    (work / "ci.pem").write_bytes(generate_key().to_pem())
    (work / "ci.pem").chmod(0o600)
    said = [*PUSH, "--sign", "ci.pem", "--attest", "record.jsonl", "--artefact", f"sha256:{DIGEST}"]
    assert main(said) == 0
    assert (work / "record.jsonl").exists()


def test_status_and_wait_say_how_it_stands(work, capsys):
    name = ["--product", "shop", "--release", "4.3.0"]
    assert main(["status", *name]) == 3
    assert "gate exit: NOT RUN" in capsys.readouterr().out
    assert main(["wait", *name, "--timeout", "0"]) == 6
    main(PUSH)
    capsys.readouterr()
    assert main(["status", *name]) == 0
    assert "gate exit: GO" in capsys.readouterr().out
    assert main(["status", *name, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == "4.3.0"
    assert main(["wait", *name]) == 0
    (work / "junit.xml").write_bytes(junit(50, 50))
    main(PUSH)
    assert main(["wait", *name]) == 1
    assert main(["wait", *name, "--until-go", "--timeout", "0"]) == 6
    assert main(["wait", *name, "--gate", "nonsense"]) == 2


def test_what_is_missing_is_said(work, capsys, monkeypatch):
    assert main(["push", "--product", "shop", "--release", "9.9.9"]) == 2
    assert "E_REMOTE_RELEASE" in capsys.readouterr().err
    assert main(["push"]) == 2
    assert main(["status", "--release", "1"]) == 2
    assert main(["wait", "--release", "1"]) == 2
    capsys.readouterr()
    monkeypatch.setenv("FLIGHTRULES_TOKEN", "wrong")
    assert main(PUSH) == 2
    assert "E_UNAUTHENTICATED" in capsys.readouterr().err
    monkeypatch.delenv("FLIGHTRULES_TOKEN")
    assert main(PUSH) == 2
    assert "FLIGHTRULES_TOKEN is not set" in capsys.readouterr().err


def test_a_report_of_no_known_form_is_refused(work, capsys):
    assert main([*PUSH, "--report", "report.doc"]) == 2
    assert "E_OUTPUT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org", "E_REMOTE_INSECURE"),
        ("ftp://example.org", "E_REMOTE_SETTING"),
        ("nonsense", "E_REMOTE_SETTING"),
        ("http://[::1", "E_REMOTE_SETTING"),
        ("http://127.0.0.1:99999", "E_REMOTE_SETTING"),
        ("http://user:hunter2secret@127.0.0.1:9", "E_REMOTE_SETTING"),
        ("http://127.0.0.1:9/a b", "E_REMOTE_UNREACHABLE"),
        ("http://127.0.0.1:9", "E_REMOTE_UNREACHABLE"),
    ],
)
def test_the_token_goes_nowhere_else(work, capsys, monkeypatch, url, code):
    monkeypatch.setenv("FLIGHTRULES_URL", url)
    assert main(["status", "--product", "shop", "--release", "1"]) == 2
    said = capsys.readouterr().err
    assert code in said
    assert "hunter2secret" not in said
    monkeypatch.setenv("FLIGHTRULES_TOKEN", "a b")
    monkeypatch.setenv("FLIGHTRULES_URL", "http://127.0.0.1:9")
    assert main(["status", "--product", "shop", "--release", "1"]) == 2


@pytest.mark.parametrize("command", ["wait", "judge", "push"])
@pytest.mark.parametrize("timeout", ["nan", "inf", "-1", "1e9", "1_0", "", "\u0661", "1.2.3"])
def test_nobody_waits_for_a_moment_that_never_comes(capsys, command, timeout):
    assert main([command, "--product", "shop", "--release", "1", f"--timeout={timeout}"]) == 2
    assert "--timeout" in capsys.readouterr().err


def test_who_does_not_speak_http_is_not_the_service(work, capsys, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=_greet, args=(other,), daemon=True).start()
        monkeypatch.setattr(remote, "_TRIES", 1)
        monkeypatch.setenv("FLIGHTRULES_URL", f"http://127.0.0.1:{other.getsockname()[1]}")
        assert main(["status", "--product", "shop", "--release", "1"]) == 2
    assert "E_REMOTE_UNREACHABLE" in capsys.readouterr().err


def _greet(other):
    line, _ = other.accept()
    with line:
        line.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def test_what_comes_from_elsewhere_moves_no_cursor():
    assert remote.plain("a\x1b[31m\u202eb\nGO") == r"a\u001b[31m\u202eb GO"


RUN = {"judged_at": "x", "opens": False, "outcome": "HOLD", "statuses": {"a": "PASS"}, "advise": False}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"judged_at": None}, 6),
        ({"opens": True, "outcome": "GO"}, 0),
        ({"outcome": "NO-GO"}, 1),
        ({"statuses": {"a": "ERROR"}}, 2),
        ({"statuses": {"a": "STALE"}}, 3),
        ({"statuses": {}}, 6),
        ({"statuses": {}, "outcome": "GO"}, 5),
        ({"statuses": {"a": "NOT APPLICABLE"}}, 5),
        ({"statuses": {"a": "FAIL"}}, 6),
    ],
)
def test_exit_codes_are_those_of_check(more, code):
    assert remote_verdict.exit_code_of_run({**RUN, **more}) == code


def test_a_run_that_was_given_up_is_an_error_and_one_that_waits_is_waited_for():
    from flightrules.errors import UsageError

    with pytest.raises(UsageError, match="could not judge"):
        remote_verdict.await_run(None, {"judged_at": None, "state": "dead", "fault": "E_GATE"}, 1)
    waiting = {"judged_at": None, "state": "waiting", "fault": "", "gate": "exit", "key": "k"}
    assert remote_verdict.await_run(None, waiting, 0) == waiting
    assert "not judged it yet" in remote_verdict.shown(waiting, "shop")
