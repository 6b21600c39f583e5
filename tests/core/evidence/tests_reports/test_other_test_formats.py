"""Every other test format: how its cases end, and how a broken run is told from a good one."""

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source


def lines(*events):
    return "\n".join(json.dumps(one) for one in events) + "\n"


def read_text(text):
    return read(Source.of(text.encode(), "report"))


def counts(text):
    found = read_text(text).records
    return (found.total, found.passed, found.failed, found.errored, found.skipped, found.flaky)


def refusal(text):
    with pytest.raises(EvidenceError) as caught:
        read_text(text)
    return caught.value.code


@dataclass
class Sample:
    """One story: what stands in the file, which format it is, and what it means."""

    story: str
    text: str
    format: str
    counts: tuple = ()
    refused: str = ""
    facts: dict = field(default_factory=dict)
    notices: tuple = ()


# --- XML -----------------------------------------------------------------------------------------------------


def xunit(body, **attributes):
    stated = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<assemblies><assembly name="A.dll"{stated}>{body}</assembly></assemblies>'


X_GOOD = '<test name="N.C.a" type="N.C" method="a" time="0,288" result="Pass"/>'
X_BAD = '<test name="N.C.b" type="N.C" result="Fail"><failure><message>m</message></failure></test>'
X_SKIP = '<test name="N.C.c" type="N.C" result="Skip"><reason>r</reason></test>'

XUNIT = [
    Sample(
        "three ends",
        xunit(f"<collection>{X_GOOD}{X_BAD}{X_SKIP}</collection>", total=3),
        "xunit2",
        (3, 1, 1, 0, 1, 0),
        notices=("W_NUMBER",),
    ),
    Sample(
        "one assembly as the root",
        f'<assembly name="A">{X_BAD}{X_GOOD}</assembly>',
        "xunit2",
        (2, 1, 1, 0, 0, 0),
        notices=("W_NUMBER",),
    ),
    Sample(
        "a fixture that broke is errored",
        xunit(f"<errors><error name='x'/></errors>{X_BAD}", total=1),
        "xunit2",
        (2, 0, 1, 1, 0, 0),
    ),
    Sample("v3 did not run", xunit(f"{X_BAD}<test name='x' result='NotRun'/>"), "xunit2", (2, 0, 1, 0, 1, 0)),
    Sample(
        "a zoned start",
        xunit(
            X_BAD, run_date="2026-11-20", run_time="10:00:00", start_rtf="2026-11-20T10:00:00.1000000+00:00"
        ),
        "xunit2",
        (1, 0, 1, 0, 0, 0),
        facts={"taken_at": "2026-11-20T10:00:00.100000Z"},
    ),
    Sample(
        "a naive start",
        xunit(X_BAD, run_date="2026-11-20", run_time="10:00:00"),
        "xunit2",
        (1, 0, 1, 0, 0, 0),
        facts={"taken_at": "2026-11-20T10:00:00Z"},
        notices=("W_NAIVE_TIME",),
    ),
    Sample(
        "the header lies", xunit(X_BAD, total=9), "xunit2", (1, 0, 1, 0, 0, 0), notices=("W_COUNT_MISMATCH",)
    ),
    Sample("an unknown word is no pass", xunit("<test name='a' result='Good'/>"), "xunit2", refused="E_ENUM"),
    Sample("no tests", xunit("", total=0), "xunit2", refused="E_NO_CASES"),
    Sample("announced and absent", xunit("", total=4), "xunit2", refused="E_COUNT_MISMATCH"),
]


def nunit3(body, **attributes):
    stated = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<test-run id="2"{stated}><test-suite type="Assembly" name="x.dll" fullname="/b/x.dll">{body}</test-suite></test-run>'


def case3(name, result, label=""):
    return (
        f'<test-case name="{name}" fullname="N.C.{name}" classname="N.C" result="{result}" label="{label}"/>'
    )


NUNIT3 = [
    Sample(
        "all words",
        nunit3(
            case3("a", "Passed")
            + case3("b", "Failed")
            + case3("c", "Failed", "Error")
            + case3("d", "Skipped")
            + case3("e", "Inconclusive")
            + case3("f", "Warning"),
            total=6,
        ),
        "nunit3",
        (6, 2, 1, 1, 2, 0),
    ),
    Sample(
        "a suite's tear-down broke",
        nunit3(
            f'<test-suite name="C" fullname="N.C" result="Failed" site="TearDown">{case3("a", "Passed")}</test-suite>',
            total=1,
        ),
        "nunit3",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "failed children are not counted again",
        nunit3(f'<test-suite name="C" result="Failed" site="Child">{case3("a", "Failed")}</test-suite>'),
        "nunit3",
        (1, 0, 1, 0, 0, 0),
    ),
    Sample(
        "a time with an odd gap",
        nunit3(case3("a", "Failed"), start_time="2024-01-23T 12:33:37Z"),
        "nunit3",
        (1, 0, 1, 0, 0, 0),
        facts={"taken_at": "2024-01-23T12:33:37Z"},
    ),
    Sample("an unknown word", nunit3(case3("a", "Invalid")), "nunit3", refused="E_ENUM"),
    Sample("no case", nunit3(""), "nunit3", refused="E_NO_CASES"),
]


def nunit2(body, **attributes):
    stated = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<test-results name="x.dll"{stated}><test-suite name="x"><results>{body}</results></test-suite></test-results>'


NUNIT2 = [
    Sample(
        "by success before 2.5",
        nunit2(
            '<test-case name="N.C.a" executed="True" success="True"/><test-case name="N.C.b" executed="True" success="False"/><test-case name="N.C.c" executed="False"/>',
            total=2,
            not_run=1,
        ),
        "nunit2",
        (3, 1, 1, 0, 1, 0),
    ),
    Sample(
        "by result since 2.5",
        nunit2(
            "".join(
                f'<test-case name="N.C.{word}" executed="True" result="{word}"/>'
                for word in ("Success", "Failure", "Error", "Ignored", "Inconclusive", "NotRunnable")
            )
        ),
        "nunit2",
        (6, 1, 1, 1, 3, 0),
        notices=("W_NOT_TESTED",),
    ),
    Sample(
        "neither result nor success",
        nunit2('<test-case name="a" executed="True"/>'),
        "nunit2",
        refused="E_ENUM",
    ),
    Sample("no case", nunit2("", total=0), "nunit2", refused="E_NO_CASES"),
]

NS = 'xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"'


def trx(results, outcome="Completed", counters="", definitions=""):
    return f'<TestRun {NS}><Times start="2026-11-20T10:00:00.1234567+01:00"/><Results>{results}</Results><TestDefinitions>{definitions}</TestDefinitions><ResultSummary outcome="{outcome}">{counters}</ResultSummary></TestRun>'


def result(name, outcome, inner=""):
    return f'<UnitTestResult testId="{name}" testName="{name}" duration="00:00:01.5" outcome="{outcome}">{inner}</UnitTestResult>'


TRX = [
    Sample(
        "outcomes",
        trx(
            result("a", "Passed")
            + result("b", "Failed")
            + result("c", "NotExecuted")
            + result("d", "Timeout"),
            "Failed",
        ),
        "trx",
        (4, 1, 1, 1, 1, 0),
        facts={"taken_at": "2026-11-20T10:00:00.123456+01:00"},
    ),
    Sample(
        "data rows count, not their sum",
        trx(
            result(
                "a",
                "Failed",
                f"<InnerResults>{result('a1', 'Passed')}{result('a2', 'Failed')}</InnerResults>",
            ),
            "Failed",
        ),
        "trx",
        (2, 1, 1, 0, 0, 0),
    ),
    Sample(
        "counters that disagree",
        trx(result("a", "Passed"), counters='<Counters total="4"/>'),
        "trx",
        (1, 1, 0, 0, 0, 0),
        notices=("W_COUNT_MISMATCH",),
    ),
    Sample(
        "a run that failed with passing tests",
        trx(result("a", "Passed"), "Failed"),
        "trx",
        refused="E_RUN_CRASHED",
    ),
    Sample("an unknown outcome", trx(result("a", "Great")), "trx", refused="E_ENUM"),
    Sample("no outcome", trx('<UnitTestResult testName="a"/>'), "trx", refused="E_MISSING_FIELD"),
    Sample("no result", trx(""), "trx", refused="E_NO_CASES"),
    Sample("another product's TestRun", '<TestRun xmlns="urn:other"/>', "trx", refused="E_UNRECOGNISED"),
]


def robot(body):
    return f'<robot generator="Robot 7.1 (Python 3.12 on linux)" generated="2026-11-20T10:00:00.000001" schemaversion="5">{body}</robot>'


def robot_test(name, status, inner=""):
    return f'<test name="{name}">{inner}<status status="{status}" start="2026-11-20T10:00:00.000001"/></test>'


def torn(status, kind="TEARDOWN"):
    return f'<kw name="k" type="{kind}"><status status="{status}"/></kw>'


def keyword(status, inner=""):
    return f'<kw name="k">{inner}<status status="{status}"/></kw>'


def robot_json(*tests, dry=False, **more):
    word = "NOT RUN" if dry else "PASS"
    body = [{"name": "U", "status": "PASS", "body": [{"name": "Log", "status": word, "body": []}]}]
    inner = {"name": "I", "tests": [{"name": one, "status": one, "body": body} for one in tests]} | more
    return json.dumps(
        {
            "generator": "Robot 7.5 (Python 3.11 on linux)",
            "generated": "2026-11-20T10:00:00.000001",
            "rpa": False,
            "suite": {"name": "S", "suites": [inner]},
        }
    )


ROBOT_JSON = [
    Sample(
        "three ends",
        robot_json("PASS", "FAIL", "SKIP"),
        "robot-json",
        (3, 1, 1, 0, 1, 0),
        facts={"tool": "Robot", "tool_version": "7.5"},
        notices=("W_NAIVE_TIME",),
    ),
    Sample(
        "a torn suite",
        robot_json("PASS", "SKIP", teardown={"status": "FAIL"}),
        "robot-json",
        (2, 0, 1, 0, 1, 0),
        notices=("W_NAIVE_TIME",),
    ),
    Sample("a dry run", robot_json("PASS", dry=True), "robot-json", refused="E_ALL_SKIPPED"),
    Sample("another word", robot_json("GOOD"), "robot-json", refused="E_ENUM"),
    Sample("no tests", robot_json(), "robot-json", refused="E_NO_CASES"),
]

ROBOT = [
    Sample(
        "a dry run executes nothing",
        robot(f'<suite name="S">{robot_test("a", "PASS", keyword("PASS", keyword("NOT RUN")))}</suite>'),
        "robot",
        refused="E_ALL_SKIPPED",
    ),
    Sample(
        "a branch that was not taken",
        robot(
            f'<suite name="S">{robot_test("a", "PASS", keyword("PASS", keyword("NOT RUN") + keyword("PASS")))}</suite>'
        ),
        "robot",
        (1, 1, 0, 0, 0, 0),
        facts={"tool": "Robot"},
        notices=("W_NAIVE_TIME",),
    ),
    Sample(
        "three ends",
        robot(
            f'<suite name="S">{robot_test("a", "PASS")}{robot_test("b", "FAIL")}{robot_test("c", "SKIP")}</suite>'
        ),
        "robot",
        (3, 1, 1, 0, 1, 0),
        facts={"tool": "Robot", "tool_version": "7.1"},
        notices=("W_NAIVE_TIME",),
    ),
    Sample(
        "a keyword's failure that was caught",
        robot(f'<suite name="S">{robot_test("a", "PASS", torn("FAIL"))}</suite>'),
        "robot",
        (1, 1, 0, 0, 0, 0),
        notices=("W_NAIVE_TIME",),
    ),
    Sample(
        "a suite tear-down fails all its tests",
        robot(
            f'<suite name="S"><suite name="T">{robot_test("a", "PASS")}{torn("FAIL", "teardown")}</suite>{robot_test("b", "PASS")}</suite>'
        ),
        "robot",
        (2, 1, 1, 0, 0, 0),
        notices=("W_NAIVE_TIME",),
    ),
    Sample(
        "tasks are tests",
        robot('<suite name="S"><task name="a"><status status="PASS"/></task></suite>'),
        "robot",
        (1, 1, 0, 0, 0, 0),
        notices=("W_NAIVE_TIME",),
    ),
    Sample(
        "a test without a status was cut",
        robot('<suite name="S"><test name="a"/></suite>'),
        "robot",
        refused="E_TRUNCATED",
    ),
    Sample("no test", robot('<suite name="S"/>'), "robot", refused="E_NO_CASES"),
    Sample(
        "an unknown status",
        robot(f'<suite name="S">{robot_test("a", "FINE")}</suite>'),
        "robot",
        refused="E_ENUM",
    ),
]


def ng_results(body, **attributes):
    stated = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<testng-results{stated}><suite name="s"><test name="t" started-at="2026-11-20T10:00:00Z"><class name="C">{body}</class></test></suite></testng-results>'


def method(name, status, extra=""):
    return f'<test-method name="{name}" signature="{name}()" status="{status}" {extra}/>'


TESTNG = [
    Sample(
        "ends and set-ups",
        ng_results(
            method("a", "PASS")
            + method("b", "FAIL")
            + method("c", "SKIP")
            + method("setUp", "PASS", 'is-config="true"'),
            failed=1,
        ),
        "testng",
        (3, 1, 1, 0, 1, 0),
        facts={"taken_at": "2026-11-20T10:00:00Z"},
    ),
    Sample(
        "a broken set-up",
        ng_results(method("setUp", "FAIL", 'is-config="true"') + method("a", "SKIP")),
        "testng",
        (2, 0, 0, 1, 1, 0),
    ),
    Sample(
        "a retried method",
        ng_results(method("a", "SKIP", 'retried="true"') + method("a", "PASS")),
        "testng",
        (1, 1, 0, 0, 0, 1),
        notices=("W_FLAKY",),
    ),
    Sample(
        "a header with more failures",
        ng_results(method("a", "PASS"), failed=1),
        "testng",
        refused="E_CONTRADICTION",
    ),
    Sample("nothing", ng_results(""), "testng", refused="E_NO_CASES"),
]


def ctest(body):
    return f"<Site><Testing><StartTestTime>1795255200</StartTestTime><TestList><Test>./a</Test></TestList>{body}</Testing></Site>"


CTEST = [
    Sample(
        "ends",
        ctest(
            '<Test Status="passed"><Name>a</Name></Test><Test Status="failed"><Name>b</Name></Test><Test Status="notrun"><Name>c</Name></Test>'
        ),
        "ctest",
        (3, 1, 1, 0, 1, 0),
        facts={"taken_at": "2026-11-21T10:00:00Z"},
    ),
    Sample(
        "a program that was not found",
        ctest(
            '<Test Status="notrun"><Name>c</Name><Results><NamedMeasurement name="Completion Status"><Value>Unable to find executable</Value></NamedMeasurement></Results></Test>'
        ),
        "ctest",
        (1, 0, 0, 1, 0, 0),
    ),
    Sample("nothing", ctest(""), "ctest", refused="E_NO_CASES"),
]

ALLURE_XML = '<ns2:test-suite xmlns:ns2="urn:model.allure.qatools.yandex.ru" start="1412949538848"><name>S</name><test-cases>{}</test-cases></ns2:test-suite>'


def allure_case(status):
    return f'<test-case status="{status}"><name>a</name></test-case>'


ALLURE1 = [
    Sample(
        "XML",
        ALLURE_XML.format("".join(map(allure_case, ("passed", "failed", "broken", "pending", "canceled")))),
        "allure1",
        (5, 1, 1, 1, 2, 0),
        facts={"taken_at": "2014-10-10T13:58:58.848Z"},
    ),
    Sample(
        "JSON",
        json.dumps({"name": "S", "start": 1412949538848, "testCases": [{"name": "a", "status": "PASSED"}]}),
        "allure1",
        (1, 1, 0, 0, 0, 0),
    ),
    Sample("an unknown status", ALLURE_XML.format(allure_case("fine")), "allure1", refused="E_ENUM"),
    Sample("empty", ALLURE_XML.format(""), "allure1", refused="E_NO_CASES"),
]

# --- JSON ----------------------------------------------------------------------------------------------------


def ctrf(*tests, **summary):
    ends = [one["status"] for one in tests]
    told = {
        "tests": len(tests),
        "passed": ends.count("passed"),
        "failed": ends.count("failed"),
        "pending": 0,
        "skipped": 0,
        "other": 0,
        "start": 1795255200000,
        "stop": 1,
    } | summary
    return json.dumps(
        {"results": {"tool": {"name": "t", "version": "1"}, "summary": told, "tests": list(tests)}}
    )


def one(status, **more):
    return {"name": f"test {status}", "status": status, "duration": 5} | more


CTRF = [
    Sample(
        "a todo of Jest",
        ctrf(one("passed"), one("other", rawStatus="todo")),
        "ctrf",
        (2, 1, 0, 0, 1, 0),
    ),
    Sample(
        "five words",
        ctrf(one("passed"), one("failed"), one("skipped"), one("pending"), one("other")),
        "ctrf",
        (5, 1, 1, 1, 2, 0),
        facts={"tool": "t", "tool_version": "1", "taken_at": "2026-11-21T10:00:00Z"},
    ),
    Sample(
        "flaky by flag",
        ctrf(one("passed", flaky=True, retries=1)),
        "ctrf",
        (1, 1, 0, 0, 0, 1),
        notices=("W_FLAKY",),
    ),
    Sample(
        "flaky by its attempts",
        ctrf(one("passed", retryAttempts=[{"attempt": 1, "status": "failed"}])),
        "ctrf",
        (1, 1, 0, 0, 0, 1),
        notices=("W_FLAKY",),
    ),
    Sample(
        "output may hold anything", ctrf(one("failed", message="\0 \x1b[31m")), "ctrf", (1, 0, 1, 0, 0, 0)
    ),
    Sample("a name may not", ctrf(one("failed", name="a\0b")), "ctrf", refused="E_CONTROL_CHAR"),
    Sample(
        "the summary knows more failures", ctrf(one("passed"), failed=1), "ctrf", refused="E_CONTRADICTION"
    ),
    Sample(
        "the summary knows fewer",
        ctrf(one("failed"), failed=0, passed=1),
        "ctrf",
        (1, 0, 1, 0, 0, 0),
        notices=("W_COUNT_MISMATCH",),
    ),
    Sample("nothing", ctrf(), "ctrf", refused="E_NO_CASES"),
    Sample("announced and absent", ctrf(tests=3), "ctrf", refused="E_COUNT_MISMATCH"),
    Sample("an unknown word", ctrf(one("fine")), "ctrf", refused="E_ENUM"),
    Sample(
        "a wrong type", json.dumps({"results": {"summary": {}, "tests": {}}}), "ctrf", refused="E_WRONG_TYPE"
    ),
]


def playwright(*tests, errors=(), **stats):
    told = {
        "startTime": "2026-11-20T10:00:00.000Z",
        "expected": 0,
        "unexpected": 0,
        "flaky": 0,
        "skipped": 0,
    } | stats
    specs = [{"title": f"t{at}", "file": "a.spec.ts", "tests": [test]} for at, test in enumerate(tests)]
    return json.dumps(
        {
            "config": {"version": "1.50.0"},
            "suites": [{"title": "a.spec.ts", "specs": [], "suites": [{"title": "group", "specs": specs}]}],
            "errors": list(errors),
            "stats": told,
        }
    )


def attempt(status, *results):
    return {
        "projectName": "chromium",
        "status": status,
        "results": [{"status": one, "retry": at} for at, one in enumerate(results)],
    }


PLAYWRIGHT = [
    Sample(
        "a test counts once, whatever its attempts",
        playwright(
            attempt("expected", "passed"),
            attempt("flaky", "failed", "passed"),
            attempt("unexpected", "failed", "failed"),
            attempt("skipped"),
            expected=1,
            flaky=1,
            unexpected=1,
            skipped=1,
        ),
        "playwright",
        (4, 2, 1, 0, 1, 1),
        facts={"taken_at": "2026-11-20T10:00:00Z", "tool_version": "1.50.0"},
        notices=("W_FLAKY",),
    ),
    Sample(
        "an expected failure passed",
        playwright(attempt("expected", "failed"), expected=1),
        "playwright",
        (1, 1, 0, 0, 0, 0),
    ),
    Sample(
        "an error outside of tests",
        playwright(attempt("expected", "passed"), errors=[{"message": "boom"}], expected=1),
        "playwright",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "statistics and no suites", playwright(expected=1, flaky=9), "playwright", refused="E_COUNT_MISMATCH"
    ),
    Sample(
        "unexpected tests are missing",
        playwright(attempt("expected", "passed"), expected=1, unexpected=2),
        "playwright",
        refused="E_CONTRADICTION",
    ),
    Sample("nothing", playwright(), "playwright", refused="E_NO_CASES"),
]


def jest(*suites, **more):
    return json.dumps(
        {
            "numTotalTests": sum(len(one["assertionResults"]) for one in suites),
            "success": True,
            "startTime": 1795255200000,
            "testResults": list(suites),
        }
        | more
    )


def jest_file(*statuses, status="passed", **more):
    return {
        "name": "/a.test.js",
        "status": status,
        "assertionResults": [
            {"fullName": f"t {at}", "status": one} | more for at, one in enumerate(statuses)
        ],
    }


JEST = [
    Sample(
        "a pass of Vitest that needed a retry",
        jest(jest_file("passed", failureMessages=["x"])),
        "jest",
        (1, 1, 0, 0, 0, 1),
        notices=("W_FLAKY",),
    ),
    Sample(
        "a file that jest-junit marked on its way",
        jest(jest_file("passed"), jest_file("error", status="failed"), success=False),
        "jest",
        (2, 1, 0, 1, 0, 0),
        notices=("W_COUNT_MISMATCH",),
    ),
    Sample(
        "words",
        jest(jest_file("passed", "failed", "pending", "todo", "skipped", status="failed"), success=False),
        "jest",
        (5, 1, 1, 0, 3, 0),
        facts={"taken_at": "2026-11-21T10:00:00Z"},
    ),
    Sample(
        "a file that does not compile",
        jest(jest_file("passed"), jest_file(status="failed"), numRuntimeErrorTestSuites=1, success=False),
        "jest",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "a broken file that is not listed",
        jest(jest_file("passed"), numRuntimeErrorTestSuites=1),
        "jest",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "a retried test",
        jest(jest_file("passed", invocations=2)),
        "jest",
        (1, 1, 0, 0, 0, 1),
        notices=("W_FLAKY",),
    ),
    Sample(
        "no success and no failure", jest(jest_file("passed"), success=False), "jest", refused="E_RUN_CRASHED"
    ),
    Sample("success over nothing", jest(), "jest", refused="E_NO_CASES"),
    Sample("an unknown word", jest(jest_file("fine")), "jest", refused="E_ENUM"),
]


def mocha(passes=0, failures=0, pending=0, extra=(), **stats):
    def tests(count, kind):
        return [
            {"title": f"{kind} {at}", "fullTitle": f"x {kind} {at}", "currentRetry": 0} for at in range(count)
        ]

    told = {
        "tests": passes + failures + pending,
        "passes": passes,
        "failures": failures,
        "pending": pending,
        "start": "2026-11-20T10:00:00.000Z",
    } | stats
    return json.dumps(
        {
            "stats": told,
            "tests": [],
            "pending": tests(pending, "p"),
            "failures": [*tests(failures, "f"), *extra],
            "passes": tests(passes, "ok"),
        }
    )


MOCHA = [
    Sample("ends", mocha(2, 1, 1), "mocha", (4, 2, 1, 0, 1, 0), facts={"taken_at": "2026-11-20T10:00:00Z"}),
    Sample(
        "a broken hook",
        mocha(1, extra=[{"title": '"before each" hook for "x"'}], failures=0),
        "mocha",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "statistics with more failures",
        json.dumps(
            {
                "stats": {"tests": 2, "passes": 1, "failures": 1},
                "tests": [],
                "pending": [],
                "failures": [],
                "passes": [{"title": "a"}],
            }
        ),
        "mocha",
        refused="E_CONTRADICTION",
    ),
    Sample("nothing", mocha(), "mocha", refused="E_NO_CASES"),
]

MOCHAWESOME_SUITE = {
    "title": "s",
    "tests": [{"title": "a", "pass": True}, {"title": "b", "fail": True}, {"title": "c", "pending": True}],
    "suites": [
        {
            "title": "t",
            "tests": [{"title": "d", "state": "passed"}],
            "beforeHooks": [{"title": "h", "fail": True}],
        }
    ],
}
MOCHAWESOME = [
    Sample(
        "nested suites and hooks",
        json.dumps({"stats": {"tests": 4, "passes": 2, "failures": 2}, "results": [MOCHAWESOME_SUITE]}),
        "mochawesome",
        (5, 2, 1, 1, 1, 0),
    ),
    Sample(
        "a test without a state",
        json.dumps(
            {"stats": {"tests": 1, "passes": 1, "failures": 0}, "results": [{"tests": [{"title": "a"}]}]}
        ),
        "mochawesome",
        refused="E_ENUM",
    ),
    Sample(
        "nothing",
        json.dumps({"stats": {"tests": 0, "passes": 0, "failures": 0}, "results": []}),
        "mochawesome",
        refused="E_NO_CASES",
    ),
]


def cucumber(*elements):
    return json.dumps([{"keyword": "Feature", "name": "F", "uri": "f.feature", "elements": list(elements)}])


def scenario(*statuses, **more):
    return {
        "type": "scenario",
        "name": "S",
        "steps": [{"result": {"status": one}} for one in statuses],
    } | more


CUCUMBER = [
    Sample(
        "steps that Behave did not reach have no result",
        cucumber(
            scenario("failed", status="failed")
            | {"steps": [{"result": {"status": "failed"}}, {"name": "then"}]},
            {"type": "scenario", "name": "s", "steps": [{"name": "given"}], "status": "skipped"},
            scenario("passed", status="hook_error"),
            scenario("passed", status="passed"),
        ),
        "cucumber",
        (4, 1, 1, 1, 1, 0),
    ),
    Sample(
        "the worst step decides",
        cucumber(
            scenario("passed"),
            scenario("passed", "failed", "skipped"),
            scenario("undefined", "skipped"),
            scenario("pending", "skipped"),
        ),
        "cucumber",
        (4, 1, 1, 1, 1, 0),
    ),
    Sample(
        "a broken hook",
        cucumber(scenario("passed", after=[{"result": {"status": "failed"}}])),
        "cucumber",
        (1, 0, 1, 0, 0, 0),
    ),
    Sample(
        "a background is no scenario",
        cucumber({"type": "background", "steps": [{"result": {"status": "passed"}}]}, scenario("passed")),
        "cucumber",
        (1, 1, 0, 0, 0, 0),
    ),
    Sample(
        "but fails the next one",
        cucumber({"type": "background", "steps": [{"result": {"status": "failed"}}]}, scenario("skipped")),
        "cucumber",
        (1, 0, 1, 0, 0, 0),
    ),
    Sample(
        "a scenario without steps proves nothing",
        cucumber(scenario(), scenario("passed")),
        "cucumber",
        (2, 1, 0, 0, 1, 0),
    ),
    Sample("an unknown word", cucumber(scenario("fine")), "cucumber", refused="E_ENUM"),
    Sample("no scenario", cucumber(), "cucumber", refused="E_NO_CASES"),
]


def rspec(*statuses, **summary):
    told = {
        "example_count": len(statuses),
        "failure_count": statuses.count("failed"),
        "pending_count": 0,
    } | summary
    return json.dumps(
        {
            "version": "3.13.0",
            "examples": [
                {"id": str(at), "full_description": f"d {at}", "status": one}
                for at, one in enumerate(statuses)
            ],
            "summary": told,
        }
    )


RSPEC = [
    Sample(
        "ends",
        rspec("passed", "failed", "pending"),
        "rspec",
        (3, 1, 1, 0, 1, 0),
        facts={"tool": "rspec", "tool_version": "3.13.0"},
    ),
    Sample(
        "a file that does not load",
        rspec("passed", errors_outside_of_examples_count=1),
        "rspec",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "a summary with more failures", rspec("passed", failure_count=1), "rspec", refused="E_CONTRADICTION"
    ),
    Sample("nothing", rspec(), "rspec", refused="E_NO_CASES"),
]


def newman(*executions, **run):
    return json.dumps(
        {
            "collection": {"info": {"name": "API"}},
            "run": {"executions": list(executions), "failures": [], "timings": {"started": 1795255200000}}
            | run,
        }
    )


NEWMAN = [
    Sample(
        "assertions are cases",
        newman(
            {
                "item": {"name": "get"},
                "assertions": [
                    {"assertion": "200"},
                    {"assertion": "fast", "error": {"message": "slow"}},
                    {"assertion": "later", "skipped": True},
                ],
            }
        ),
        "newman",
        (3, 1, 1, 0, 1, 0),
        facts={"taken_at": "2026-11-21T10:00:00Z"},
    ),
    Sample(
        "no answer",
        newman(
            {
                "item": {"name": "get"},
                "requestError": {"code": "ECONNREFUSED"},
                "assertions": [{"assertion": "x"}],
            }
        ),
        "newman",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample("requests without assertions", newman({"item": {"name": "get"}}), "newman", refused="E_NO_CASES"),
    Sample(
        "failures that no execution shows",
        newman({"item": {}, "assertions": [{"assertion": "x"}]}, failures=[{}]),
        "newman",
        refused="E_CONTRADICTION",
    ),
    Sample(
        "a run that broke",
        newman({"item": {}, "assertions": [{"assertion": "x"}]}, error={"message": "boom"}),
        "newman",
        refused="E_RUN_CRASHED",
    ),
]


def gtest(*tests, **more):
    return json.dumps(
        {
            "tests": len(tests),
            "failures": sum("failures" in one for one in tests),
            "timestamp": "2026-11-20T10:00:00Z",
            "name": "AllTests",
            "testsuites": [{"name": "S", "testsuite": list(tests)}],
        }
        | more
    )


GTEST = [
    Sample(
        "ends",
        gtest(
            {"name": "a", "status": "RUN", "result": "COMPLETED"},
            {"name": "b", "status": "RUN", "result": "COMPLETED", "failures": [{"failure": "x"}]},
            {"name": "c", "status": "RUN", "result": "SKIPPED"},
            {"name": "d", "status": "NOTRUN", "result": "SUPPRESSED"},
        ),
        "gtest-json",
        (4, 1, 1, 0, 2, 0),
    ),
    Sample(
        "a header with more failures",
        gtest({"name": "a", "status": "RUN", "result": "COMPLETED"}, failures=1),
        "gtest-json",
        refused="E_CONTRADICTION",
    ),
    Sample("nothing", gtest(), "gtest-json", refused="E_NO_CASES"),
]


def allure(**fields):
    return json.dumps({"uuid": "u", "name": "a", "start": 1795255200000} | fields)


ALLURE2 = [
    *(
        Sample(
            word, allure(status=word), "allure2", (1, *ends, 0), facts={"taken_at": "2026-11-21T10:00:00Z"}
        )
        for word, ends in {
            "passed": (1, 0, 0, 0),
            "failed": (0, 1, 0, 0),
            "broken": (0, 0, 1, 0),
            "unknown": (0, 0, 1, 0),
        }.items()
    ),
    Sample("skipped alone is no evidence", allure(status="skipped"), "allure2", refused="E_ALL_SKIPPED"),
    Sample("no status", allure(), "allure2", refused="E_MISSING_FIELD"),
    Sample("null", allure(status=None), "allure2", refused="E_MISSING_FIELD"),
    Sample("an invented status", allure(status="fine"), "allure2", refused="E_ENUM"),
    Sample(
        "a container",
        json.dumps({"uuid": "u", "children": ["a"], "name": "All", "befores": []}),
        "allure2",
        refused="E_NO_CASES",
    ),
]

# --- one event a line ----------------------------------------------------------------------------------------


def go(action, test=None, package="p", **more):
    return (
        {"Time": "2026-11-20T10:00:00Z", "Action": action, "Package": package}
        | ({"Test": test} if test else {})
        | more
    )


GO = [
    Sample(
        "a package that does not build, told in the log alone",
        "# p/bad\nb.go:2:8: syntax error\nFAIL\tp/bad [build failed]\n"
        + lines(go("run", "A"), go("pass", "A"), go("pass"))
        + "FAIL\n",
        "go-test",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "half an event",
        lines(go("run", "A"), go("pass", "A")) + 'e":"x","Action":"fail","Test":"B"}\n',
        "go-test",
        refused="E_MALFORMED",
    ),
    Sample("nothing was built", "FAIL\tp/bad [setup failed]\n", "go-test", (1, 0, 0, 1, 0, 0)),
    Sample(
        "ends",
        lines(
            go("start"),
            go("run", "A"),
            go("pass", "A", Elapsed=0.5),
            go("run", "B"),
            go("fail", "B"),
            go("run", "C"),
            go("skip", "C"),
            go("fail"),
        ),
        "go-test",
        (3, 1, 1, 0, 1, 0),
        facts={"taken_at": "2026-11-20T10:00:00Z"},
    ),
    Sample(
        "a panic leaves tests running",
        lines(go("run", "A"), go("output", "A", Output="panic"), go("fail")),
        "go-test",
        (1, 0, 0, 1, 0, 0),
    ),
    Sample(
        "a package that does not compile",
        lines(go("run", "A"), go("pass", "A"), go("pass"), go("fail", package="q")),
        "go-test",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "a failed build of newer Go",
        lines(
            go("run", "A"), go("pass", "A"), go("pass"), {"ImportPath": "q [q.test]", "Action": "build-fail"}
        ),
        "go-test",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "a stream that was cut",
        lines(go("start"), go("run", "A"), go("pass", "A")),
        "go-test",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample("packages without tests", lines(go("start"), go("skip")), "go-test", refused="E_NO_CASES"),
]


def dart(*events, done=True, success=True):
    start = {"protocolVersion": "0.1.1", "runnerVersion": "1.25.0", "type": "start", "time": 0}
    return lines(
        start,
        {"suite": {"id": 0, "path": "a_test.dart"}, "type": "suite"},
        *events,
        *([{"success": success, "type": "done"}] if done else []),
    )


def dart_test(number, outcome, hidden=False, skipped=False):
    return [
        {"test": {"id": number, "name": f"t{number}", "suiteID": 0}, "type": "testStart"},
        {"testID": number, "result": outcome, "skipped": skipped, "hidden": hidden, "type": "testDone"},
    ]


DART = [
    Sample(
        "ends",
        dart(
            *dart_test(1, "success"),
            *dart_test(2, "failure"),
            *dart_test(3, "error"),
            *dart_test(4, "success", skipped=True),
            *dart_test(5, "success", hidden=True),
            success=False,
        ),
        "dart",
        (4, 1, 1, 1, 1, 0),
    ),
    Sample(
        "a test that never ended",
        dart(*dart_test(1, "success"), dart_test(2, "success")[0], success=False),
        "dart",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample("cut off", dart(*dart_test(1, "success"), done=False), "dart", refused="E_TRUNCATED"),
    Sample(
        "no success and no failure",
        dart(*dart_test(1, "success"), success=False),
        "dart",
        refused="E_RUN_CRASHED",
    ),
    Sample("nothing", dart(), "dart", refused="E_NO_CASES"),
    Sample("an end without a start", dart(dart_test(1, "success")[1]), "dart", refused="E_REFERENCE"),
]


def log(*reports, status=1):
    finish = [{"exitstatus": status, "$report_type": "SessionFinish"}] if status is not None else []
    return lines({"pytest_version": "8.4", "$report_type": "SessionStart"}, *reports, *finish)


def phases(name, *ends):
    return [
        {"nodeid": f"t.py::{name}", "when": when, "outcome": outcome, "$report_type": "TestReport"}
        for when, outcome in ends
    ]


PYTEST = [
    Sample(
        "a failed subtest of a test that passed",
        log(
            *({**one, "$report_type": "SubTestReport"} for one in phases("a", ("call", "failed"))),
            *phases("a", ("call", "passed"), ("teardown", "passed")),
            *phases("b", ("call", "passed")),
        ),
        "pytest-reportlog",
        (2, 1, 1, 0, 0, 0),
    ),
    Sample(
        "phases make one test",
        log(
            *phases("a", ("setup", "passed"), ("call", "passed"), ("teardown", "passed")),
            *phases("b", ("setup", "passed"), ("call", "failed"), ("teardown", "failed")),
            *phases("c", ("setup", "skipped"), ("teardown", "passed")),
            *phases("d", ("setup", "failed"), ("teardown", "passed")),
            *phases("e", ("setup", "passed"), ("call", "passed"), ("teardown", "failed")),
        ),
        "pytest-reportlog",
        (5, 1, 1, 2, 1, 0),
        facts={"tool": "pytest", "tool_version": "8.4"},
    ),
    Sample(
        "a rerun that passed",
        log(*phases("a", ("call", "rerun"), ("call", "passed")), status=0),
        "pytest-reportlog",
        (1, 1, 0, 0, 0, 1),
        notices=("W_FLAKY",),
    ),
    Sample(
        "a file that is not collected",
        log(
            {"nodeid": "x.py", "outcome": "failed", "$report_type": "CollectReport"},
            *phases("a", ("call", "passed")),
            status=1,
        ),
        "pytest-reportlog",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "cut off",
        log(*phases("a", ("call", "passed")), status=None),
        "pytest-reportlog",
        refused="E_TRUNCATED",
    ),
    Sample(
        "interrupted",
        log(*phases("a", ("call", "passed")), status=2),
        "pytest-reportlog",
        refused="E_RUN_CRASHED",
    ),
    Sample("nothing selected", log(status=5), "pytest-reportlog", refused="E_NO_CASES"),
]


def bazel(*events, last=True):
    start = {
        "id": {"started": {}},
        "children": [],
        "started": {"startTimeMillis": "1795255200000", "buildToolVersion": "8.0.0"},
    }
    return lines(start, *events, *([{"id": {"progress": {}}, "lastMessage": True}] if last else []))


def summary(label, status):
    return {"id": {"testSummary": {"label": label}}, "testSummary": {"overallStatus": status}}


def target(label, *statuses, shard=1):
    return [
        {
            "id": {"testResult": {"label": label, "run": 1, "shard": shard, "attempt": at}},
            "testResult": {"status": one},
        }
        for at, one in enumerate(statuses, 1)
    ]


BAZEL = [
    Sample(
        "summaries",
        bazel(
            summary("//a:a", "PASSED"),
            summary("//a:b", "FAILED"),
            summary("//a:c", "FLAKY"),
            summary("//a:d", "TIMEOUT"),
        ),
        "bazel-bep",
        (4, 2, 1, 1, 0, 1),
        facts={"taken_at": "2026-11-21T10:00:00Z", "tool_version": "8.0.0"},
        notices=("W_FLAKY",),
    ),
    Sample(
        "results without a summary",
        bazel(
            *target("//a:a", "FAILED", "PASSED"),
            *target("//a:b", "PASSED"),
            *target("//a:b", "FAILED", shard=2),
        ),
        "bazel-bep",
        (2, 1, 1, 0, 0, 1),
        notices=("W_FLAKY",),
    ),
    Sample(
        "announced and never run",
        bazel(
            {"id": {"targetCompleted": {}}, "children": [{"testSummary": {"label": "//a:z"}}]},
            summary("//a:a", "PASSED"),
        ),
        "bazel-bep",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample("cut off", bazel(summary("//a:a", "PASSED"), last=False), "bazel-bep", refused="E_TRUNCATED"),
    Sample("a build without tests", bazel(), "bazel-bep", refused="E_NO_CASES"),
    Sample("an unknown status", bazel(summary("//a:a", "FINE")), "bazel-bep", refused="E_ENUM"),
]


def rust(*tests, ended="ok"):
    events = [
        event
        for name, end in tests
        for event in (
            {"type": "test", "event": "started", "name": name},
            *([{"type": "test", "name": name, "event": end}] if end else []),
        )
    ]
    return lines(
        {"type": "suite", "event": "started", "test_count": len(tests)},
        *events,
        *([{"type": "suite", "event": ended}] if ended else []),
    )


LIBTEST = [
    Sample(
        "ends",
        rust(("a", "ok"), ("b", "failed"), ("c", "ignored"), ended="failed"),
        "libtest",
        (3, 1, 1, 0, 1, 0),
    ),
    Sample(
        "a test that never ended", rust(("a", "ok"), ("b", None), ended=""), "libtest", (2, 1, 0, 1, 0, 0)
    ),
    Sample("a suite that never ended", rust(("a", "ok"), ended=""), "libtest", refused="E_TRUNCATED"),
    Sample(
        "a suite that failed alone", rust(("a", "ok"), ended="failed"), "libtest", refused="E_RUN_CRASHED"
    ),
    Sample("nothing", rust(), "libtest", refused="E_NO_CASES"),
]

# --- text ----------------------------------------------------------------------------------------------------

TAP = [
    Sample(
        "points and directives",
        "TAP version 14\n1..5\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP later\nnot ok 4 - d # TODO some day\nok 5 # todo\n",
        "tap",
        (5, 1, 1, 0, 3, 0),
        notices=("W_NOT_TESTED",),
    ),
    Sample("the plan at the end", "ok 1 a\nnot ok 2 b\n# tests 2\n1..2\n", "tap", (2, 1, 1, 0, 0, 0)),
    Sample(
        "subtests are summed up by their parent",
        "TAP version 13\n# Subtest: x\n    ok 1 - in\n    not ok 2 - in\n    1..2\nnot ok 1 - x\n1..1\n",
        "tap",
        (1, 0, 1, 0, 0, 0),
    ),
    Sample(
        "diagnostics hold anything",
        "TAP version 13\n1..1\nok 1 - a\n  ---\n  out: |\n    not ok 9\nnot ok 7\n  ...\n",
        "tap",
        (1, 1, 0, 0, 0, 0),
    ),
    Sample("a skipped failure failed", "1..2\nok 1 a\nnot ok 2 b # skip\n", "tap", (2, 1, 1, 0, 0, 0)),
    Sample("a hash in a name", "1..1\nok 1 - issue \\# skip this\n", "tap", (1, 1, 0, 0, 0, 0)),
    Sample(
        "a trailer that disagrees",
        "1..3\nok 1\nok 2\nok 3\n# tests 2\n",
        "tap",
        (3, 3, 0, 0, 0, 0),
        notices=("W_COUNT_MISMATCH",),
    ),
    Sample("a bail-out", "1..2\nok 1\nBail out! no database\n", "tap", refused="E_RUN_CRASHED"),
    Sample("no plan", "TAP version 13\nok 1\n", "tap", refused="E_TRUNCATED"),
    Sample("points are missing", "1..3\nok 1\nok 2\n", "tap", refused="E_COUNT_MISMATCH"),
    Sample("too many points", "1..1\nok 1\nok 2\n", "tap", refused="E_COUNT_MISMATCH"),
    Sample(
        "subtests that all were skipped are no pass",
        "TAP version 13\n    ok 1 - in # SKIP\n    ok 2 - in # TODO\n    1..2\nok 1 - x\n1..1\n",
        "tap",
        refused="E_ALL_SKIPPED",
    ),
    Sample(
        "a parent that hides a failure",
        "ok 1 - a\n    not ok 1 - in\n    1..1\nok 2 - x\n1..2\n",
        "tap",
        (2, 1, 1, 0, 0, 0),
    ),
    Sample(
        "node counts all but suites and numbers files anew",
        "TAP version 13\n# Subtest: s\n    ok 1 - a\n      ---\n      type: 'test'\n      ...\n"
        "    not ok 2 - b\n    1..2\nnot ok 1 - s\n  ---\n  type: 'suite'\n  ...\n"
        "ok 2 - c # SKIP\nok 2 - d\n1..3\n# tests 4\n# suites 1\n# pass 2\n# fail 1\n",
        "tap",
        (4, 2, 1, 0, 1, 0),
    ),
    Sample(
        "a suite of node that broke by itself",
        "ok 1 - a\n    ok 1 - in\n    1..1\nnot ok 2 - s\n  ---\n  type: 'suite'\n  ...\n1..2\n# tests 2\n# suites 1\n",
        "tap",
        (3, 2, 1, 0, 0, 0),
        notices=("W_COUNT_MISMATCH",),
    ),
    Sample(
        "vitest puts a file's points in braces",
        "TAP version 13\n1..2\nnot ok 1 - a.js # time=9.32ms {\n    1..2\n    ok 1 - in # time=1ms\n"
        "    not ok 2 - b\n        ---\n        message: x\n        ...\n}\nok 2 - b.js # SKIP {\n    1..1\n    ok 1 - t # TODO\n}\n",
        "tap",
        (3, 1, 1, 0, 1, 0),
    ),
    Sample(
        "mocha gives a broken hook the number of the next test",
        'not ok 1 x "before all" hook for "a"\nok 1 b\n# tests 1\n1..2\n',
        "tap",
        (2, 1, 1, 0, 0, 0),
        notices=("W_COUNT_MISMATCH",),
    ),
    Sample("a point twice", "1..2\nok 1\nok 1\n", "tap", refused="E_DUPLICATE_KEY"),
    Sample("two runs in one file", "1..1\nok 1\n1..1\nok 1\n", "tap", refused="E_DUPLICATE_KEY"),
    Sample("nothing to do", "1..0 # SKIP no database\n", "tap", refused="E_NO_CASES"),
]


def session(*outcomes, code=1, collectors=(), **more):
    return json.dumps(
        {
            "created": 1795255200.25,
            "duration": 0.5,
            "exitcode": code,
            "root": "/b",
            "environment": {},
            "summary": {"total": len(outcomes), "collected": len(outcomes)},
            "collectors": [{"nodeid": "", "outcome": "passed"}, *collectors],
            "tests": [{"nodeid": f"a.py::t{at}", "outcome": one} for at, one in enumerate(outcomes)],
        }
        | more
    )


UNCOLLECTED = {"nodeid": "b.py", "outcome": "failed", "longrepr": "x\0y"}
PYTEST_JSON = [
    Sample(
        "all outcomes",
        session("passed", "failed", "error", "skipped", "xfailed", "xpassed", "rerun"),
        "pytest-json",
        (7, 3, 1, 1, 2, 1),
        facts={"taken_at": "2026-11-21T10:00:00.250Z", "tool": "pytest"},
        notices=("W_FLAKY",),
    ),
    Sample(
        "a file that was not collected",
        session("passed", collectors=[UNCOLLECTED]),
        "pytest-json",
        (2, 1, 0, 1, 0, 0),
    ),
    Sample(
        "nothing but a file that was not collected",
        session(code=2, collectors=[UNCOLLECTED]),
        "pytest-json",
        refused="E_RUN_CRASHED",
    ),
    Sample("subtests that all passed", session("subtests passed", code=0), "pytest-json", (1, 1, 0, 0, 0, 0)),
    Sample(
        "subtests of which one may have failed",
        session("subtests passed", "passed"),
        "pytest-json",
        refused="E_CONTRADICTION",
    ),
    Sample("failed without a failure", session("passed"), "pytest-json", refused="E_RUN_CRASHED"),
    Sample("nothing selected", session(code=5), "pytest-json", refused="E_NO_CASES"),
    Sample(
        "a summary alone", session("passed", code=0, tests=None), "pytest-json", refused="E_MISSING_FIELD"
    ),
    Sample("a new word", session("exploded"), "pytest-json", refused="E_ENUM"),
]


def stream(*events, pending=0, passes=0, failures=0, end=True):
    stats = {"tests": passes, "passes": passes, "failures": failures, "pending": pending}
    return lines(
        ["start", {"total": 9}], *events, *([["end", stats | {"start": "2026-11-20T10:00:00.000Z"}]] * end)
    )


MOCHA_STREAM = [
    Sample(
        "ends",
        stream(
            ["pass", {"title": "a", "currentRetry": 0}],
            ["pass", {"title": "b", "currentRetry": 2}],
            ["fail", {"title": "c", "err": "x"}],
            ["fail", {"title": '"after all" hook for "c"'}],
            passes=2,
            failures=2,
            pending=1,
        ),
        "mocha-stream",
        (5, 2, 1, 1, 1, 1),
        facts={"taken_at": "2026-11-20T10:00:00Z"},
        notices=("W_FLAKY",),
    ),
    Sample("cut off", stream(["pass", {"title": "a"}], end=False), "mocha-stream", refused="E_TRUNCATED"),
    Sample("failures without events", stream(failures=1), "mocha-stream", refused="E_CONTRADICTION"),
    Sample("nothing ran", stream(pending=2), "mocha-stream", refused="E_ALL_SKIPPED"),
]


def messages(*scenarios, success=True, finished=True):
    """Scenarios are sequences of attempts, and attempts sequences of the ends of steps."""
    found = [
        {"meta": {"protocolVersion": "32.2.0", "implementation": {"name": "cucumber-js", "version": "12"}}},
        {"testRunStarted": {"timestamp": {"seconds": 1795255200, "nanos": 5}}},
    ]
    for at, attempts in enumerate(scenarios):
        found.append({"pickle": {"id": f"p{at}", "name": f"S {at}", "uri": "a.feature"}})
        found.append({"testCase": {"id": f"c{at}", "pickleId": f"p{at}", "testSteps": []}})
        for attempt, steps in enumerate(attempts):
            one = f"c{at}.{attempt}"
            found.append({"testCaseStarted": {"id": one, "testCaseId": f"c{at}", "attempt": attempt}})
            found += [
                {"testStepFinished": {"testCaseStartedId": one, "testStepResult": {"status": status}}}
                for status in steps
            ]
            retried = attempt < len(attempts) - 1
            found.append({"testCaseFinished": {"testCaseStartedId": one, "willBeRetried": retried}})
    return lines(*found, *([{"testRunFinished": {"success": success}}] * finished))


MESSAGES = [
    Sample(
        "the worst step decides",
        messages(
            [("PASSED",)],
            [("PASSED", "FAILED", "SKIPPED")],
            [("UNDEFINED",)],
            [("PENDING", "SKIPPED")],
            [("FAILED",), ("PASSED",)],
            [("FAILED",), ("FAILED",)],
            success=False,
        ),
        "cucumber-messages",
        (6, 2, 2, 1, 1, 1),
        facts={"tool": "cucumber-js", "tool_version": "12", "taken_at": "2026-11-21T10:00:00Z"},
        notices=("W_FLAKY",),
    ),
    Sample("cut off", messages([("PASSED",)], finished=False), "cucumber-messages", refused="E_TRUNCATED"),
    Sample(
        "failed alone", messages([("PASSED",)], success=False), "cucumber-messages", refused="E_RUN_CRASHED"
    ),
    Sample("a dry run", messages([("SKIPPED",)]), "cucumber-messages", refused="E_ALL_SKIPPED"),
    Sample("no scenarios", messages(), "cucumber-messages", refused="E_NO_CASES"),
    Sample("a new word", messages([("FINE",)]), "cucumber-messages", refused="E_ENUM"),
]


def executions(*cases):
    return f'<testExecutions version="1"><file path="a.ts">{"".join(cases)}</file></testExecutions>'


SONAR = [
    Sample(
        "four ends",
        executions(
            '<testCase name="a" duration="5"/>',
            '<testCase name="b" duration="5"><failure message="m">t</failure></testCase>',
            '<testCase name="c"><error message="m"/></testCase>',
            '<testCase name="d"><skipped message="m"/></testCase>',
        ),
        "sonar-tests",
        (4, 1, 1, 1, 1, 0),
    ),
    Sample("nothing", executions(), "sonar-tests", refused="E_NO_CASES"),
    Sample("no name", executions("<testCase/>"), "sonar-tests", refused="E_MISSING_FIELD"),
    Sample(
        "skipped and failed",
        executions('<testCase name="a"><skipped/><failure/></testCase>'),
        "sonar-tests",
        refused="E_CONTRADICTION",
    ),
]

SAMPLES = [
    *MESSAGES, *SONAR,
    *ROBOT_JSON, *PYTEST_JSON, *MOCHA_STREAM, *XUNIT, *NUNIT3, *NUNIT2, *TRX, *ROBOT, *TESTNG, *CTEST, *ALLURE1, *CTRF, *PLAYWRIGHT, *JEST, *MOCHA, *MOCHAWESOME,
    *CUCUMBER, *RSPEC, *NEWMAN, *GTEST, *ALLURE2, *GO, *DART, *PYTEST, *BAZEL, *LIBTEST, *TAP,
]  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.format}: {sample.story}")
def test_story(sample):
    if sample.refused:
        assert refusal(sample.text) == sample.refused
        return
    reading = read_text(sample.text)
    assert reading.format == sample.format
    assert counts(sample.text) == sample.counts
    assert {key: reading.facts.get(key) for key in sample.facts} == sample.facts
    assert tuple(one.code for one in reading.notices) == sample.notices


@given(st.data())
def test_a_damaged_report_gives_a_reading_or_one_clear_error(data):
    sample = data.draw(st.sampled_from(SAMPLES))
    text = bytearray(sample.text.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=3))
    try:
        found = read(Source.of(bytes(text), "x"))
    except EvidenceError:
        return  # the only error that may come out
    assert found.records is None or len(found.records) >= 1


JSON_SAMPLES = [one for one in SAMPLES if one.counts and one.text.startswith(("{", "["))]


@given(st.data())
def test_any_value_of_another_type_gives_a_reading_or_one_clear_error(data):
    """Every place in the document in turn holds something that the format does not define."""
    sample = data.draw(st.sampled_from(JSON_SAMPLES))
    documents = [json.loads(line) for line in sample.text.splitlines()]
    document = data.draw(st.sampled_from(documents))
    holder, key = data.draw(st.sampled_from(list(places(document))))
    holder[key] = data.draw(
        st.sampled_from([None, True, 0, -1, 1.5, "", "x", [], {}, [None], {"a": []}, 10**40])
    )
    try:
        read_text(lines(*documents) if len(documents) > 1 else json.dumps(documents[0]))
    except EvidenceError:
        return  # the only error that may come out


def places(value):
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from places(value[key])
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield value, at
            yield from places(one)
