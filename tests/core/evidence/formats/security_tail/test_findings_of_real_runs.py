"""What scanners really write when they look at nothing, at clean code, or at code they cannot parse."""

import json

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source

VIOLATION = {"code": "F401", "filename": "a.py", "location": {"row": 1, "column": 1}, "message": "unused"}
PMD = {
    "pmdVersion": "7.1.0", "timestamp": "2024-05-01T10:00:00Z",
    "files": [{"filename": "A.java", "violations": [
        {"beginline": 3, "description": "Unused", "rule": "UnusedPrivateField", "priority": 3},
        {"beginline": 9, "description": "Empty", "rule": "EmptyCatchBlock", "priority": 1}]}],
    "suppressedViolations": [{"filename": "A.java", "msg": "Long", "suppressiontype": "annotation"}],
    "processingErrors": [], "configurationErrors": [],
}  # fmt: skip
PHPMD = {
    "version": "2.15.0", "package": "phpmd", "timestamp": "2024-05-01T10:00:00+00:00",
    "files": [{"file": "a.php", "violations": [{"beginLine": 2, "description": "Unused", "rule": "UnusedLocal", "priority": 3}]}],
}  # fmt: skip
LOG = {"level": "info-0", "logger": "trufflehog", "msg": "finished scanning", "chunks": 12}
BANDIT_UNREAD = {
    "errors": [{"filename": "a.py", "reason": "syntax error"}], "results": [],
    "metrics": {"_totals": {"loc": 2}, "a.py": {"loc": 2}},
}  # fmt: skip
BANDIT_LINES = {"_totals": {"loc": 9}, "a.py": {"loc": 5}, "b.py": {"loc": 4}}


def bandit_sarif(metrics, *unread, results=(), bag="toolConfigurationNotifications"):
    notes = [
        {"level": "error", "message": {"text": "syntax error"},
         "locations": [{"physicalLocation": {"artifactLocation": {"uri": path}}}]} for path in unread
    ]  # fmt: skip
    run = {
        "tool": {"driver": {"name": "Bandit", "version": "1.9.4"}},
        "invocations": [{"executionSuccessful": True} | ({bag: notes} if notes else {})],
        "properties": {"metrics": metrics},
        "results": list(results),
    }
    return {"version": "2.1.0", "runs": [run]}


def sarif_of_a_broken_configuration(rules=()):
    note = {"level": "error", "message": {"text": "invalid configuration"}}
    run = {
        "tool": {"driver": {"name": "Scanner", "rules": list(rules)}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": [note]}],
        "results": [],
    }
    return {"version": "2.1.0", "runs": [run]}


COUNTED = {
    "Ruff's JSON Lines": ("\n".join(json.dumps(VIOLATION) for _ in range(2)) + "\n", {"total": 2, "unknown": 2}),
    "one line of Ruff's": (json.dumps(VIOLATION), {"total": 1, "unknown": 1}),
    "PMD's JSON": (PMD, {"total": 2, "critical": 1, "medium": 1, "suppressed": 1}),
    "PHPMD's JSON": (PHPMD, {"total": 1, "medium": 1}),
    "PHPMD over clean code": ({**PHPMD, "files": []}, {"total": 0}),
    "ESLint with metadata": (
        {"results": [{"filePath": "a.js", "messages": [{"ruleId": "eqeqeq", "severity": 2, "message": "m"}]}], "metadata": {}},
        {"total": 1, "high": 1}),
    "flake8 over clean files": ({"src/a.py": [], "src/b.pyi": []}, {"total": 0}),
    "Cppcheck over a clean file": ('<results version="2"><cppcheck version="2.9"/><errors/></results>', {"total": 0}),
    "TruffleHog over a clean repository": (json.dumps({**LOG, "msg": "running source"}) + "\n" + json.dumps(LOG), {"total": 0}),
    "Bandit's SARIF over clean code": (bandit_sarif(BANDIT_LINES), {"total": 0}),
    "Bandit's SARIF with one file of two unread": (bandit_sarif(BANDIT_LINES, "a.py"), {"total": 0}),
    "rules were run beside an error of the tool": (sarif_of_a_broken_configuration([{"id": "R1"}]), {"total": 0}),
}  # fmt: skip


@pytest.mark.parametrize("story", COUNTED)
def test_counted(outcome, story):
    body, expected = COUNTED[story]
    assert outcome(body)[1] == expected


REFUSED = {
    "Bandit's SARIF over no file": (bandit_sarif({"_totals": {"loc": 0}}), "E_NO_RUNS"),
    "Bandit's SARIF over a path that is not there": (bandit_sarif({"_totals": {"loc": 0}}, "gone"), "E_SCAN_FAILED"),
    "Bandit's SARIF with every file unread": (bandit_sarif(BANDIT_LINES, "a.py", "b.py"), "E_SCAN_FAILED"),
    "Bandit's JSON with every file unread": (BANDIT_UNREAD, "E_SCAN_FAILED"),
    "a configuration that is broken, in SARIF": (sarif_of_a_broken_configuration(), "E_SCAN_FAILED"),
    "PMD that broke on every file": ({**PMD, "files": [], "suppressedViolations": [], "processingErrors": [{"filename": "A.java"}]}, "E_SCAN_FAILED"),
    "PMD that says neither when nor by what": ({"pmdVersion": "", "files": []}, "E_NO_RUNS"),
    "TruffleHog that scanned nothing": (json.dumps({**LOG, "chunks": 0}), "E_NO_RUNS"),
    "an object of empty lists under names that are no Python files": ({"a": [], "b": []}, "E_UNRECOGNISED"),
    "Cppcheck's document without its version": ('<results version="2"><cppcheck/><errors/></results>', "E_NO_RUNS"),
}  # fmt: skip


@pytest.mark.parametrize("story", REFUSED)
def test_refused(outcome, story):
    body, code = REFUSED[story]
    assert outcome(body) == code


@pytest.mark.parametrize(
    "story", ["Bandit's SARIF with one file of two unread", "rules were run beside an error of the tool"]
)
def test_what_the_tool_could_not_do_is_told(reading, story):
    assert "W_NOT_TESTED" in {one.code for one in reading(COUNTED[story][0]).notices}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("pmd-json", PMD),
        ("pmd-json", PHPMD),
        ("ruff-json", json.dumps(VIOLATION) + "\n" + json.dumps(VIOLATION)),
        ("sarif", bandit_sarif(BANDIT_LINES, "a.py")),
        ("bandit", BANDIT_UNREAD),
        ("trufflehog", LOG),
    ],
)
def test_nothing_but_a_refusal_comes_out_of_a_damaged_report(survives, name, body):
    assert survives(name, body) > 0


@pytest.mark.parametrize(
    ("declared", "hint"),
    [
        ("ruff-json", "sarif"), ("gitleaks-json", "sarif"), ("pylint-json", "json2"), ("hadolint-json", "checkstyle"),
        ("codeclimate-json", "SARIF"), ("lint-array", "SARIF"), ("nuclei", "-matcher-status"), ("trufflehog", "2>&1"),
        (None, "SARIF"),
    ],
)  # fmt: skip
def test_an_empty_list_is_refused_with_the_output_that_would_do(declared, hint):
    with pytest.raises(EvidenceError) as caught:
        registry.read(Source.of(b"[]\n"), expected=declared)
    assert caught.value.code in ("E_NO_RUNS", "E_UNRECOGNISED")
    assert hint in (caught.value.hint or "")


def test_a_checkstyle_document_without_files_names_the_way_out():
    with pytest.raises(EvidenceError) as caught:
        registry.read(Source.of(b'<checkstyle version="8.0"></checkstyle>'))
    assert (caught.value.code, "SARIF" in (caught.value.hint or "")) == ("E_NO_RUNS", True)


def bandit(code, line, where):
    found = {
        "test_id": "B602",
        "issue_severity": "HIGH",
        "filename": "a.py",
        "line_number": line,
        "issue_text": "shell",
    }
    return {
        "errors": [],
        "metrics": {"_totals": {"loc": 5}, "a.py": {"loc": 5}},
        "results": [found | {"code": code, "line_range": where}],
    }


def test_a_finding_of_bandit_stays_the_same_when_its_neighbours_change(reading):
    before = reading(bandit("4 def run(c):\n5     call(c, shell=True)\n", 5, [5])).records
    beside = reading(bandit("8 def run(c):\n9     call(c, shell=True)\n10     log(c)\n", 9, [9])).records
    other = reading(bandit("4 def run(c):\n5     call(d, shell=True)\n", 5, [5])).records
    assert not beside.new_against(before).live
    assert len(other.new_against(before).live) == 1


def test_a_bandit_finding_without_numbered_lines_is_told_by_what_is_there(reading):
    plain = reading(bandit("call(c, shell=True)\n", 5, None)).records
    assert len(plain.live) == 1
