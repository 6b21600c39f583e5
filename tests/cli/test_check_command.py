"""What a pipeline can rely on: exit codes, streams, files, and the same bytes for the same inputs."""

import json
import os
import subprocess
import sys

import pytest

from flightrules.errors import ExitCode

AS_OF = ("--as-of", "2026-11-21T12:00:00Z")


def test_go_exits_0_and_writes_the_reports(shop):
    code, out, err = shop.run("check")
    assert (code, err) == (0, "")
    assert "GO  " in out
    assert sorted(os.listdir(".flightrules")) == ["report.html", "report.json", "report.md"]
    assert json.loads((shop.path / ".flightrules/report.json").read_text())["verdict"] == "GO"


def test_no_go_exits_1_and_names_what_blocks(shop):
    shop.junit(passed=5, failed=5)
    code, out, _ = shop.run("check")
    assert code == ExitCode.NO_GO
    assert "rate FAIL" in out
    assert "5 of 10" in out


def test_missing_evidence_exits_3_and_says_where_it_looked(shop):
    os.remove("jira.json")
    code, out, _ = shop.run("check")
    assert code == ExitCode.NO_DATA
    assert "jira.json" in out
    assert "HOLD" in out


def test_unreadable_evidence_exits_2_with_its_position(shop):
    shop.write("reports/broken.xml", "<testsuite><testcase name='a'>")
    code, out, _ = shop.run("check")
    assert code == ExitCode.USAGE
    assert "reports/broken.xml" in out


def test_a_failure_outranks_missing_evidence(shop):
    os.remove("jira.json")
    shop.junit(passed=1, failed=9)
    assert shop.run("check")[0] == ExitCode.NO_GO


def test_without_a_rulebook_the_profile_only_advises(repository):
    repository.junit(passed=1, failed=9)
    code, out, _ = repository.run("check")
    assert code == 0
    assert "would be NO-GO" in out


def test_without_rulebook_and_evidence_nothing_was_evaluated(repository):
    code, out, _ = repository.run("check")
    assert code == ExitCode.NOTHING_EVALUATED
    assert "flightrules init" in out


def test_exit_zero_reports_and_passes(shop):
    shop.junit(passed=0, failed=3)
    assert shop.run("check", "--exit-zero")[0] == 0


def test_the_rulebook_is_found_upwards_but_not_beyond_the_repository(shop, monkeypatch):
    (shop.path / "deep/er").mkdir(parents=True)
    monkeypatch.chdir(shop.path / "deep/er")
    assert shop.run("check", "--no-report")[0] == 0
    (shop.path / "deep/.git").mkdir()
    assert "would be" in shop.run("check", "--no-report")[1]


@pytest.mark.parametrize(
    "kind", ["json", "md", "html", "junit", "sarif", "gitlab", "azuredevops", "nogo", "github"]
)
def test_the_same_inputs_give_the_same_bytes(shop, kind):
    first = shop.run("check", "--format", kind, "--no-report", *AS_OF)
    second = shop.run("check", "--format", kind, "--no-report", *AS_OF)
    assert first == second
    assert first[1]


def test_several_outputs_at_once(shop):
    code, _, _ = shop.run(
        "check", "--output", "junit=out/j.xml", "--output", "sarif=out/s.sarif", "--no-report"
    )
    assert code == 0
    assert sorted(os.listdir("out")) == ["j.xml", "s.sarif"]
    assert not (shop.path / ".flightrules").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--output", "nonsense"), "E_OUTPUT"),
        (("--gate", "relaese"), "E_GATE"),
        (("--evidence", "CI rnu=x.xml"), "E_METHOD"),
        (("--as-of", "yesterday"), "E_TIME"),
        (("--as-of", "2026-11-21T12:00:00"), "E_TIME"),
        (("--artefact", "sha256:12"), "E_DIGEST_FORM"),
        (("--artefact", "not-there.whl"), "E_NOT_FOUND"),
        (("--rulebook", "not-there.yml"), "E_NOT_FOUND"),
        (("--sign", "key"), "E_SIGN"),
    ],
)
def test_wrong_arguments_are_refused_with_a_code_and_a_way_out(shop, arguments, code):
    exit_code, _, err = shop.run("check", "--no-report", *arguments)
    assert exit_code == ExitCode.USAGE
    assert f"error {code}:" in err
    assert f"flightrules explain {code}" in err


def test_a_rulebook_error_points_at_its_line(shop):
    shop.write(
        ".flightrules.yml",
        "flightrules: 1\nproduct: Shop\ncriteria:\n  rate: Pass rate => 90% measured by the CI run\n",
    )
    code, out, err = shop.run("check")
    assert (code, out) == (ExitCode.USAGE, "")
    assert ".flightrules.yml:4:" in err
    assert "did you mean >=" in err


def test_evidence_can_be_named_on_the_command_line(shop):
    shop.junit(passed=1, failed=1, name="elsewhere.xml")
    code, out, _ = shop.run("check", "--no-report", "--evidence", "CI run=elsewhere.xml")
    assert code == ExitCode.NO_GO
    assert "elsewhere.xml" in out


def test_one_disabled_class_beside_others_is_counted_and_not_refused(shop):
    shop.write(
        "reports/disabled.xml",
        '<testsuite><testcase classname="d" name="x"><skipped/></testcase></testsuite>',
    )
    code, out, _ = shop.run("check", "--no-report")
    assert code == 0, out
    assert "1 skipped" in shop.run("why", "rate", "--no-report")[1]


def test_a_binding_says_of_which_build_evidence_is(shop):
    shop.write(
        ".flightrules.yml",
        (shop.path / ".flightrules.yml").read_text().replace("in staging", "in staging as of build 7"),
    )
    assert shop.run("check", "--no-report")[0] == ExitCode.NO_DATA
    assert shop.run("bind", "reports/junit.xml", "--build", "7")[0] == 0
    assert shop.run("check", "--no-report")[0] == 0
    shop.junit(passed=11)
    assert shop.run("check", "--no-report")[0] == ExitCode.NO_DATA


def test_no_colour_and_no_progress_without_a_terminal_and_colour_when_forced(shop, monkeypatch):
    assert "\x1b" not in "".join(shop.run("check", "--no-report")[1:])
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in shop.run("check", "--no-report")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shop.run("check", "--no-report")[1]


def test_accessible_output_is_words_only(shop):
    _, out, _ = shop.run("check", "--no-report", "--accessible")
    assert not set(out) & set("─✓✗·")
    assert "PASS" in out


def test_hostile_names_do_not_reach_the_terminal_as_commands(shop):
    shop.write(
        "reports/junit.xml",
        '<testsuite><testcase classname="a&#x9b;31m" name="b&#10;c"><failure/></testcase></testsuite>',
    )
    _, out, _ = shop.run("check", "--no-report")
    assert "\x9b" not in out


def test_reading_on_two_cores_gives_the_same_as_on_one(shop, monkeypatch):
    from flightrules.cli import parallel

    for at in range(4):
        shop.junit(passed=50, failed=at, name=f"reports/r{at}.xml")
    shop.write("reports/cut.xml", "<testsuite><testcase")
    alone = shop.run("check", "--format", "json", "--no-report", *AS_OF)
    monkeypatch.setattr(parallel, "FORK_ABOVE", 0)
    assert shop.run("check", "--format", "json", "--no-report", *AS_OF) == alone


def test_an_unexpected_fault_is_70_and_no_verdict(shop, monkeypatch):
    monkeypatch.setattr("flightrules.cli.evaluation.evaluate_here", lambda *_: 1 / 0)
    code, out, err = shop.run("check")
    assert (code, out) == (ExitCode.INTERNAL, "")
    assert "E_INTERNAL" in err
    assert "Traceback" not in err


def test_the_console_script_runs(shop):
    ran = subprocess.run(
        [sys.executable, "-m", "flightrules.cli.main", "check", "--no-report"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "GO" in ran.stdout
