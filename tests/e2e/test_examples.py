"""The shipped examples as a stranger meets them: three verdicts, and what happens when somebody tampers."""

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from flightrules.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
AS_OF = (EXAMPLES / "AS_OF").read_text(encoding="utf-8").strip()
RELEASES = {"go": "4.2.0", "no-go": "4.3.0", "conditional-go": "4.3.1"}
EXPECTED = {"go": (0, "GO"), "no-go": (1, "NO-GO"), "conditional-go": (0, "CONDITIONAL GO")}
EVIDENCE = sorted(
    str(path.relative_to(EXAMPLES / "go"))
    for part in ("evidence", "baseline")
    for path in (EXAMPLES / "go" / part).rglob("*")
    if path.is_file()
)


class Ran(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def flightrules(folder, *arguments):
    """The command, inside this process: the console script itself is run by the demo."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Ran(int(code), *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))


def decided(folder, *arguments):
    """Exit code and the verdict's record."""
    ran = flightrules(folder, "check", "--no-report", "--format", "json", "--as-of", AS_OF, *arguments)
    return ran.returncode, json.loads(ran.stdout) if ran.stdout else ran.stderr


@pytest.fixture
def copy_of(tmp_path):
    """A copy of an example that a test may spoil."""

    def copied(name):
        (tmp_path / ".git").mkdir(exist_ok=True)
        written = shutil.ignore_patterns("report.*", ".report.*")  # by a demo that may run meanwhile
        return Path(shutil.copytree(EXAMPLES / name, tmp_path / name, ignore=written))

    return copied


def edited(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} should stand once in {path.name}"
    path.write_text(text.replace(before, after), encoding="utf-8")


def spoiled(path):
    """One bit in the middle of the file is another."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


# the three verdicts


@pytest.mark.parametrize("name", EXPECTED)
def test_each_example_gives_its_verdict(name):
    code, record = decided(EXAMPLES / name)
    assert (code, record["verdict"]) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_naming_the_build_changes_nothing_since_all_evidence_is_bound_to_it(name):
    code, record = decided(EXAMPLES / name, "--build", RELEASES[name])
    assert (code, record["verdict"]) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_examples_give_the_same_verdicts_for_years(name):
    ran = flightrules(EXAMPLES / name, "check", "--no-report", "--as-of", "2035-01-01T00:00:00Z")
    assert ran.returncode == EXPECTED[name][0], ran.stdout
    assert f"\n{EXPECTED[name][1]}  " in ran.stdout


def test_the_evidence_of_another_build_lets_nothing_through():
    code, record = decided(EXAMPLES / "go", "--build", "4.2.1")
    assert (code, record["verdict"]) == (3, "HOLD")


@pytest.mark.parametrize("gate", ["entry", "pr-check", "post-merge", "post-staging", "nightly-performance"])
def test_every_other_gate_of_the_good_release_passes_as_well(gate):
    code, record = decided(EXAMPLES / "go", "--gate", gate, "--build", "4.2.0")
    assert (code, record["verdict"]) == (0, "GO")


@pytest.mark.parametrize("name", EXPECTED)
def test_the_rulebooks_have_no_lint_errors(name):
    ran = flightrules(EXAMPLES / name, "lint")
    assert ran.returncode == 0, ran.stdout + ran.stderr


# what the NO-GO says


def test_the_no_go_names_what_blocks():
    _, record = decided(EXAMPLES / "no-go")
    said = "\n".join(str(blocker) for blocker in record["blockers"])
    for named in (
        "CHK-201",
        "CHK-204",
        "regression-pass",
        "overall-pass",
        "p1-open",
        "p2-open",
        "no-new-findings",
        "accessibility",
        "p95-api",
        "load-errors",
    ):
        assert named in said
    for passed in ("critical-pass", "coverage", "p3-open"):
        assert passed not in said


def test_the_no_go_gives_numbers():
    printed = flightrules(EXAMPLES / "no-go", "check", "--no-report", "--as-of", AS_OF).stdout
    assert "38 of 46 tests passed" in printed
    assert "test_bulk_discount_of_mugs[10-645]" in printed
    assert "the run had 10 users" in printed
    assert "1 new of 2 live" in printed


def test_why_follows_one_criterion_to_its_failing_tests():
    printed = flightrules(
        EXAMPLES / "no-go", "why", "regression-pass", "--no-report", "--as-of", AS_OF
    ).stdout
    assert "evidence/junit/regression.xml" in printed
    assert "82.6" in printed


# what the CONDITIONAL GO rests on


def test_the_conditional_go_shows_its_waiver_its_acceptance_and_its_quarantine():
    printed = flightrules(EXAMPLES / "conditional-go", "check", "--no-report", "--as-of", AS_OF).stdout
    for said in ("W-2026-014", "Mira Tan", "gift-card-admin stays off", "CHK-212", "Ada Novak"):
        assert said in printed
    assert "test_the_mail_is_in_the_outbox_at_once" in printed


def test_the_conditional_go_has_conditions_that_a_machine_can_check():
    _, record = decided(EXAMPLES / "conditional-go")
    kinds = [condition["kind"] for condition in record["conditions"]]
    assert sorted(kinds) == ["acceptance-valid", "control-in-place", "waiver-valid"]
    assert record["quarantined"] == [
        "tests.regression.test_gift_card_mail.test_the_mail_is_in_the_outbox_at_once"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("expires: 2099-01-01T00:00:00Z", "expires: 2026-11-21T00:00:00Z"),
        ("scope: 4.3.1", "scope: 4.4.0"),
        ("criterion: coverage", "criterion: p3-open"),
        ("role: qa_lead", "role: developer"),
        ("at: 2026-11-20T15:10:00Z", "at: 2027-11-20T15:10:00Z"),
    ],
)
def test_a_waiver_that_does_not_stand_turns_it_into_a_no_go(copy_of, before, after):
    folder = copy_of("conditional-go")
    edited(folder / ".flightrules" / "waivers.yml", before, after)
    code, record = decided(folder)
    assert (code, record["verdict"]) == (1, "NO-GO")
    assert "coverage" in str(record["blockers"])


@pytest.mark.parametrize("field", ["reason", "compensating_control", "scope", "expires", "criterion"])
def test_a_waiver_that_lacks_a_field_is_refused(copy_of, field):
    folder = copy_of("conditional-go")
    path = folder / ".flightrules" / "waivers.yml"
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.strip().startswith(f"{field}:")
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, said = decided(folder)
    assert code == 2
    assert "waivers.yml" in said


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("defect: CHK-212", "defect: CHK-999"),
        ("    scope: 4.3.1", "    scope: 4.3.0"),
        ("      - {name: Ada Novak, role: product_manager, at: 2026-11-20T14:00:00Z}\n", ""),
    ],
)
def test_a_defect_without_its_acceptance_turns_it_into_a_no_go(copy_of, before, after):
    folder = copy_of("conditional-go")
    edited(folder / ".flightrules" / "acceptances.yml", before, after)
    code, record = decided(folder)
    assert (code, record["verdict"]) == (1, "NO-GO")
    assert "CHK-212" in str(record["blockers"])


def test_a_test_that_left_the_quarantine_counts_again(copy_of):
    folder = copy_of("conditional-go")
    edited(folder / ".flightrules.yml", "expires: 2099-01-01T00:00:00Z", "expires: 2026-11-20T00:00:00Z")
    _, record = decided(folder)
    assert record["quarantined"] == []
    found = {result["id"]: result for result in record["criteria"]}
    assert "48 of 49" in json.dumps(found["regression-pass"])


# tampering


@pytest.mark.parametrize("path", EVIDENCE)
def test_one_changed_bit_of_evidence_and_the_release_no_longer_goes(copy_of, path):
    folder = copy_of("go")
    spoiled(folder / path)
    code, record = decided(folder, "--build", RELEASES["go"])
    assert code != 0, record


@pytest.mark.parametrize("path", EVIDENCE)
def test_evidence_that_is_gone_lets_nothing_through(copy_of, path):
    folder = copy_of("go")
    (folder / path).unlink()
    code, record = decided(folder)
    assert (code, record["verdict"]) == (3, "HOLD")


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    """The GO as a signed record, with its key."""
    there = tmp_path_factory.mktemp("signed")
    artefact = there / "checkout.zip"
    artefact.write_bytes(b"what is released")
    flightrules(there, "keygen", "--out", "qa.key")
    ran = flightrules(
        EXAMPLES / "go",
        *("check", "--no-report", "--build", "4.2.0", "--as-of", AS_OF, "--artefact", str(artefact)),
        *("--sign", str(there / "qa.key"), "--attest", str(there / "go.json")),
    )
    assert ran.returncode == 0, ran.stderr
    return there


def verified(signed, folder):
    beside = (
        "--rulebook",
        ".flightrules.yml",
        "--artefact",
        str(signed / "checkout.zip"),
        "--evidence",
        *EVIDENCE,
    )
    return flightrules(
        folder, "verify", str(signed / "go.json"), "--key", str(signed / "qa.key.pub"), *beside
    )


def test_the_signed_record_holds_for_what_it_was_made_of(signed):
    ran = verified(signed, EXAMPLES / "go")
    assert ran.returncode == 0, ran.stdout
    assert "Checkout 4.2.0 GO" in ran.stdout


@pytest.mark.parametrize("path", EVIDENCE)
def test_the_signed_record_does_not_hold_for_changed_evidence(signed, copy_of, path):
    folder = copy_of("go")
    spoiled(folder / path)
    ran = verified(signed, folder)
    assert ran.returncode == 1
    assert path in ran.stdout


def test_the_signed_record_does_not_hold_for_a_softer_rulebook(signed, copy_of):
    folder = copy_of("go")
    path = folder / ".flightrules.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("rate >= 97%", "rate >= 90%"), encoding="utf-8")
    assert verified(signed, folder).returncode == 1


# the house of the examples


@pytest.mark.parametrize(("name", "release"), RELEASES.items())
def test_the_three_rulebooks_are_one_agreement(name, release):
    agreement = (
        (EXAMPLES / "checkout" / "agreement.yml").read_text(encoding="utf-8").replace("{release}", release)
    )
    assert (EXAMPLES / name / ".flightrules.yml").read_text(encoding="utf-8").endswith(agreement)


def test_the_evidence_names_no_machine():
    hosts = {
        host
        for path in EXAMPLES.glob("*/evidence/junit/*.xml")
        for host in re.findall(r'hostname="([^"]*)"', path.read_text(encoding="utf-8"))
    }
    assert hosts == {"ci"}


def test_every_evidence_file_is_understood():
    files = sorted(
        str(path.relative_to(EXAMPLES)) for path in EXAMPLES.glob("*/evidence/**/*") if path.is_file()
    )
    ran = flightrules(EXAMPLES, "inspect", *files, "--format", "json")
    assert ran.returncode == 0, ran.stdout
    seen = {json.loads(line)["format"] for line in ran.stdout.splitlines()}
    expected = {"junit", "cobertura", "sarif", "axe", "jira-search", "locust-stats-csv", "locust-history-csv"}
    assert seen == expected


def test_the_demo_ends_well():
    ran = subprocess.run(
        [sys.executable, EXAMPLES / "demo.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
    assert re.search(r"no-go +NO-GO +exit 1 ", ran.stdout)
