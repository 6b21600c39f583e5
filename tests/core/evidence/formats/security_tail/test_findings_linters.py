"""Linters and code scanners: what counts as a finding, and which reports show that something was read."""

import json

import pytest

from flightrules.evidence.measurement import Notice

ESLINT = [
    {"filePath": "/a.js", "errorCount": 1, "warningCount": 1, "messages": [
        {"ruleId": "no-eval", "severity": 2, "message": "No eval.", "line": 3},
        {"ruleId": "semi", "severity": 1, "message": "Missing ;", "line": 4}],
     "suppressedMessages": [{"ruleId": "no-eval", "severity": 2, "message": "No eval.", "line": 9, "suppressions": []}]},
    {"filePath": "/b.js", "errorCount": 0, "warningCount": 0, "messages": []},
]  # fmt: skip
STYLELINT = [
    {"source": "a.css", "deprecations": [], "parseErrors": [], "errored": True, "warnings": [
        {"line": 1, "rule": "no-x", "severity": "error", "text": "X"}]},
    {"source": "b.css", "warnings": [], "ignored": True},
]  # fmt: skip
GOLANGCI = {
    "Issues": [{"FromLinter": "vet", "Text": "bad", "Severity": "error", "Pos": {"Filename": "a.go", "Line": 3}},
               {"FromLinter": "lll", "Text": "long", "Severity": "", "Pos": {"Filename": "a.go", "Line": 4}}],
    "Report": {"Linters": [{"Name": "vet", "Enabled": True}]},
}  # fmt: skip
GOSEC = {
    "Golang errors": {}, "Stats": {"files": 3, "lines": 9, "nosec": 1, "found": 1}, "GosecVersion": "2.20.0",
    "Issues": [{"severity": "HIGH", "rule_id": "G101", "details": "secret", "file": "a.go", "line": "3", "code": "x"},
               {"severity": "LOW", "rule_id": "G104", "details": "err", "file": "b.go", "line": "4", "nosec": True}],
}  # fmt: skip
BRAKEMAN = {
    "scan_info": {"checks_performed": ["SQL"], "security_warnings": 1, "brakeman_version": "6.1",
                  "end_time": "2020-04-11 20:16:27 -0700"},
    "warnings": [{"warning_type": "SQL Injection", "message": "m", "file": "a.rb", "line": 1, "confidence": "High",
                  "fingerprint": "f"}],
    "ignored_warnings": [{"warning_type": "XSS", "message": "m", "file": "a.rb", "confidence": "Weak"}], "errors": [],
}  # fmt: skip
PYLINT = [
    {"type": "error", "module": "a", "obj": "", "line": 1, "path": "a.py", "symbol": "undefined", "message": "U", "message-id": "E0602"},
    {"type": "convention", "module": "a", "obj": "f", "line": 2, "path": "a.py", "symbol": "name", "message": "N", "message-id": "C0103"},
]  # fmt: skip
PYLINT2 = {
    "messages": [{"type": "fatal", "symbol": "astroid-error", "messageId": "F0002", "message": "M", "path": "a.py", "line": 1}],
    "statistics": {"messageTypeCount": {"fatal": 1}, "modulesLinted": 4, "score": 9.1},
}  # fmt: skip
RUFF = [
    {
        "code": "E501",
        "filename": "/a.py",
        "message": "long",
        "location": {"row": 1, "column": 2},
        "noqa_row": 1,
    },
    {"code": None, "filename": "/b.py", "message": "SyntaxError: x", "location": {"row": 1, "column": 2}},
]
FLAKE8 = {
    "./a.py": [
        {
            "code": "E501",
            "filename": "./a.py",
            "line_number": 1,
            "column_number": 80,
            "text": "long",
            "physical_line": "x",
        }
    ],
    "./b.py": [],
}
MYPY = "\n".join(
    json.dumps(
        {"file": "a.py", "line": 1, "column": 0, "message": word, "hint": None, "code": "x", "severity": word}
    )
    for word in ("error", "note")
)
RUBOCOP = {
    "metadata": {"rubocop_version": "1.60"}, "summary": {"offense_count": 2, "target_file_count": 1, "inspected_file_count": 1},
    "files": [{"path": "a.rb", "offenses": [
        {"severity": "warning", "cop_name": "Lint/X", "message": "m", "corrected": False, "location": {"start_line": 2}},
        {"severity": "convention", "cop_name": "Style/Y", "message": "m", "corrected": True, "location": {"line": 2}}]}],
}  # fmt: skip
PHPSTAN = {
    "totals": {"errors": 0, "file_errors": 1}, "errors": [],
    "files": {"a.php": {"errors": 1, "messages": [{"message": "Bad", "line": 3, "ignorable": True, "identifier": "x.y"}]}},
}  # fmt: skip
PHPCS = {
    "totals": {"errors": 1, "warnings": 1, "fixable": 0},
    "files": {"a.php": {"errors": 1, "warnings": 1, "messages": [
        {"message": "m", "source": "S.A", "severity": 5, "type": "ERROR", "line": 1},
        {"message": "n", "source": "S.B", "severity": 5, "type": "WARNING", "line": 2}]}},
}  # fmt: skip
HADOLINT = [
    {"code": "DL3008", "column": 1, "file": "Dockerfile", "level": "warning", "line": 9, "message": "Pin"}
]
SHELLCHECK = {"comments": [
    {"file": "a.sh", "line": 1, "endLine": 1, "column": 1, "endColumn": 2, "level": "style", "code": 2006, "message": "Use $(...)"}
]}  # fmt: skip
CODECLIMATE = [
    {"type": "issue", "check_name": "complexity", "description": "Too complex", "fingerprint": "f", "severity": "major",
     "location": {"path": "a.py", "lines": {"begin": 3}}},
    {"description": "d", "check_name": "x", "fingerprint": "g", "severity": "info", "location": {"path": "b", "positions": {"begin": {"line": 4}}}},
]  # fmt: skip
SPOTBUGS = (
    '<BugCollection version="4.8.3" timestamp="1"><Project/>'
    '<BugInstance type="NP_NULL" priority="1" category="C" instanceHash="h"><LongMessage>Null</LongMessage>'
    '<Class classname="a.B"/><Method classname="a.B" name="m" signature="()V"/><SourceLine start="4"/></BugInstance>'
    '<BugInstance type="DM" priority="3"><Class classname="a.B"/></BugInstance>'
    '<Errors errors="0" missingClasses="0"/><FindBugsSummary total_classes="3" total_bugs="2"/></BugCollection>'
)
CHECKSTYLE = (
    '<?xml version="1.0"?><checkstyle version="10.1"><file name="A.java">'
    '<error line="1" column="2" severity="error" message="m" source="x.Y"/>'
    '<error line="2" severity="warning" message="n" source="x.Z"/>'
    '<error line="3" severity="ignore" message="n" source="x.Z"/></file><file name="B.java"/></checkstyle>'
)
PMD = (
    '<pmd xmlns="http://pmd.sourceforge.net/report/2.0.0" version="7.0" timestamp="2024-01-02T03:04:05.678"><file name="A.java">'
    '<violation beginline="1" rule="UnusedX" ruleset="s" priority="3">Unused</violation></file>'
    '<suppressedviolation filename="A.java" suppressiontype="nopmd" msg="m" usermsg=""/></pmd>'
)
SAMPLES = [
    ("eslint-json", ESLINT, {"total": 2, "high": 1, "medium": 1, "suppressed": 1}),
    ("stylelint-json", STYLELINT, {"total": 1, "high": 1}),
    ("golangci-lint-json", GOLANGCI, {"total": 2, "high": 1, "unknown": 1}),
    ("gosec", GOSEC, {"total": 1, "high": 1, "suppressed": 1}),
    ("brakeman", BRAKEMAN, {"total": 1, "high": 1, "suppressed": 1}),
    ("pylint-json", PYLINT, {"total": 2, "high": 1, "info": 1}),
    ("pylint-json", PYLINT2, {"total": 1, "critical": 1}),
    ("ruff-json", RUFF, {"total": 2, "high": 1, "unknown": 1}),
    ("flake8-json", FLAKE8, {"total": 1, "unknown": 1}),
    ("mypy-json", MYPY, {"total": 1, "high": 1}),
    ("rubocop-json", RUBOCOP, {"total": 1, "medium": 1}),
    ("phpstan-json", PHPSTAN, {"total": 1, "high": 1}),
    ("phpcs-json", PHPCS, {"total": 2, "high": 1, "medium": 1}),
    ("hadolint-json", HADOLINT, {"total": 1, "medium": 1}),
    ("hadolint-json", SHELLCHECK, {"total": 1, "info": 1}),
    ("codeclimate-json", CODECLIMATE, {"total": 2, "high": 1, "info": 1}),
    ("spotbugs-xml", SPOTBUGS, {"total": 2, "high": 1, "low": 1}),
    ("checkstyle-xml", CHECKSTYLE, {"total": 2, "high": 1, "medium": 1, "suppressed": 1}),
    ("pmd-xml", PMD, {"total": 1, "medium": 1, "suppressed": 1}),
]


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_each_linter_is_recognised_and_counted(outcome, name, body, counts):
    assert outcome(body) == (name, counts)


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_nothing_but_a_refusal_comes_out_of_a_damaged_report(survives, name, body, counts):
    assert survives(name, body) > 0


CLEAN = {
    "files without messages": (ESLINT[1:], "eslint-json"),
    "style sheets without warnings": ([{"source": "a.css", "warnings": []}], "stylelint-json"),
    "linters that found nothing": ({**GOLANGCI, "Issues": None}, "golangci-lint-json"),
    "Go files without issues": ({"Issues": [], "Stats": {"files": 3, "found": 0}}, "gosec"),
    "checks without warnings": (
        {"scan_info": {"checks_performed": ["SQL"]}, "warnings": [], "errors": []}, "brakeman"),
    "modules without messages": ({"messages": [], "statistics": {"modulesLinted": 2}}, "pylint-json"),
    "PHP's empty array for no files with errors": (
        {"totals": {"errors": 0, "file_errors": 0}, "files": [], "errors": []}, "phpstan-json"),
    "Ruby files without offenses": (
        {"files": [{"path": "a", "offenses": []}], "summary": {"offense_count": 0, "inspected_file_count": 1}}, "rubocop-json"),
    "PHP files without messages": (
        {"totals": {"errors": 0, "warnings": 0}, "files": {"a.php": {"messages": []}}}, "phpcs-json"),
    "classes without bugs": ('<BugCollection><FindBugsSummary total_classes="3" total_bugs="0"/></BugCollection>', "spotbugs-xml"),
    "Java files without errors": ('<checkstyle version="1"><file name="a"/></checkstyle>', "checkstyle-xml"),
    "a PMD run with version and time": ('<pmd version="7" timestamp="2024-01-02T03:04:05"/>', "pmd-xml"),
}  # fmt: skip


@pytest.mark.parametrize("story", CLEAN)
def test_a_run_that_found_nothing_is_evidence(outcome, story):
    body, name = CLEAN[story]
    assert outcome(body) == (name, {"total": 0})


REFUSED = {
    "a bare empty list": ([], "E_UNRECOGNISED"),
    "only ignored style sheets": ([{"source": "a.css", "warnings": [], "ignored": True}], "E_NO_RUNS"),
    "no linter enabled": ({"Issues": [], "Report": {"Linters": [{"Name": "x"}]}}, "E_NO_RUNS"),
    "golangci-lint's own error": ({"Issues": None, "Report": {"Error": "no go files to analyze"}}, "E_SCAN_FAILED"),
    "gosec that looked at no file": ({"Issues": [], "Stats": {"files": 0}}, "E_NO_RUNS"),
    "gosec that could not compile": (
        {"Golang errors": {"a.go": [{"error": "x"}]}, "Issues": [], "Stats": {"files": 0}}, "E_SCAN_FAILED"),
    "Brakeman without checks": ({"scan_info": {"checks_performed": []}, "warnings": []}, "E_NO_RUNS"),
    "Brakeman that only failed": (
        {"scan_info": {"checks_performed": ["SQL"]}, "warnings": [], "errors": [{"error": "x"}]}, "E_SCAN_FAILED"),
    "Pylint over no module": ({"messages": [], "statistics": {"modulesLinted": 0}}, "E_NO_RUNS"),
    "PHPStan's own error": (
        {"totals": {"errors": 1, "file_errors": 0}, "files": [], "errors": ["Internal error"]}, "E_SCAN_FAILED"),
    "PHP_CodeSniffer over no file": ({"totals": {"errors": 0, "warnings": 0}, "files": []}, "E_NO_RUNS"),
    "RuboCop over no file": (
        {"files": [], "summary": {"offense_count": 0, "inspected_file_count": 0}}, "E_NO_RUNS"),
    "SpotBugs over no class": ('<BugCollection><FindBugsSummary total_classes="0" total_bugs="0"/></BugCollection>', "E_NO_RUNS"),
    "SpotBugs without a summary": ("<BugCollection/>", "E_NO_RUNS"),
    "Checkstyle without files": ('<checkstyle version="1"></checkstyle>', "E_NO_RUNS"),
    "a checker that broke": ('<checkstyle><file name="a"><exception>x</exception></file></checkstyle>', "E_SCAN_FAILED"),
    "PMD that only failed": ('<pmd version="7" timestamp="t"><error filename="a" msg="x"/></pmd>', "E_SCAN_FAILED"),
    "PMD from nowhere": ("<pmd/>", "E_NO_RUNS"),
    "Checkstyle cut in the middle": (CHECKSTYLE[:120], "E_TRUNCATED"),
    "messages announced and none listed": ([{**ESLINT[1], "errorCount": 4}], "E_COUNT_MISMATCH"),
    "ESLint cut in the middle": (json.dumps(ESLINT)[:150], "E_TRUNCATED"),
    "Pylint in UTF-16": (json.dumps(PYLINT).encode("utf-16"), "E_ENCODING"),
    "an entity bomb": ('<!DOCTYPE c [<!ENTITY a "b">]><checkstyle><file name="&a;"/></checkstyle>', "E_DTD_FORBIDDEN"),
}  # fmt: skip


@pytest.mark.parametrize("story", REFUSED)
def test_refused(outcome, story):
    body, code = REFUSED[story]
    assert outcome(body) == code


LIES = {
    "ESLint's counts": [{**ESLINT[0], "errorCount": 4}],
    "gosec's statistics": {**GOSEC, "Stats": {"files": 3, "found": 9}},
    "Brakeman's header": {**BRAKEMAN, "scan_info": {**BRAKEMAN["scan_info"], "security_warnings": 5}},
    "SpotBugs' summary": SPOTBUGS.replace('total_bugs="2"', 'total_bugs="7"'),
    "RuboCop's summary": {**RUBOCOP, "summary": {"offense_count": 9, "inspected_file_count": 1}},
}


@pytest.mark.parametrize("story", LIES)
def test_a_header_that_disagrees_is_shown_and_not_believed(reading, story):
    assert "W_COUNT_MISMATCH" in {notice.code for notice in reading(LIES[story]).notices}


def test_a_file_that_eslint_cannot_parse_is_a_finding(outcome):
    body = [
        {
            "filePath": "a.js",
            "messages": [{"ruleId": None, "fatal": True, "severity": 2, "message": "Parsing error"}],
        }
    ]
    assert outcome(body) == ("eslint-json", {"total": 1, "high": 1})


def test_files_that_could_not_be_read_are_a_warning_beside_findings(reading):
    body = {**GOSEC, "Golang errors": {"x.go": [{"line": 1, "error": "no"}]}}
    assert Notice("W_NOT_TESTED", "1 files or packages could not be read") in reading(body).notices


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ESLINT[:1], [{**ESLINT[0], "messages": [{**one, "line": 99} for one in ESLINT[0]["messages"]]}]),
        (HADOLINT, [{**HADOLINT[0], "line": 99}]),
        (CHECKSTYLE, CHECKSTYLE.replace('line="1"', 'line="99"')),
        (SPOTBUGS, SPOTBUGS.replace('start="4"', 'start="99"')),
        (PMD, PMD.replace('beginline="1"', 'beginline="99"')),
    ],
)
def test_a_moved_line_is_the_same_finding(reading, before, after):
    def prints(body):
        return sorted(one.fingerprint for one in reading(body).records.live)

    assert prints(before) == prints(after)


def test_adding_a_message_never_lowers_a_count(reading):
    for extra in range(1, 5):
        body = [{"filePath": "a.js", "messages": ESLINT[0]["messages"] * extra}]
        counts = {one.metric: one.value for one in reading(body).measurements}
        assert counts["findings.total"] == 2 * extra
        assert counts["findings.high"] == extra
