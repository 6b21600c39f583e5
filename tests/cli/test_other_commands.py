"""The verbs beside check."""

import json
import os
import sys

import pytest

from flightrules.cli.main import COMMANDS
from flightrules.errors import ExitCode

WAIVERS = """
waivers:
  - id: W-7
    criterion: rate
    reason: supplier sandbox down
    compensating_control: checked by hand
    expires: 2099-01-01T00:00:00Z
    scope: "4.*"
    approved_by:
      - {name: Ines, role: qa_lead, at: 2026-01-01T00:00:00Z}
"""


def test_help_version_and_a_misspelt_command(repository):
    assert all(name in repository.run("--help")[1] for name in COMMANDS)
    assert repository.run("--version")[1].startswith("flightrules ")
    code, _, err = repository.run("chekc")
    assert code == ExitCode.USAGE
    assert "flightrules check" in err
    assert repository.run()[0] == ExitCode.USAGE


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_file_name_commands_neither_the_terminal_nor_the_build_host(repository, form):
    named = repository.write("##vso[task.prependpath]\x1b[31m\n::error::x.json", "{}")
    code, out, err = repository.run("inspect", named, "--format", form)
    assert code == ExitCode.USAGE
    assert not [part for part in ("\x1b", "\n::", "##vso[") if part in out + err]
    if form == "json":
        assert json.loads(out)["file"] == str(named)


def test_inspect_gives_one_object_for_each_file(repository):
    good = repository.junit(passed=2, failed=1)
    bad = repository.write("bad.xml", "<testsuite>")
    code, out, _ = repository.run("inspect", good, bad, "--format", "json")
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == ExitCode.USAGE
    numbers = {one["metric"]: one["value"] for one in first["measurements"]}
    assert (numbers["tests.total"], numbers["tests.passed"], numbers["tests.failed"]) == (3, 2, 1)
    assert (first["format"], first["error"], len(first["sha256"])) == ("junit", None, 64)
    assert set(second["error"]) == {"code", "message", "line", "column", "hint"}
    assert second["measurements"] == []
    assert repository.run("inspect", good)[0] == 0


def test_lint_finds_what_is_vague_and_proposes_better(repository):
    repository.write("r.yml", "flightrules: 1\nproduct: Shop\ncriteria:\n  a: All tests pass\n")
    code, out, _ = repository.run("lint", "r.yml")
    assert code == ExitCode.USAGE
    assert "r.yml:4:" in out
    assert ">= 97%" in out
    _, out, _ = repository.run("lint", "r.yml", "--format", "github")
    assert out.startswith("::error file=r.yml,line=4")


def test_init_writes_what_it_finds_and_never_overwrites(repository):
    repository.junit()
    repository.jira("P1")
    code, out, _ = repository.run("init")
    assert code == 0
    assert "junit" in out
    assert repository.run("lint")[0] == 0
    assert repository.run("check", "--no-report")[0] == 0
    before = (repository.path / ".flightrules.yml").read_bytes()
    code, _, err = repository.run("init")
    assert (code, "E_EXISTS" in err) == (ExitCode.USAGE, True)
    assert (repository.path / ".flightrules.yml").read_bytes() == before


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("rate", "Pass rate >= 90%"),
        ("tests.pass_rate", "100 x passed"),
        ("metrics", "load.percentile"),
        ("E_EMPTY", "no content"),
        ("codes", "E_EMPTY"),
        ("NO DATA", "neither a pass nor a failure"),
        (">=", "at least"),
        ("exit 3", "stale"),
        ("junit", "JUnit"),
    ],
)
def test_explain_knows_every_kind_of_topic(shop, topic, said):
    code, out, _ = shop.run("explain", *topic.split())
    assert code == 0
    assert said in out


def test_explain_of_nothing_known_helps(shop):
    assert shop.run("explain", "E_EMTPY")[0] == ExitCode.USAGE
    assert "E_EMPTY" in shop.run("explain", "E_EMTPY")[2]
    assert shop.run("explain", "nothing-such")[0] == ExitCode.USAGE
    assert "flightrules explain TOPIC" in shop.run("explain")[1]


def test_why_shows_sentence_evidence_formula_and_numbers(shop):
    code, out, _ = shop.run("why", "rate", "--no-report")
    assert code == 0
    assert all(word in out for word in ("agreed", "reports/junit.xml", "formula", "10 of 10", "interval"))
    assert shop.run("why", "rat", "--no-report")[0] == ExitCode.USAGE


def test_show_formats_schema_and_completion_print(shop):
    assert "rate [waivable] Pass rate >= 90%" in shop.run("show")[1]
    assert json.loads(shop.run("show", "--format", "json")[1])
    assert "junit" in shop.run("formats")[1]
    assert json.loads(shop.run("schema")[1])["$schema"].startswith("http://json-schema.org/draft-07")
    for shell in ("bash", "zsh", "fish"):
        assert "flightrules" in shop.run("completion", shell)[1]


def test_a_verdict_is_signed_and_verified_offline(shop):
    assert shop.run("keygen", "--out", "me.key")[0] == 0
    assert os.stat("me.key").st_mode & 0o077 == 0
    assert shop.run("keygen", "--out", "me.key")[0] == ExitCode.USAGE
    shop.write("app.whl", "the artefact")
    assert (
        shop.run(
            "check", "--no-report", "--artefact", "app.whl", "--sign", "me.key", "--attest", "record.jsonl"
        )[0]
        == 0
    )
    held = (
        "--rulebook",
        ".flightrules.yml",
        "--artefact",
        "app.whl",
        "--evidence",
        "reports/junit.xml",
        "jira.json",
    )
    code, out, _ = shop.run("verify", "record.jsonl", "--key", "me.key.pub", *held)
    assert code == 0, out
    assert "verified: Shop GO" in out
    assert json.loads(shop.run("verify", "record.jsonl", "--key", "me.key.pub", "--format", "json")[1])["ok"]


@pytest.mark.parametrize(
    "changed", ["app.whl", "reports/junit.xml", "jira.json", ".flightrules.yml", "record.jsonl", "other key"]
)
def test_any_change_fails_the_verification_and_names_the_step(shop, changed):
    shop.run("keygen", "--out", "me.key")
    shop.write("app.whl", "the artefact")
    shop.run("check", "--no-report", "--artefact", "app.whl", "--sign", "me.key", "--attest", "record.jsonl")
    if changed == "other key":
        shop.run("keygen", "--out", "other")
        os.replace("other.pub", "me.key.pub")
    elif changed == ".flightrules.yml":
        path = shop.path / changed
        path.write_text(path.read_text().replace("90%", "91%"))
    else:
        data = bytearray((shop.path / changed).read_bytes())
        data[len(data) // 2] ^= 1
        (shop.path / changed).write_bytes(data)
    held = (
        "--rulebook",
        ".flightrules.yml",
        "--artefact",
        "app.whl",
        "--evidence",
        "reports/junit.xml",
        "jira.json",
    )
    code, out, _ = shop.run("verify", "record.jsonl", "--key", "me.key.pub", *held)
    assert code == ExitCode.NO_GO
    assert "FAIL" in out


def test_a_clearance_that_cannot_be_read_fails_its_first_step(shop):
    shop.run("keygen", "--out", "me.key")
    shop.write("clearance.json", '{"payload": "e30", "payloadType": ')
    code, out, _ = shop.run("verify", "clearance.json", "--key", "me.key.pub", "--environment", "prod")
    assert code == ExitCode.NO_GO
    assert " 1. FAIL Envelope" in out


def test_comments_and_layout_do_not_change_what_was_agreed(shop):
    first = shop.run("show")[1].splitlines()[1]
    path = shop.path / ".flightrules.yml"
    path.write_text("# agreed\n" + path.read_text().replace("product: Shop", "product:   'Shop'  # us"))
    assert shop.run("show")[1].splitlines()[1] == first


def test_a_waiver_that_must_be_signed_stands_only_with_its_approvers_signature(shop):
    shop.junit(passed=8, failed=2)
    shop.write(".flightrules/waivers.yml", WAIVERS)
    check = ("check", "--no-report", "--release", "4.2")
    assert shop.run(*check)[0] == 0  # claimed by a file, and said so
    assert "claimed by" in shop.run(*check)[1]
    path = shop.path / ".flightrules.yml"
    path.write_text(path.read_text() + "waivers:\n  require_signature: yes\n  keys: {Ines: ines.key.pub}\n")
    shop.run("keygen", "--out", "ines.key")
    code, out, _ = shop.run(*check)
    assert (code, "not signed" in out) == (ExitCode.NO_GO, True)
    shop.run("keygen", "--out", "other.key")
    shop.run("sign", ".flightrules/waivers.yml", "--key", "other.key")
    assert shop.run(*check)[0] == ExitCode.NO_GO
    assert shop.run("sign", ".flightrules/waivers.yml", "--key", "ines.key")[0] == 0
    assert shop.run(*check)[0] == 0
    shop.write(".flightrules/waivers.yml", WAIVERS.replace("2099", "2098"))
    assert shop.run(*check)[0] == ExitCode.NO_GO


def test_the_library_has_a_door():
    import flightrules

    assert all(getattr(flightrules, name) is not None for name in flightrules.__all__)
    with pytest.raises(AttributeError):
        _ = flightrules.nothing


def test_completion_without_its_extra_says_what_to_install(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    code, _, err = shop.run("completion", "bash")
    assert code == ExitCode.USAGE
    assert "error E_EXTRA" in err
    assert "flightrules[completion]" in err


def test_a_page_of_a_longer_answer_is_refused_and_its_records_are_counted_all_the_same(repository):
    issues = [{"key": f"S-{at}", "fields": {"summary": "x", "issuetype": {"name": "Bug"}}} for at in range(3)]
    page = {"startAt": 0, "maxResults": 3, "total": 9, "issues": issues}
    repository.write("page.json", json.dumps(page))
    code, out, _ = repository.run("inspect", "page.json", "--format", "json")
    seen = json.loads(out)
    assert code != 0
    assert seen["error"]["code"] == "E_PARTIAL"
    assert [(one["metric"], one["value"]) for one in seen["measurements"]] == [("defects.listed", 3)]
