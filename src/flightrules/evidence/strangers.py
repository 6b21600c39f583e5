"""What a file without a reader looks like, and what to use in its place: the words of its refusal."""

from __future__ import annotations

import re
from typing import NamedTuple

from flightrules.evidence.head import Head

__all__ = ["Stranger", "described"]


class Stranger(NamedTuple):
    """``what`` completes "this looks like …", ``instead`` says what to do."""

    what: str
    instead: str


_FOR_PEOPLE = (
    (r"^={5,} test session starts ={5,}", "what pytest prints", "run pytest --junitxml=FILE"),
    (r"^(?:=== RUN |--- (?:PASS|FAIL|SKIP): |ok  \t)", "what go test prints", "run go test -json"),
    (r"^Tests run: \d+, Failures: ", "the text that Surefire prints", "name the TEST-*.xml beside it"),
    (r"^ +\d+ (?:passing|failing)\b", "what Mocha prints", "use --reporter json"),
    (
        r"^ *(?:Tests|Test Suites|Test Files):? +\d+ (?:passed|failed)",
        "what Jest or Vitest prints",
        "use --json",
    ),
    (r"^(?:Passed|Failed)! +- Failed:", "what dotnet test prints", "use --logger trx"),
    (
        r"^test result: (?:ok|FAILED)\. \d+ passed",
        "what cargo test prints",
        "use cargo nextest with its JUnit",
    ),
    (r"^\d+ examples?, \d+ failures?", "what RSpec prints", "use --format json"),
    (r"^PHPUnit \d", "what PHPUnit prints", "use --log-junit FILE"),
    (r"^Ran \d+ tests? in ", "what unittest prints", "run the tests with pytest --junitxml=FILE"),
    (r"^::(?:error|warning|notice) ", "commands to GitHub Actions", "have the tool write SARIF or JUnit XML"),
    (r"^##vso\[", "commands to Azure Pipelines", "have the tool write SARIF or JUnit XML"),
    (r"^##teamcity\[", "service messages of TeamCity", "use a reporter for JUnit XML"),
    (r"^(?:test|success|failure): \S+$", "a subunit stream", "convert it with subunit2junitxml"),
    (r"^Name +Stmts +Miss", "what coverage report prints", "run coverage xml"),
    (r"^File +\| +% Stmts", "what Istanbul prints", "use the reporter lcov or json"),
    (r"^# npm audit report|^found \d+ vulnerabilities", "what npm audit prints", "run npm audit --json"),
    (r"^version: *['\"]?2\.1\.0\b", "SARIF as YAML", "write it as JSON"),
)
_LATER = re.compile(
    r"^(?:\x1b\[[0-9;]*m)*(?:\{\"|\{$|\[$|\[\{|<\?xml |<testsuites?[ >]|TAP version )", re.MULTILINE
)
_ROOTS = {
    "TestLog": Stranger(
        "Boost.Test's log", "use --report_format=XML --report_level=detailed, or a log as JUNIT"
    ),
    "MatchingTests": Stranger("Catch2's list of tests", "run the tests, with -r xml or -r junit"),
    "tests": Stranger("PHPUnit's list of tests", "run the tests, with --log-junit FILE"),
}
_DOCUMENTS = (
    (("result[].scriptId", "result[].functions"), "V8's raw coverage", "run c8 report --reporter=lcov"),
    (("[].isRepresentativeRun", "[].jsonPath"), "the manifest of Lighthouse CI", "name the reports it lists"),
    (("openapi", "paths"), "a description of an API", "compare two of them with oasdiff"),
    (("spdxVersion", "packages"), "a bill of materials", "scan it with grype or trivy"),
    (("info", "item"), "a collection of Postman", "run it with newman and keep its JSON"),
    (("workflow_runs",), "runs of GitHub Actions", "name the artefacts of a run"),
    (("name", "version", "scripts"), "the manifest of a package", "name the report of a tool"),
    (("data.boards",), "boards of monday.com", "export a table and declare its columns"),
    (("ExecutionResults", "ExecutionTime"), "results of SpecFlow for LivingDoc", "keep the TRX of the run"),
)
_KINDS = (
    (
        frozenset(
            ("passed", "failed", "skipped", "tests", "testcases", "suites", "failures", "scenarios", "specs")
        ),
        Stranger("results of tests", "have the tool write JUnit XML or CTRF"),
    ),
    (
        frozenset(("coverage", "covered", "statements", "branches", "lines", "uncovered", "percent")),
        Stranger("coverage", "have the tool write Cobertura XML or lcov"),
    ),
    (
        frozenset(
            ("severity", "vulnerabilities", "cve", "cwe", "findings", "ruleid", "rule", "advisory", "cvss")
        ),
        Stranger("findings of a scanner", "have the tool write SARIF"),
    ),
    (
        frozenset(("latency", "latencies", "p95", "p99", "rps", "throughput", "requests", "percentiles")),
        Stranger("a load test", "convert it to the generic format"),
    ),
    (
        frozenset(("status", "priority", "assignee", "summary", "subject", "title", "due_date", "reporter")),
        Stranger("records of a tracker", "export them as a table and declare its columns"),
    ),
    (
        frozenset(("timestamps", "timestamp", "values", "metric", "series", "datapoints", "datapoint")),
        Stranger("values of a monitoring system", "convert them to the generic format"),
    ),
)
_FEWEST = 2


def described(head: Head) -> Stranger | None:
    """What the content looks like, by the words of tools that are known and by the names of its fields."""
    if head.kind == "text":
        return _text(head.text)
    return _xml(head) if head.kind == "xml" else _json(head)


def _text(text: str) -> Stranger | None:
    for pattern, what, instead in _FOR_PEOPLE:
        if re.search(pattern, text, re.MULTILINE):
            return Stranger(f"{what}, made for people to read" if "print" in what else what, instead)
    later = _LATER.search(text)
    if later is None:
        return None
    line = text.count("\n", 0, later.start()) + 1
    return Stranger(
        f"a report that begins on line {line}, behind other output", "keep the report alone in its file"
    )


def _xml(head: Head) -> Stranger | None:
    if head.root in _ROOTS:
        return _ROOTS[head.root]
    if head.elements & {"testsuites", "testsuite", "testcase"}:
        return Stranger(f"JUnit XML inside of <{head.root[:40]}>", "take the <testsuites> out of it")
    return None


def _json(head: Head) -> Stranger | None:
    for paths, what, instead in _DOCUMENTS:
        if head.has(*paths):
            return Stranger(what, instead)
    names = {path.rpartition(".")[2].removesuffix("[]").lower() for path in head.paths}
    shared, kind = max(((len(words & names), kind) for words, kind in _KINDS), key=lambda one: one[0])
    return kind if shared >= _FEWEST else None
