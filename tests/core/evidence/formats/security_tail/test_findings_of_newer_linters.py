"""Linters whose own JSON many teams keep, and bills of materials in XML: counted, or refused where nothing shows a run."""

import json

import pytest


def spectral(severity, code="info-contact"):
    return {
        "code": code, "path": ["paths", "/a", "get"], "message": "m", "severity": severity, "source": "/api.yaml",
        "range": {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 9}},
    }  # fmt: skip


def pyright(*levels, files=2, **counts):
    place = {"start": {"line": 9, "character": 4}, "end": {"line": 9, "character": 8}}
    return {
        "version": "1.1.400", "time": "1795287026876",
        "generalDiagnostics": [{"file": "/a.py", "severity": level, "message": f"m{at}", "range": place, "rule": "reportX"}
                               for at, level in enumerate(levels)],
        "summary": {"filesAnalyzed": files, "errorCount": levels.count("error"), "warningCount": levels.count("warning"),
                    "informationCount": levels.count("information"), "timeInSec": 0.5, **counts},
    }  # fmt: skip


RDJSON = {"source": {"name": "ruff"}, "severity": "WARNING", "diagnostics": [
    {"message": "m", "location": {"path": "a.py", "range": {"start": {"line": 1, "column": 1}}}, "code": {"value": "E1"}},
    {"message": "n", "location": {"path": "a.py"}, "severity": "ERROR"},
    {"message": "o", "location": {"path": "a.py"}, "severity": "UNKNOWN_SEVERITY", "code": {"value": "E2"}},
]}  # fmt: skip
RDJSON_LINES = (
    '{"message":"m","location":{"path":"a.py"},"severity":"ERROR"}\n'
    '{"message":"n","location":{"path":"b.py"},"severity":"INFO","code":{"value":"I1"}}\n'
)
SQL = [
    {"filepath": "a.sql", "violations": [
        {"start_line_no": 1, "code": "LT01", "description": "spaces", "warning": False},
        {"line_no": 2, "code": "CP01", "description": "case", "warning": True}]},
    {"filepath": "b.sql", "violations": []},
]  # fmt: skip
POLICIES = [
    {"filename": "a.yaml", "namespace": "main", "successes": 2, "failures": [{"msg": "runs as root"}],
     "warnings": [{"msg": "no limit", "metadata": {"query": "data.main.warn"}}], "exceptions": [{"msg": "known"}]},
]  # fmt: skip
MARKDOWN = [
    {"fileName": "a.md", "lineNumber": 1, "ruleNames": ["MD022", "blanks-around-headings"],
     "ruleDescription": "Blank lines", "severity": "error", "errorRange": None},
    {"fileName": "a.md", "lineNumber": 2, "ruleNames": ["MD041"], "ruleDescription": "First line", "severity": "error"},
]  # fmt: skip
ACTIONS = [
    {"message": "m", "filepath": ".github/workflows/a.yml", "line": 1, "column": 2, "kind": "expression"}
]
BOM = """<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><metadata><timestamp>2026-01-02T03:04:05Z</timestamp></metadata>
<components><component><name>a</name></component></components><vulnerabilities>{}</vulnerabilities></bom>"""
VULNERABILITY = (
    "<vulnerability><id>CVE-1</id><source><name>NVD</name></source><ratings><rating><score>9.8</score>"
    "<severity>critical</severity></rating><rating><severity>low</severity></rating></ratings>{}"
    "<affects><target><ref>a</ref></target><target><ref>b</ref></target></affects></vulnerability>"
)
SCORED = "<vulnerability><id>CVE-2</id><ratings><rating><score>{}</score><method>{}</method></rating></ratings></vulnerability>"
EXTENDED = """<bom xmlns="http://cyclonedx.org/schema/bom/1.2" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0">
<components><component><name>a</name><v:vulnerabilities><v:vulnerability ref="pkg:a"><v:id>CVE-3</v:id>
<v:source name="NVD"><v:url>u</v:url></v:source><v:ratings><v:rating><v:score><v:base>7.5</v:base></v:score>
<v:severity>High</v:severity><v:method>CVSSv3</v:method></v:rating></v:ratings></v:vulnerability></v:vulnerabilities>
</component></components></bom>"""
SCORED_JSON = {
    "bomFormat": "CycloneDX",
    "vulnerabilities": [{"id": "CVE-2", "ratings": [{"score": 5.5, "method": "CVSSv31"}]}],
}
COMPOSER = {
    "advisories": {"a/b": [{"advisoryId": "PKSA-1", "packageName": "a/b", "affectedVersions": "<1", "title": "t", "severity": "high"}],
                   "c/d": {"1": {"advisoryId": "PKSA-2", "title": "u", "severity": None}}},
    "ignored-advisories": {"e/f": [{"advisoryId": "PKSA-3", "title": "v", "severity": "low"}]},
    "abandoned": {"g/h": None},
}  # fmt: skip


def cargo(*messages, ended=True):
    """Records of a build: each message is its level and its code."""
    records = [{"reason": "compiler-artifact", "package_id": "p", "target": {"name": "p"}}]
    records += [
        {"reason": "compiler-message", "package_id": "p", "target": {"name": "p"}, "message": {
            "level": level, "message": "m", "code": {"code": code} if code else None,
            "spans": [{"file_name": "src/a.rs", "line_start": 3, "is_primary": True}] if code else []}}
        for level, code in messages
    ]  # fmt: skip
    records += [] if ended is None else [{"reason": "build-finished", "success": ended}]
    return "".join(json.dumps(one) + "\n" for one in records)


CLIPPY = cargo(
    ("warning", "clippy::a"),
    ("error", "E0308"),
    ("note", "x"),
    ("warning", ""),
    ("failure-note", ""),
    ended=False,
)
TFLINT = {"errors": [], "issues": [{
    "rule": {"name": "terraform_typed_variables", "severity": "warning", "link": "l"}, "message": "m",
    "range": {"filename": "main.tf", "start": {"line": 1, "column": 1}}}]}  # fmt: skip
TFLINT_ERROR = {
    "issues": [],
    "errors": [{"summary": "s", "message": "no such module", "severity": "error", "range": {}}],
}
KUBE = {
    "Checks": [{"name": "no-limits"}],
    "Reports": [{"Diagnostic": {"Message": "m"}, "Check": "no-limits", "Object": {
        "Metadata": {"FilePath": "a.yaml"}, "K8sObject": {"Namespace": "", "Name": "n", "GroupVersionKind": {"Kind": "Deployment"}}}}],
    "Summary": {"ChecksStatus": "Failed", "CheckEndTime": "2026-01-02T03:04:05Z", "KubeLinterVersion": "0.6.8"},
}  # fmt: skip
KUBE_CLEAN = {**KUBE, "Reports": None, "Summary": {**KUBE["Summary"], "ChecksStatus": "Passed"}}

SAMPLES = [
    ("composer-audit", COMPOSER, {"total": 2, "high": 1, "unknown": 1, "suppressed": 1}),
    ("cargo-messages", CLIPPY, {"total": 2, "high": 1, "medium": 1}),
    ("cargo-messages", "   Compiling p v1\n" + cargo(("warning", "a")), {"total": 1, "medium": 1}),
    ("tflint-json", TFLINT, {"total": 1, "medium": 1}),
    ("kube-linter-json", KUBE, {"total": 1, "unknown": 1}),
    ("spectral-json", [spectral(0), spectral(1), spectral(2), spectral(3)], {"total": 4, "high": 1, "medium": 1, "info": 2}),
    ("spectral-json", [spectral(9)], {"total": 1, "unknown": 1}),
    ("pyright-json", pyright("error", "warning", "information"), {"total": 3, "high": 1, "medium": 1, "info": 1}),
    ("rdjson", RDJSON, {"total": 3, "high": 1, "medium": 2}),
    ("rdjson", RDJSON_LINES, {"total": 2, "high": 1, "info": 1}),
    ("sqlfluff-json", SQL, {"total": 2, "high": 1, "medium": 1}),
    ("conftest-json", POLICIES, {"total": 2, "high": 1, "medium": 1, "suppressed": 1}),
    ("lint-array", MARKDOWN, {"total": 2, "high": 2}),
    ("lint-array", ACTIONS, {"total": 1, "unknown": 1}),
    ("cyclonedx", BOM.format(VULNERABILITY.format("")), {"total": 2, "critical": 2}),
    ("cyclonedx", BOM.format(VULNERABILITY.format("<analysis><state>not_affected</state></analysis>")),
     {"total": 0, "suppressed": 2}),
    ("cyclonedx", BOM.format(SCORED.format("7.0", "CVSSv31")), {"total": 1, "high": 1}),
    ("cyclonedx", BOM.format(SCORED.format("7.0", "OWASP")), {"total": 1, "unknown": 1}),
    ("cyclonedx", BOM.format(SCORED.format("much", "CVSSv31")), {"total": 1, "unknown": 1}),
    ("cyclonedx", EXTENDED, {"total": 1, "high": 1}),
    ("cyclonedx", SCORED_JSON, {"total": 1, "medium": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_each_report_is_recognised_and_counted(outcome, name, body, counts):
    assert outcome(body) == (name, counts)


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_nothing_but_a_refusal_comes_out_of_a_damaged_report(survives, name, body, counts):
    assert survives(name, body) > 0


CLEAN = {
    "files that Pyright analysed": (pyright(), "pyright-json"),
    "SQL without violations": (SQL[1:], "sqlfluff-json"),
    "packages without advisories, as PHP writes an empty map": (
        {"advisories": [], "abandoned": []},
        "composer-audit",
    ),
    "a build without a word": (cargo(), "cargo-messages"),
    "objects that pass all checks": (KUBE_CLEAN, "kube-linter-json"),
    "policies that all passed": (
        [{"filename": "a.yaml", "namespace": "main", "successes": 3}],
        "conftest-json",
    ),
}


@pytest.mark.parametrize("story", CLEAN)
def test_a_run_that_found_nothing_is_evidence_where_the_report_shows_the_run(outcome, story):
    body, name = CLEAN[story]
    assert outcome(body) == (name, {"total": 0})


REFUSED = {
    "Pyright over no file": (pyright(files=0), "E_NO_RUNS"),
    "errors that Pyright announces and does not list": (pyright(errorCount=3), "E_COUNT_MISMATCH"),
    "no diagnostic, which any linter could have left": ({**RDJSON, "diagnostics": []}, "E_NO_RUNS"),
    "a repository that Composer did not reach": (
        {"advisories": [], "abandoned": [], "unreachable-repositories": ["https://x"]},
        "E_SCAN_FAILED",
    ),
    "a build that did not end": (cargo(("warning", "a"), ended=None), "E_PARTIAL"),
    "a build that failed without a word": (cargo(ended=False), "E_SCAN_FAILED"),
    "a build of nothing": ('{"reason":"build-finished","success":true}\n', "E_NO_RUNS"),
    "TFLint's own error": (TFLINT_ERROR, "E_SCAN_FAILED"),
    "TFLint over who knows what": ('{"issues":[],"errors":[]}', "E_NO_RUNS"),
    "KubeLinter without a check": ({**KUBE_CLEAN, "Checks": []}, "E_NO_RUNS"),
    "KubeLinter that failed and does not say where": ({**KUBE, "Reports": []}, "E_SCAN_FAILED"),
    "no policy that applied": ([{"filename": "a.yaml", "namespace": "main", "successes": 0}], "E_NO_RUNS"),
    "a bill of materials in XML without vulnerabilities": (BOM.format(""), "E_NO_RUNS"),
    "a bill of materials in XML that was cut": (BOM.format(VULNERABILITY.format(""))[:-20], "E_TRUNCATED"),
    "XML of that root from elsewhere": ("<bom><vulnerability/></bom>", "E_UNRECOGNISED"),
}


@pytest.mark.parametrize("story", REFUSED)
def test_what_shows_no_run_is_refused(outcome, story):
    body, code = REFUSED[story]
    assert outcome(body) == code


def test_lines_are_told_as_people_count_them(reading):
    places = [reading([spectral(0)]), reading(pyright("error"))]
    assert [found.records.live[0].where for found in places] == ["/api.yaml:1", "/a.py:10"]


def test_a_bill_of_materials_tells_when_it_was_made_and_pyright_too(reading):
    made = [reading(BOM.format(VULNERABILITY.format(""))), reading(pyright("error"))]
    assert [found.facts["taken_at"] for found in made] == [
        "2026-01-02T03:04:05Z",
        "2026-11-21T18:50:26.876000Z",
    ]


def test_a_rule_of_markdownlint_goes_by_its_number(reading):
    assert [one.rule for one in reading(MARKDOWN).records.live] == ["MD022", "MD041"]


def test_a_mass_of_small_elements_in_one_finding_is_refused_before_it_fills_the_memory(outcome):
    flood = "<vulnerability><id>x</id><affects>" + "<target/>" * 450_000 + "</affects></vulnerability>"
    assert outcome(BOM.format(flood)) == "E_TOO_MANY_ITEMS"
