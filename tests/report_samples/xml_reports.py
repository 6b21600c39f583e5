"""XML reports: xUnit.net, NUnit, TRX, Robot Framework, TestNG, CTest, Allure 1."""

import json

from report_samples.story import Sample


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
    Sample(
        "a header with more failures than are shown",
        ng_results(method("a", "PASS") + method("b", "FAIL"), failed=2),
        "testng",
        (2, 1, 1, 0, 0, 0),
        notices=("W_COUNT_MISMATCH",),
    ),
    Sample("nothing", ng_results(""), "testng", refused="E_NO_CASES"),
]


def ctest(body, listed=0):
    tests = "<Test>./a</Test>" * (listed or body.count("<Test Status"))
    return f"<Site><Testing><StartTestTime>1795255200</StartTestTime><TestList>{tests}</TestList>{body}</Testing></Site>"


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
    Sample("nothing of what was listed", ctest("", listed=2), "ctest", refused="E_COUNT_MISMATCH"),
    Sample(
        "a run that broke off",
        ctest('<Test Status="passed"><Name>a</Name></Test>', listed=3),
        "ctest",
        (1, 1, 0, 0, 0, 0),
        notices=("W_COUNT_MISMATCH",),
    ),
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
