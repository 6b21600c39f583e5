"""Evidence as it lies in folders: what the search must not overlook, count twice or compare with itself."""

import json
import os
import shutil
import subprocess

import pytest

from flightrules.cli import files
from flightrules.errors import ExitCode

NEW = """
flightrules: 1
product: Shop
criteria:
  zap: No NEW security findings measured by the ZAP scan
evidence:
  ZAP scan: {paths: ["**/zap*.json"], baseline: ["baseline/zap*.json"]}
"""
AS_OF = ("--as-of", "2026-11-21T12:00:00Z")


def sarif(*rules):
    results = [
        {
            "ruleId": rule,
            "level": "error",
            "message": {"text": rule},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": f"{rule}.py"}}}],
        }
        for rule in rules
    ]
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "z"}}, "results": results}]})


@pytest.fixture
def scanned(repository):
    """A rulebook whose patterns find the baseline too, as ``**/zap*.json`` does, and only the baseline."""
    repository.write(".flightrules.yml", NEW)
    repository.write("baseline/zap.json", sarif("x", "y"))
    return repository


def test_last_releases_report_is_not_this_releases_evidence(scanned):
    assert scanned.run("check", "--no-report")[0] == ExitCode.NO_DATA
    scanned.write("zap.json", sarif("x"))
    code, out, _ = scanned.run("check", "--no-report")
    assert code == 0, out
    scanned.write("zap.json", sarif("x", "new"))
    assert scanned.run("check", "--no-report")[0] == ExitCode.NO_GO


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_nor_is_it_under_another_name(scanned, link):
    link(os.path.abspath("baseline/zap.json"), "zap.json")
    assert scanned.run("check", "--no-report")[0] == ExitCode.NO_DATA
    named = scanned.run("check", "--no-report", "--evidence", "ZAP scan=baseline/zap.json")
    assert named[0] == ExitCode.NO_DATA


def test_a_named_file_that_is_missing_beside_others_may_hold_the_failure(shop):
    text = (shop.path / ".flightrules.yml").read_text()
    shop.write(".flightrules.yml", text.replace('["reports/*.xml"]', "[reports/junit.xml, reports/api.xml]"))
    code, out, _ = shop.run("check", "--no-report")
    assert code == ExitCode.NO_DATA
    assert "nothing lies at reports/api.xml" in out
    shop.junit(name="reports/api.xml", passed=4)
    code, out, _ = shop.run("check", "--no-report")
    assert code == ExitCode.GO
    assert "nothing lies at" not in out


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_that_cannot_be_read_is_named(shop):
    os.makedirs("reports/shard2")
    os.chmod("reports/shard2", 0)
    try:
        assert "not looked into (unreadable, or links): reports/shard2" in shop.run("check", "--no-report")[1]
    finally:
        os.chmod("reports/shard2", 0o700)


def test_a_linked_folder_is_named_because_it_is_not_followed(shop):
    os.makedirs("elsewhere")
    os.symlink("../elsewhere", "reports/shard2")
    shop.write(
        ".flightrules.yml", (shop.path / ".flightrules.yml").read_text().replace("/*.xml", "/**/*.xml")
    )
    warnings = json.loads(shop.run("check", "--no-report", "--format", "json")[1])["warnings"]
    assert warnings == ["folders that were not looked into (unreadable, or links): reports/shard2"]


def test_more_files_than_can_be_looked_at_is_a_refusal_and_not_a_gap(shop, monkeypatch):
    monkeypatch.setattr(files, "_ENTRY_LIMIT", 3)
    code, _, err = shop.run("check", "--no-report")
    assert code == ExitCode.USAGE
    assert "E_TOO_LARGE" in err


@pytest.mark.parametrize(
    ("stamp", "code"),
    [
        ("2026-11-21T18:00:00", ExitCode.GO),  # a machine east of Greenwich that writes no zone
        ("2026-11-22T18:00:00", ExitCode.NO_DATA),  # no zone is that far ahead
        ("2026-11-21T18:00:00+00:00", ExitCode.NO_DATA),
        ("2026-11-21T12:04:00Z", ExitCode.GO),  # clocks differ by minutes
    ],
)
def test_a_time_without_zone_is_not_taken_for_the_future(shop, stamp, code):
    case = '<testcase classname="s" name="a"/>'
    shop.write("reports/junit.xml", f'<testsuite name="s" timestamp="{stamp}">{case}</testsuite>')
    for name in ("reports/junit.xml", "jira.json"):
        os.utime(name, (0, 0))
    assert shop.run("check", "--no-report", *AS_OF)[0] == code


def test_evidence_of_another_build_of_the_same_name_is_stale(shop):
    shop.run("bind", "reports/junit.xml", "--build", "4.2.1", "--artefact", "sha256:" + "a" * 64)
    here = ("check", "--no-report", "--build", "4.2.1", "--artefact")
    assert shop.run(*here, "sha256:" + "a" * 64)[0] == ExitCode.GO
    code, out, _ = shop.run(*here, "sha256:" + "b" * 64)
    assert code == ExitCode.NO_DATA
    assert "is bound to the artefact sha256:aaaaaaaaaaaa" in out


def test_a_binding_that_says_otherwise_than_the_artefact_is_pointed_out(shop):
    stated = {"flightrules": "evidence/1", "tool": "t", "taken_at": "2026-11-20T10:00:00Z", "build": "4.2.0"}
    document = {**stated, "tests": [{"name": "a", "result": "passed"}]}
    shop.write("reports/junit.xml", json.dumps(document))
    text = (shop.path / ".flightrules.yml").read_text()
    shop.write(".flightrules.yml", text.replace("format: junit, ", ""))
    shop.run("bind", "reports/junit.xml", "--build", "4.2.1")
    record = json.loads(shop.run("check", "--no-report", "--format", "json")[1])
    bound = next(one for one in record["evidence"] if one["path"] == "reports/junit.xml")
    assert bound["build"] == "4.2.0"
    words = "W_BINDING_DIFFERS the artefact says build 4.2.0, its binding says 4.2.1; the artefact stands"
    assert words in bound["notices"]


def test_a_gate_that_alerts_waits_for_people(shop):
    text = (shop.path / ".flightrules.yml").read_text()
    shop.write(".flightrules.yml", text.replace("kind: exit", "kind: exit, on_failure: alert"))
    assert shop.run("check", "--no-report")[0] == ExitCode.GO
    shop.junit(passed=1, failed=9)
    assert shop.run("check", "--no-report")[0] == ExitCode.WAITING
    os.remove("jira.json")
    assert shop.run("check", "--no-report")[0] == ExitCode.NO_DATA


def test_head_as_its_own_base_compares_nothing(repository):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    (repository.path / ".git").rmdir()
    rules = "criteria:\n  new: New code statement coverage >= 80% measured by coverage\n"
    source = "evidence:\n  coverage: {paths: [lcov.info], compare_with: HEAD}\n"
    repository.write(".flightrules.yml", "flightrules: 1\nproduct: Shop\n" + rules + source)
    repository.write("lcov.info", "SF:a.py\nDA:1,1\nend_of_record\n")
    who = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True)
    code, out, _ = repository.run("check", "--no-report")
    assert code == ExitCode.NO_DATA
    assert "nothing differs from the base" in " ".join(out.split())


def test_files_named_on_the_command_line_do_not_hide_that_the_agreed_ones_were_passed_over(shop):
    shop.junit(passed=1, failed=9)
    shop.junit(name="other/good.xml")
    code, out, _ = shop.run("check", "--no-report", "--evidence", "CI run=other/good.xml")
    assert code == ExitCode.GO
    said = "Note: CI run: files named on the command line, not those at reports/*.xml"
    assert said in " ".join(out.split())


def test_a_pipeline_can_ask_a_record_for_more_than_to_be_whole(shop):
    shop.write("a.zip", "zip")
    shop.run("keygen", "--out", "key")
    signing = ("check", "--no-report", "--sign", "key", "--attest", "record.json", "--artefact", "a.zip")
    verifying = ("verify", "record.json", "--key", "key.pub")
    assert shop.run(*signing)[0] == ExitCode.GO
    assert shop.run(*verifying, "--require-go")[0] == ExitCode.GO
    shop.junit(passed=1, failed=9)
    assert shop.run(*signing)[0] == ExitCode.NO_GO
    assert shop.run(*verifying)[0] == ExitCode.GO
    assert shop.run(*verifying, "--require-go")[0] == ExitCode.NO_GO
    shop.junit()
    text = (shop.path / ".flightrules.yml").read_text()
    shop.write(".flightrules.yml", text.replace("flightrules: 1", "flightrules: 1\nmode: advise"))
    shop.run(*signing)
    code, out, _ = shop.run(*verifying, "--require-go")
    assert code == ExitCode.NO_GO
    assert "GO (advice only)" in out


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_a_rulebook_that_is_no_file_is_refused_with_what_to_do(repository, make):
    make(".flightrules.yml")
    code, _, err = repository.run("check", "--no-report")
    assert code == ExitCode.USAGE
    assert "put the rulebook there as a plain file" in err


def test_binding_an_old_report_does_not_make_it_a_new_one(shop):
    text = (shop.path / ".flightrules.yml").read_text()
    shop.write(".flightrules.yml", text.replace("format: junit, ", "format: junit, max_age: 24h, "))
    os.utime("reports/junit.xml", (1795255200 - 90 * 86400,) * 2)
    os.utime("jira.json", (1795255200,) * 2)
    shop.run("bind", "reports/junit.xml", "--build", "4.2.1")
    code, out, _ = shop.run("check", "--no-report", *AS_OF)
    assert code == ExitCode.NO_DATA
    assert "may be 1 d old, so it is stale since" in " ".join(out.split())
    shop.run("bind", "reports/junit.xml", "--taken-at", "2026-11-21T11:00:00Z")
    assert shop.run("check", "--no-report", *AS_OF)[0] == ExitCode.GO


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-21T11:00:00"])
def test_binding_to_an_unreadable_moment_is_refused(shop, moment):
    code, _, err = shop.run("bind", "reports/junit.xml", "--taken-at", moment)
    assert code == ExitCode.USAGE
    assert "E_TIME" in err


def test_blockers_in_the_evidence_that_no_criterion_counts_are_pointed_out(shop):
    shop.jira("Highest", "Low")
    text = (shop.path / ".flightrules.yml").read_text()
    text = text.replace("  p1: P1 defects open = 0 measured by the tracker\n", "").replace(
        "[rate, p1]", "[rate]"
    )
    shop.write(".flightrules.yml", text)
    code, out, _ = shop.run("check", "--no-report")
    assert code == ExitCode.GO
    assert "Note: jira.json lists 1 open P1, and no criterion counts them" in out


@pytest.mark.parametrize(("stated", "code"), [("", ExitCode.GO), ("some day", ExitCode.NO_DATA)])
def test_the_files_own_time_does_not_stand_in_for_one_that_cannot_be_read(shop, stated, code):
    text = (shop.path / ".flightrules.yml").read_text()
    shop.write(".flightrules.yml", text.replace('["reports/*.xml"]', "[reports/junit.xml], max_age: 1h"))
    written = (shop.path / "reports/junit.xml").read_text()
    shop.write("reports/junit.xml", written.replace("<testsuite>", f'<testsuite timestamp="{stated}">'))
    assert shop.run("check", "--no-report")[0] == code
