"""How test reports are recognised."""

from __future__ import annotations

from collections.abc import Callable

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head
from flightrules.patterns import late

__all__ = ["TEST_FORMATS"]


def _junit(head: Head) -> bool:
    named = not head.namespace or "testcase" in head.elements or "junit" in head.namespace.lower()
    return head.kind == "xml" and head.root in ("testsuites", "testsuite", "testcase") and named


def _xml(*roots: str) -> Callable[[Head], bool]:
    return lambda head: head.kind == "xml" and head.root in roots


def _trx(head: Head) -> bool:
    return (
        head.kind == "xml" and head.root == "TestRun" and (not head.namespace or "TeamTest" in head.namespace)
    )


def _robot(head: Head) -> bool:
    return head.kind == "xml" and (
        head.root == "robot" or (head.root == "suite" and head.elements.issuperset(("test", "kw", "status")))
    )


def _ctest(head: Head) -> bool:
    return head.kind == "xml" and head.root == "Site" and "Testing" in head.elements


def _playwright(head: Head) -> bool:
    return head.kind == "json" and head.has("stats.expected", "stats.unexpected") | head.has(
        "suites", "config", "errors"
    )


def _rspec(head: Head) -> bool:
    return head.kind == "json" and head.has("examples") and head.any("version", "summary", "summary_line")


def _newman(head: Head) -> bool:
    return head.kind == "json" and head.has("collection", "run")


def _reportlog(head: Head) -> bool:
    return head.kind in ("ndjson", "json") and head.has("$report_type")


def _allure1(head: Head) -> bool:
    if head.kind == "xml":
        return head.root == "test-suite" and "allure" in head.namespace
    return head.has("testCases[].name", "testCases[].status") and head.any("start", "version", "labels")


def _allure2(head: Head) -> bool:
    if head.kind != "json" or head.any("results", "runs", "metrics", "stats"):
        return False
    result = (
        head.has("name")
        and head.any("uuid", "historyId", "statusDetails")
        and head.any("status", "start", "stop")
    )
    container = head.has("uuid") and head.any("befores", "afters") | head.has("children", "name")
    return result or container or (head.paths == {"status", "name"})


def _cucumber(head: Head) -> bool:
    return (
        head.kind == "json"
        and head.has("[].elements")
        and head.any("[].keyword", "[].uri", "[].name", "[].id")
    )


def _go(head: Head) -> bool:
    if head.kind == "text":  # the log of the build in front of the events
        lines = head.text.splitlines()[:_TAP_LINES]
        some = [line for line in lines if line.startswith(('{"', "FAIL\t"))]
        return any(_GO_EVENT.match(line) or _GO_NOT_BUILT.match(line) for line in some)
    return (
        head.kind in ("ndjson", "json") and head.has("Action") and head.any("Package", "ImportPath", "Test")
    )


def _dart(head: Head) -> bool:
    return head.kind in ("ndjson", "json") and head.has("protocolVersion", "runnerVersion", "type")


def _bazel(head: Head) -> bool:
    return head.kind == "ndjson" and head.any("id.started") and head.any("started", "children")


def _libtest(head: Head) -> bool:
    events = head.kind == "ndjson" and head.has("type", "event")
    return (
        events
        and head.values.get("type") in ("suite", "test")
        and head.values.get("event") in _LIBTEST_EVENTS
    )


def _mocha_stream(head: Head) -> bool:
    return head.kind in ("ndjson", "json") and _MOCHA_START.match(head.text) is not None


def _cucumber_messages(head: Head) -> bool:
    return head.kind in ("ndjson", "json") and head.has("meta.protocolVersion", "meta.implementation")


def _robot_json(head: Head) -> bool:
    return head.kind == "json" and head.has("generator", "suite", "rpa")


def _pytest_json(head: Head) -> bool:
    return head.kind == "json" and head.has("exitcode", "summary", "created") and head.any("root", "duration")


def _qtest(head: Head) -> bool:
    return head.kind == "xml" and head.root == "TestCase" and "TestFunction" in head.elements


def _boost(head: Head) -> bool:
    return head.kind == "xml" and head.root == "TestResult" and "TestSuite" in head.elements


def _json(*paths: str) -> Callable[[Head], bool]:
    return lambda head: head.kind == "json" and head.has(*paths)


def _tap(head: Head) -> bool:
    if head.kind != "text":
        return False
    first = [line for line in head.lines if line.strip() and not line.startswith("#")][:_TAP_LINES]
    return any(line.startswith("TAP") and _TAP_VERSION.match(line) for line in first[:3]) or (
        any(_TAP_POINT.match(line) for line in first) and bool(_TAP_START.match(first[0]))
    )


_MOCHA_START = late(r'\ufeff?\s*\[\s*"start",\s*\{\s*"total":')
_GO_EVENT = late(r'\{"(?:Time|Action|ImportPath)":"[^"]*",.*"(?:Package|Action)":"')
_GO_NOT_BUILT = late(r"FAIL\t\S+ \[(?:setup|build) failed\]")
_LIBTEST_EVENTS = ("started", "ok", "failed", "ignored", "discovered")
_TAP_LINES = 200
_TAP_VERSION = late(r"TAP version 1[234]\s*\Z")
_TAP_POINT = late(r"(?:not )?ok\b(?: \d+\b| -|\s*\Z)|1\.\.\d+\s*(?:#|\Z)|Bail out!")
_TAP_START = late(r"(?:not )?ok\b|1\.\.\d+|\s|Bail out!|pragma |---")

TEST_FORMATS: tuple[Format, ...] = (
    Format("junit", "JUnit XML", "tests", "junit", _junit),
    Format("xunit2", "xUnit.net v2/v3 XML", "tests", "xunit2", _xml("assemblies", "assembly")),
    Format("nunit3", "NUnit 3 XML", "tests", "nunit3", _xml("test-run")),
    Format("nunit2", "NUnit 2 XML", "tests", "nunit2", _xml("test-results")),
    Format("trx", "Visual Studio TRX", "tests", "trx", _trx),
    Format("robot", "Robot Framework output.xml", "tests", "robot", _robot),
    Format("testng", "TestNG results XML", "tests", "testng", _xml("testng-results")),
    Format("ctest", "CTest Test.xml", "tests", "ctest_xml", _ctest),
    Format("catch2", "Catch2 XML", "tests", "catch2_xml", _xml("Catch", "Catch2TestRun")),
    Format("doctest", "doctest XML", "tests", "doctest_xml", _xml("doctest")),
    Format("boost-test", "Boost.Test XML report", "tests", "boost_report", _boost),
    Format("qtest", "Qt Test XML", "tests", "qtest_xml", _qtest),
    Format("xcresult", "Xcode test results JSON", "tests", "xcresult_json", _json("testNodes[].nodeType")),
    Format("ctrf", "CTRF JSON", "tests", "ctrf", _json("results.tests", "results.summary")),
    Format("playwright", "Playwright JSON", "tests", "playwright_json", _playwright),
    Format("jest", "Jest and Vitest JSON", "tests", "jest_json", _json("testResults", "numTotalTests")),
    Format(
        "mochawesome",
        "Mochawesome JSON",
        "tests",
        "mochawesome",
        _json("stats.tests", "stats.passes", "results"),
    ),
    Format("mocha", "Mocha JSON", "tests", "mocha_json", _json("stats.tests", "stats.passes")),
    Format("cucumber", "Cucumber JSON", "tests", "cucumber_json", _cucumber),
    Format("rspec", "RSpec JSON", "tests", "rspec_json", _rspec),
    Format("newman", "Newman (Postman) JSON", "tests", "newman_json", _newman),
    Format("gtest-json", "GoogleTest JSON", "tests", "gtest_json", _json("testsuites", "tests", "failures")),
    Format("allure1", "Allure 1 results", "tests", "allure1", _allure1),
    Format("allure2", "Allure 2 result", "tests", "allure2", _allure2),
    Format("go-test", "go test -json", "tests", "go_test_json", _go),
    Format("dart", "dart test and flutter test JSON", "tests", "dart_json", _dart),
    Format("pytest-reportlog", "pytest-reportlog", "tests", "pytest_reportlog", _reportlog),
    Format("cucumber-messages", "Cucumber messages", "tests", "cucumber_messages", _cucumber_messages),
    Format("ginkgo", "Ginkgo JSON", "tests", "ginkgo", _json("[].SpecReports", "[].SuiteSucceeded")),
    Format("inspec", "InSpec JSON", "tests", "inspec", _json("profiles[].controls", "platform")),
    Format(
        "dbt", "dbt run results", "tests", "dbt", _json("metadata.dbt_version", "results", "elapsed_time")
    ),
    Format("testcafe", "TestCafe JSON", "tests", "testcafe", _json("fixtures", "userAgents", "passed")),
    Format("cypress", "Cypress results", "tests", "cypress_run", _json("runs", "totalTests", "totalFailed")),
    Format(
        "sonar-tests",
        "SonarQube generic test executions",
        "tests",
        "sonar_tests",
        _xml("testExecutions", "unitTest"),
    ),
    Format("robot-json", "Robot Framework output.json", "tests", "robot_json", _robot_json),
    Format("pytest-json", "pytest-json-report", "tests", "pytest_json", _pytest_json),
    Format("mocha-stream", "Mocha json-stream", "tests", "mocha_stream", _mocha_stream),
    Format("bazel-bep", "Bazel build events", "tests", "bazel_bep", _bazel),
    Format("libtest", "Rust libtest JSON", "tests", "libtest_json", _libtest),
    Format("tap", "Test Anything Protocol", "tests", "tap", _tap),
)
