"""Reports of further tools, each by its own words: what it found, and what shows that it looked at anything."""

import json
from typing import NamedTuple

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source


class Report(NamedTuple):
    """What a tool wrote: the numbers that it means, or the code of the refusal."""

    story: str
    text: str
    format: str
    numbers: dict | str


def lines(*records):
    return "\n".join(map(json.dumps, records))


def biome(*found, **summary):
    counts = {"unchanged": 1, "errors": len(found), "warnings": 0, "diagnosticsNotPrinted": 0} | summary
    return json.dumps({"summary": counts, "diagnostics": found, "command": "lint"})


REMARK = {
    "severity": "error",
    "category": "lint/a",
    "message": "m",
    "location": {"path": "a.js", "start": {"line": 1}},
}
OLD = {
    "severity": "warning",
    "category": "lint/b",
    "description": "m",
    "location": {"path": {"file": "a.js"}},
}


def oxlint(*found, files=1, rules=90):
    return json.dumps({"diagnostics": found, "number_of_files": files, "number_of_rules": rules})


OX = {
    "message": "m",
    "code": "eslint(no-eval)",
    "severity": "warning",
    "filename": "a.js",
    "labels": [{"span": {"line": 3}}],
}


def zizmor(level="High", *, ignored=False):
    place = {
        "symbolic": {"kind": "Primary", "key": {"Local": {"verbatim_path": "ci.yml"}}},
        "concrete": {"location": {"start_point": {"row": 4}}, "feature": "x"},
    }
    rating = {"confidence": "High", "severity": level}
    return {"ident": "i", "desc": "d", "determinations": rating, "locations": [place], "ignored": ignored}


def ocsf(code, status="New", level="High"):
    return {
        "metadata": {"event_code": "check", "product": {"name": "Prowler"}},
        "severity": level,
        "status_code": code,
        "status": status,
        "finding_info": {"title": "t", "uid": f"{code}{status}"},
        "resources": [{"uid": "arn"}],
    }


def checked(level, code="SA1"):
    place = {"file": "a.go", "line": 1, "column": 1}
    return {"code": code, "severity": level, "location": place, "end": place, "message": "m"}


def wave(errors=0, contrast=0, *, success=True, announced=None):
    def category(rule, count):
        items = {rule: {"id": rule, "description": "d", "count": count, "selectors": ["#a"][:count]}}
        return {"count": count if announced is None else announced, "items": items if count else []}

    categories = {
        "error": category("alt_missing", errors),
        "contrast": category("contrast", contrast),
        "alert": {"count": 2, "items": {}},
    }
    page = {"pageurl": "https://example.org"}
    return json.dumps({"status": {"success": success}, "statistics": page, "categories": categories})


def doctest(*cases, failures=0):
    return (
        f'<doctest binary="t"><TestSuite name="s">{"".join(cases)}</TestSuite>'
        f'<OverallResultsTestCases successes="1" failures="{failures}"/></doctest>'
    )


def asserted(success, inside=""):
    return f'<TestCase name="{success}">{inside}<OverallResultsAsserts test_case_success="{success}"/></TestCase>'


def dotcover(*statements):
    files = '<FileIndices><File Index="1" Name="src/a.cs"/></FileIndices>'
    return f'<Root DotCoverVersion="2024.1">{files}<Assembly>{"".join(statements)}</Assembly></Root>'


def statement(line, covered, file=1):
    return f'<Statement FileIndex="{file}" Line="{line}" Covered="{covered}"/>'


def hit(code, latency=2_000_000, **more):
    when = "2026-01-01T00:00:00.5Z"
    return {
        "attack": "a",
        "seq": 0,
        "code": code,
        "timestamp": when,
        "latency": latency,
        "bytes_in": 1,
        "error": "",
    } | more


REPORTS = [
    Report("a remark", biome(REMARK), "biome", {"findings.total": 1, "findings.high": 1}),
    Report("version 1", biome(OLD), "biome", {"findings.total": 1, "findings.medium": 1}),
    Report("clean", biome(), "biome", {"findings.total": 0}),
    Report("cut at twenty", biome(REMARK, diagnosticsNotPrinted=3), "biome", "E_PARTIAL"),
    Report("remarks are missing", biome(errors=2), "biome", "E_COUNT_MISMATCH"),
    Report("no file", biome(unchanged=0), "biome", "E_NO_RUNS"),
    Report("a remark", oxlint(OX), "oxlint", {"findings.total": 1, "findings.medium": 1}),
    Report("clean", oxlint(), "oxlint", {"findings.total": 0}),
    Report("no file", oxlint(files=0), "oxlint", "E_NO_RUNS"),
    Report("no rule", oxlint(rules=0), "oxlint", "E_NO_RUNS"),
    Report(
        "one is ignored",
        json.dumps([zizmor(), zizmor("Wobbly"), zizmor(ignored=True)]),
        "zizmor",
        {"findings.total": 3, "findings.high": 1, "findings.unknown": 1, "findings.suppressed": 1},
    ),
    Report(
        "ktlint",
        json.dumps([{"file": "a.kt", "errors": [{"line": 1, "message": "m", "rule": "r"}]}]),
        "lint-files",
        {"findings.total": 1, "findings.unknown": 1},
    ),
    Report(
        "HTMLHint",
        json.dumps(
            [{"file": "a.html", "messages": [{"type": "error", "message": "m", "rule": {"id": "r"}}]}]
        ),
        "lint-files",
        {"findings.total": 1, "findings.high": 1},
    ),
    Report(
        "one is muted, one left to people",
        json.dumps([ocsf("FAIL"), ocsf("FAIL", "Suppressed"), ocsf("PASS"), ocsf("MANUAL")]),
        "prowler",
        {"findings.total": 2, "findings.high": 1, "findings.suppressed": 1},
    ),
    Report("all pass", json.dumps([ocsf("PASS")]), "prowler", {"findings.total": 0}),
    Report("no check was made", json.dumps([ocsf("MANUAL")]), "prowler", "E_NO_RUNS"),
    Report("a state that is not known", json.dumps([ocsf("PASS"), ocsf("WOBBLY")]), "prowler", "E_ENUM"),
    Report(
        "version 3",
        json.dumps([{"CheckID": "c", "Status": "FAIL", "Severity": "critical", "ResourceId": "r"}]),
        "prowler",
        {"findings.total": 1, "findings.critical": 1},
    ),
    Report(
        "one is ignored",
        lines(checked("error"), checked("ignored")),
        "staticcheck",
        {"findings.total": 2, "findings.high": 1, "findings.suppressed": 1},
    ),
    Report(
        "does not compile",
        lines(checked("error"), checked("error", "compile")),
        "staticcheck",
        "E_SCAN_FAILED",
    ),
    Report("errors and contrast", wave(2, 1), "wave", {"a11y.violations": 3}),
    Report("alerts alone", wave(), "wave", {"a11y.violations": 0}),
    Report("not loaded", wave(success=False), "wave", "E_SCAN_FAILED"),
    Report("items are missing", wave(1, announced=4), "wave", "E_COUNT_MISMATCH"),
    Report("impossible", wave(10**9), "wave", "E_RANGE"),
    Report(
        "one fails, one throws, one breaks off, one is left out",
        doctest(
            asserted("true"),
            asserted("false"),
            asserted("false", "<Exception>x</Exception>"),
            '<TestCase name="c"/>',
            '<TestCase name="d" skipped="true"/>',
            failures=2,
        ),
        "doctest",
        {"tests.total": 5, "tests.passed": 1, "tests.failed": 1, "tests.errored": 2, "tests.skipped": 1},
    ),
    Report("a lie", doctest(asserted("true"), failures=1), "doctest", "E_CONTRADICTION"),
    Report("neither", doctest(asserted("wobbly")), "doctest", "E_ENUM"),
    Report("none", doctest(), "doctest", "E_NO_CASES"),
    Report(
        "two statements of a line",
        dotcover(statement(1, "True"), statement(1, "False"), statement(2, "False")),
        "dotcover",
        {"coverage.lines.covered": 1, "coverage.lines.total": 2},
    ),
    Report("totals alone", dotcover(), "dotcover", "E_NO_LINES"),
    Report("neither", dotcover(statement(1, "wobbly")), "dotcover", "E_ENUM"),
    Report("a file that is not listed", dotcover(statement(1, "True", 9)), "dotcover", "E_REFERENCE"),
    Report(
        "one is refused, one gets no answer",
        lines(hit(200), hit(503), hit(0, error="timeout")),
        "vegeta-encode",
        {"load.requests": 3, "load.failed": 2, "load.p50": 2},
    ),
    Report("below zero", lines(hit(200), hit(200, -1)), "vegeta-encode", "E_NEGATIVE"),
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda one: f"{one.format}: {one.story}")
def test_a_report_says_what_its_tool_meant(report):
    source = Source.of(report.text.encode(), "report")
    if isinstance(report.numbers, str):
        with pytest.raises(EvidenceError) as caught:
            read(source)
        assert caught.value.code == report.numbers
        return
    reading = read(source)
    seen = {one.metric: int(one.value) for one in reading.measurements if not one.labels}
    assert reading.format == report.format
    assert {metric: seen[metric] for metric in report.numbers} == report.numbers


@pytest.mark.parametrize("report", REPORTS, ids=lambda one: f"{one.format}: {one.story}")
def test_a_report_that_is_cut_is_never_better(report):
    """It is refused, or it shows no fewer failures for what it holds."""
    whole = len(report.text)
    for end in range(0, whole - 1, max(1, whole // 12)):
        try:
            reading = read(Source.of(report.text[:end].encode(), "report"))
        except EvidenceError as refused:
            assert refused.message
        else:
            assert reading.format in ("staticcheck", "vegeta-encode")  # a line is a record
