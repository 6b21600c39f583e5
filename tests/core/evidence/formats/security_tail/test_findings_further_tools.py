"""Further linters and scanners, each with its own idea of a clean report."""

import pytest

TSLINT = [
    {
        "failure": "m",
        "name": "a.ts",
        "ruleName": "no-x",
        "ruleSeverity": "ERROR",
        "startPosition": {"line": 3},
    }
]
SWIFT = [
    {
        "character": 1,
        "file": "a.swift",
        "line": 3,
        "reason": "m",
        "rule_id": "x",
        "severity": "Warning",
        "type": "T",
    }
]
PSALM = [
    {
        "severity": "info",
        "line_from": 3,
        "line_to": 3,
        "type": "Mixed",
        "message": "m",
        "file_name": "a.php",
        "file_path": "/a.php",
    }
]
CFN = [
    {
        "Rule": {"Id": "E1"},
        "Location": {"Start": {"LineNumber": 3}},
        "Level": "Error",
        "Message": "m",
        "Filename": "a.yml",
    }
]
CPPCHECK = (
    '<results version="2"><cppcheck version="2.9"/><errors><error id="nullPointer" severity="error" msg="Null">'
    '<location file="a.cpp" line="3"/></error><error id="x" severity="performance" msg="Slow"/></errors></results>'
)
LINT = (
    '<issues format="6" by="lint 8.1.0"><issue id="NewApi" severity="Error" message="m"><location file="A.kt" line="3"/></issue>'
    '<issue id="X" severity="Ignore" message="m"/></issues>'
)
RESHARPER = (
    '<Report ToolsVersion="2023.1"><Information/><IssueTypes><IssueType Id="A" Severity="WARNING"/></IssueTypes><Issues>'
    '<Project Name="p"><Issue TypeId="A" File="a.cs" Line="3" Message="m"/><Issue TypeId="B" File="a.cs" Message="m"/></Project></Issues></Report>'
)
VERACODE = {"scan_status": "SUCCESS", "message": "", "findings": [
    {"title": "t", "issue_id": 1, "severity": 5, "cwe_id": "78", "issue_type": "OS injection", "files": {"source_file": {"file": "a.java", "line": 3}}}
]}  # fmt: skip
WAPITI = {
    "infos": {"target": "http://a/", "version": "Wapiti 3.1", "crawled_pages_nbr": 3}, "classifications": {},
    "vulnerabilities": {"XSS": [{"method": "GET", "path": "/a", "info": "m", "level": 3, "parameter": "q"}], "CRLF": []},
    "anomalies": {"Internal Server Error": [{"method": "GET", "path": "/b", "info": "m", "level": 1}]},
}  # fmt: skip
HUB_FINDING = {"GeneratorId": "s3/1", "Title": "t", "Severity": {"Label": "HIGH"}, "Workflow": {"Status": "NEW"},
               "RecordState": "ACTIVE", "Compliance": {"Status": "FAILED"}, "Resources": [{"Id": "arn:1"}]}  # fmt: skip
HUB = {"Findings": [
    HUB_FINDING, {**HUB_FINDING, "Workflow": {"Status": "SUPPRESSED"}}, {**HUB_FINDING, "RecordState": "ARCHIVED"},
    {**HUB_FINDING, "Compliance": {"Status": "PASSED"}},
]}  # fmt: skip
TERRASCAN = {"results": {
    "scan_errors": None, "skipped_violations": None, "scan_summary": {"policies_validated": 9, "violated_policies": 1},
    "violations": [{"rule_name": "n", "rule_id": "AC_1", "severity": "MEDIUM", "description": "d", "file": "a.tf", "line": 3, "resource_name": "r"}],
}}  # fmt: skip
DOCKLE = {"image": "app", "summary": {"fatal": 1, "warn": 0, "info": 0, "skip": 0, "pass": 9},
          "details": [{"code": "CIS-1", "title": "t", "level": "FATAL", "alerts": ["a"]}]}  # fmt: skip
RETIRE = {"version": "4.2", "start": "2024-01-02T03:04:05.006Z", "messages": [], "errors": [], "data": [
    {"file": "jquery.js", "results": [{"component": "jquery", "version": "1.8", "vulnerabilities": [
        {"severity": "medium", "identifiers": {"CVE": ["CVE-1"], "summary": "XSS"}, "info": []}]}]}]}  # fmt: skip
SAMPLES = [
    ("lint-array", TSLINT, {"total": 1, "high": 1}),
    ("lint-array", SWIFT, {"total": 1, "medium": 1}),
    ("lint-array", PSALM, {"total": 1, "info": 1}),
    ("lint-array", CFN, {"total": 1, "high": 1}),
    ("cppcheck-xml", CPPCHECK, {"total": 2, "high": 1, "low": 1}),
    ("android-lint-xml", LINT, {"total": 1, "high": 1, "suppressed": 1}),
    ("resharper-xml", RESHARPER, {"total": 2, "medium": 1, "unknown": 1}),
    ("veracode-pipeline", VERACODE, {"total": 1, "critical": 1}),
    ("wapiti", WAPITI, {"total": 2, "high": 1, "low": 1}),
    ("aws-security-hub", HUB, {"total": 1, "high": 1, "suppressed": 1}),
    ("terrascan", TERRASCAN, {"total": 1, "medium": 1}),
    ("dockle", DOCKLE, {"total": 1, "critical": 1}),
    ("retire-js", RETIRE, {"total": 1, "medium": 1}),
    ("retire-js", RETIRE["data"], {"total": 1, "medium": 1}),
]


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_each_tool_is_recognised_and_counted(outcome, name, body, counts):
    assert outcome(body) == (name, counts)


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_nothing_but_a_refusal_comes_out_of_a_damaged_report(survives, name, body, counts):
    assert survives(name, body) > 0


@pytest.mark.parametrize(
    ("tool", "body"), [("TSLint", TSLINT), ("SwiftLint", SWIFT), ("Psalm", PSALM), ("cfn-lint", CFN)]
)
def test_the_keys_tell_the_linter(reading, tool, body):
    found = reading(body)
    assert found.facts["tool"] == tool
    assert found.records.live[0].where.endswith(":3")


CLEAN = {
    "an analysis that succeeded": ({**VERACODE, "findings": []}, "veracode-pipeline"),
    "a project without issues": ('<Report><IssueTypes/><Issues><Project Name="p"/></Issues></Report>', "resharper-xml"),
    "pages without vulnerabilities": ({**WAPITI, "vulnerabilities": {"XSS": []}, "anomalies": {}}, "wapiti"),
    "policies that hold": (
        {"results": {"violations": None, "scan_summary": {"policies_validated": 9, "violated_policies": 0}}}, "terrascan"),
    "checkpoints that are met": ({**DOCKLE, "summary": {"fatal": 0, "pass": 9}, "details": []}, "dockle"),
    "files without known libraries": ({**RETIRE, "data": []}, "retire-js"),
}  # fmt: skip


@pytest.mark.parametrize("story", CLEAN)
def test_a_scan_that_found_nothing_is_evidence(outcome, story):
    body, name = CLEAN[story]
    assert outcome(body) == (name, {"total": 0})


REFUSED = {
    "Lint without issues or files": ('<issues format="6" by="lint 8.1.0"/>', "E_NO_RUNS"),
    "Lint's own error": ('<issues by="lint 8"><issue id="LintError" severity="Error" message="No classes"/></issues>', "E_SCAN_FAILED"),
    "InspectCode without projects": ("<Report><IssueTypes/><Issues/></Report>", "E_NO_RUNS"),
    "a Veracode scan that failed": ({**VERACODE, "scan_status": "FAILURE", "findings": []}, "E_SCAN_FAILED"),
    "Wapiti that reached no page": (
        {"infos": {"target": "http://a/", "crawled_pages_nbr": 0}, "vulnerabilities": {}, "anomalies": {}}, "E_NO_RUNS"),
    "one page of Security Hub": ({**HUB, "NextToken": "x"}, "E_PARTIAL"),
    "Terrascan over no policy": (
        {"results": {"violations": [], "scan_summary": {"policies_validated": 0}}}, "E_NO_RUNS"),
    "Terrascan that only failed": (
        {"results": {"violations": None, "scan_errors": [{"errMsg": "x"}], "scan_summary": {"policies_validated": 0}}}, "E_SCAN_FAILED"),
    "Terrascan that announces violations and lists none": (
        {"results": {"violations": None, "scan_summary": {"policies_validated": 9, "violated_policies": 3}}}, "E_COUNT_MISMATCH"),
    "Dockle without checkpoints": ({"summary": {"fatal": 0, "pass": 0}, "details": []}, "E_NO_RUNS"),
    "Retire.js that only failed": ({**RETIRE, "data": [], "errors": ["no such folder"]}, "E_SCAN_FAILED"),
}  # fmt: skip


@pytest.mark.parametrize("story", REFUSED)
def test_refused(outcome, story):
    body, code = REFUSED[story]
    assert outcome(body) == code
