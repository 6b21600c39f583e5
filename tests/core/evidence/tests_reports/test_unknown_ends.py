"""A word that no reader knows is never a pass: in each report one test passed and one ended as ``wobbly``."""

import json

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import FORMATS, read
from flightrules.evidence.source import Source

WORD = "wobbly"


def lines(*records):
    return "\n".join(map(json.dumps, records))


def go(*ends):
    return lines(*({"Action": action, "Package": "p", "Test": test} for action, test in ends))


def reportlog(*records):
    start = {"pytest_version": "9", "$report_type": "SessionStart"}
    fine = {"nodeid": "t.py::a", "when": "call", "outcome": "passed", "$report_type": "TestReport"}
    return lines(start, fine, *records, {"exitstatus": 0, "$report_type": "SessionFinish"})


def pytest_json(tests=(), collectors=()):
    fine = {"nodeid": "t.py::a", "outcome": "passed"}
    return json.dumps(
        {
            "created": 1700000000.1,
            "duration": 1,
            "exitcode": 0,
            "root": "/",
            "summary": {"total": 1 + len(tests)},
            "collectors": list(collectors),
            "tests": [fine, *tests],
        }
    )


def libtest(*records):
    suite = {"type": "suite", "event": "started", "test_count": 2}
    begun, fine = ({"type": "test", "event": event, "name": "a"} for event in ("started", "ok"))
    return lines(suite, begun, fine, *records)


def playwright(end, last, expected="passed"):
    def spec(title, status, result):
        test = {"status": status, "expectedStatus": expected, "results": [{"status": result}]}
        return {"title": title, "tests": [test]}

    specs = [spec("a", "expected", expected), spec("b", end, last)]
    stats = {"expected": 2, "unexpected": 0, "flaky": 0, "skipped": 0}
    return json.dumps(
        {"config": {}, "errors": [], "suites": [{"title": "s", "specs": specs}], "stats": stats}
    )


def messages(status):
    def case(number, status):
        ids = {"testCaseStartedId": f"s{number}"}
        yield {"testCase": {"id": str(number), "pickleId": f"p{number}"}}
        yield {"testCaseStarted": {"id": f"s{number}", "testCaseId": str(number)}}
        yield {"testStepFinished": {**ids, "testStepResult": {"status": status}}}
        yield {"testCaseFinished": ids}

    meta = {"meta": {"protocolVersion": "1", "implementation": {"name": "c"}}}
    return lines(meta, *case(1, "PASSED"), *case(2, status), {"testRunFinished": {"success": True}})


def two(key, first="passed", **more):
    return [{"name": "a", key: first, **more}, {"name": "b", key: WORD, **more}]


def gtest(status, result):
    tests = [
        {"name": "a", "status": "RUN", "result": "COMPLETED"},
        {"name": "b", "status": status, "result": result},
    ]
    return json.dumps({"tests": 2, "failures": 0, "testsuites": [{"name": "s", "testsuite": tests}]})


def awesome(**end):
    tests = [{"title": "a", "state": "passed"}, {"title": "b", **end}]
    return json.dumps({"stats": {"tests": 2, "passes": 2, "failures": 0}, "results": [{"tests": tests}]})


def jest(*suites):
    fine = {"name": "f", "status": "passed", "assertionResults": [{"fullName": "a", "status": "passed"}]}
    return json.dumps({"numTotalTests": 1, "success": True, "testResults": [fine, *suites]})


def junit(case):
    return f'<testsuite name="s"><testcase name="a"/>{case}</testsuite>'


BEGUN, ENDED = ("run", "A"), ("pass", "A")
SUITE_ENDS = {"type": "suite", "event": "ok"}
REPORTS = [
    ("junit", junit(f'<testcase name="b" status="{WORD}"/>')),
    ("junit", junit(f'<testcase name="b" result="{WORD}"/>')),
    ("junit", junit(f'<testcase name="b" Outcome="{WORD}"/>')),
    (
        "xunit2",
        f"""<assemblies><assembly total="2"><collection><test name="a" result="Pass"/>
<test name="b" result="{WORD}"/></collection></assembly></assemblies>""",
    ),
    (
        "nunit3",
        f"""<test-run><test-suite name="s"><test-case name="a" fullname="s.a" result="Passed"/>
<test-case name="b" fullname="s.b" result="{WORD}"/></test-suite></test-run>""",
    ),
    (
        "nunit2",
        f"""<test-results total="2"><test-suite name="s"><results>
<test-case name="s.a" executed="True" success="True" result="Success"/>
<test-case name="s.b" executed="True" success="True" result="{WORD}"/></results></test-suite></test-results>""",
    ),
    (
        "trx",
        f"""<TestRun><Results><UnitTestResult testId="1" testName="a" outcome="Passed"/>
<UnitTestResult testId="2" testName="b" outcome="{WORD}"/></Results></TestRun>""",
    ),
    (
        "robot",
        f"""<robot generator="Robot 7"><suite name="s"><test name="a"><status status="PASS"/></test>
<test name="b"><status status="{WORD}"/></test></suite></robot>""",
    ),
    (
        "testng",
        f"""<testng-results><suite><test name="t"><class name="c"><test-method status="PASS" name="a"/>
<test-method status="{WORD}" name="b"/></class></test></suite></testng-results>""",
    ),
    (
        "ctest",
        f"""<Site><Testing><Test Status="passed"><Name>a</Name></Test>
<Test Status="{WORD}"><Name>b</Name></Test></Testing></Site>""",
    ),
    (
        "catch2",
        f"""<Catch2TestRun><TestCase name="a"><OverallResult success="true"/></TestCase>
<TestCase name="b"><OverallResult success="{WORD}"/></TestCase></Catch2TestRun>""",
    ),
    (
        "doctest",
        f"""<doctest><TestSuite><TestCase name="a"><OverallResultsAsserts test_case_success="true"/></TestCase>
<TestCase name="b"><OverallResultsAsserts test_case_success="{WORD}"/></TestCase></TestSuite></doctest>""",
    ),
    (
        "boost-test",
        f"""<TestResult><TestSuite name="s"><TestCase name="a" result="passed"/>
<TestCase name="b" result="{WORD}"/></TestSuite></TestResult>""",
    ),
    (
        "qtest",
        f"""<TestCase name="s"><TestFunction name="a"><Incident type="pass"/></TestFunction>
<TestFunction name="b"><Incident type="{WORD}"/></TestFunction></TestCase>""",
    ),
    (
        "sonar-tests",
        f"""<testExecutions version="1"><file path="f"><testCase name="a" duration="1"/>
<testCase name="b" duration="1"><{WORD}/></testCase></file></testExecutions>""",
    ),
    (
        "allure1",
        f"""<test-suite xmlns="urn:model.allure.qatools.yandex.ru"><name>s</name><test-cases>
<test-case status="passed"><name>a</name></test-case>
<test-case status="{WORD}"><name>b</name></test-case></test-cases></test-suite>""",
    ),
    ("allure2", json.dumps({"uuid": "u", "name": "b", "status": WORD, "start": 1, "stop": 2})),
    (
        "ctrf",
        json.dumps({"results": {"summary": {"tests": 2, "passed": 2, "failed": 0}, "tests": two("status")}}),
    ),
    ("playwright", playwright(WORD, "passed")),
    ("playwright", playwright("expected", WORD)),
    (
        "jest",
        jest({"name": "g", "status": "passed", "assertionResults": [{"fullName": "b", "status": WORD}]}),
    ),
    ("jest", jest({"name": "g", "status": WORD, "assertionResults": []})),
    ("mochawesome", awesome(state=WORD)),
    ("mochawesome", awesome(state=WORD, **{"pass": True})),
    (
        "cucumber",
        json.dumps(
            [
                {
                    "uri": "f",
                    "elements": [
                        {"type": "scenario", "name": name, "steps": [{"result": {"status": status}}]}
                        for name, status in (("a", "passed"), ("b", WORD))
                    ],
                }
            ]
        ),
    ),
    (
        "rspec",
        json.dumps(
            {"version": "3", "examples": two("status"), "summary": {"example_count": 2, "failure_count": 0}}
        ),
    ),
    ("gtest-json", gtest("RUN", WORD)),
    ("gtest-json", gtest(WORD, "COMPLETED")),
    ("go-test", go(BEGUN, ENDED, ("run", "B"), (WORD, "B"), ("pass", ""))),
    ("go-test", go(BEGUN, ENDED, (WORD, "B"), ("pass", ""))),
    ("go-test", go(BEGUN, ENDED, (WORD, ""))),
    (
        "dart",
        lines(
            {"protocolVersion": "0.1.1", "runnerVersion": "1", "type": "start", "time": 0},
            {"test": {"id": 1, "name": "a", "suiteID": 0}, "type": "testStart"},
            {"testID": 1, "result": "success", "type": "testDone"},
            {"test": {"id": 2, "name": "b", "suiteID": 0}, "type": "testStart"},
            {"testID": 2, "result": WORD, "type": "testDone"},
            {"success": True, "type": "done"},
        ),
    ),
    (
        "pytest-reportlog",
        reportlog({"nodeid": "t.py::b", "when": "call", "outcome": WORD, "$report_type": "TestReport"}),
    ),
    ("pytest-reportlog", reportlog({"nodeid": "u.py", "outcome": WORD, "$report_type": "CollectReport"})),
    ("cucumber-messages", messages(WORD)),
    (
        "robot-json",
        json.dumps(
            {"generator": "Robot 7", "rpa": False, "suite": {"name": "s", "tests": two("status", "PASS")}}
        ),
    ),
    ("pytest-json", pytest_json([{"nodeid": "t.py::b", "outcome": WORD}])),
    ("pytest-json", pytest_json(collectors=[{"nodeid": "u.py", "outcome": WORD}])),
    (
        "mocha-stream",
        lines(
            ["start", {"total": 2}],
            ["pass", {"title": "a"}],
            [WORD, {"title": "b"}],
            ["end", {"tests": 2, "passes": 1, "pending": 0, "failures": 0}],
        ),
    ),
    (
        "bazel-bep",
        lines(
            {"id": {"started": {}}, "children": [], "started": {"uuid": "u"}},
            {"id": {"testSummary": {"label": "//a"}}, "testSummary": {"overallStatus": "PASSED"}},
            {
                "id": {"testSummary": {"label": "//b"}},
                "testSummary": {"overallStatus": WORD},
                "lastMessage": True,
            },
        ),
    ),
    ("libtest", libtest({"type": "test", "event": WORD, "name": "b"}, SUITE_ENDS)),
    ("libtest", libtest({"type": "suite", "event": WORD})),
    ("libtest", libtest({"type": WORD, "event": "failed", "name": "b"}, SUITE_ENDS)),
    (
        "xcresult",
        json.dumps(
            {"testNodes": [{"nodeType": "Test Case", **one} for one in two("result", "Passed")]},
        ),
    ),
    (
        "xcresult",
        json.dumps(
            {
                "testNodes": [
                    {"nodeType": "Test Case", "name": "a", "result": "Passed"},
                    {"nodeType": WORD, "name": "b", "result": "Failed"},
                ]
            }
        ),
    ),
    (
        "ginkgo",
        json.dumps(
            [
                {
                    "SuiteDescription": "s",
                    "SuiteSucceeded": True,
                    "SpecReports": [{"LeafNodeType": "It", "LeafNodeText": one, "State": state}],
                }
                for one, state in (("a", "passed"), ("b", WORD))
            ]
        ),
    ),
    (
        "inspec",
        json.dumps(
            {
                "platform": {},
                "profiles": [{"name": "p", "controls": [{"id": "a", "results": two("status")}]}],
                "version": "6",
            }
        ),
    ),
    (
        "dbt",
        json.dumps(
            {
                "metadata": {"dbt_version": "1.9"},
                "elapsed_time": 1,
                "results": [{"unique_id": f"test.{one}", "status": one} for one in ("pass", WORD)],
            }
        ),
    ),
    (
        "cypress",
        json.dumps(
            {"totalTests": 2, "totalFailed": 0, "runs": [{"spec": {"relative": "f"}, "tests": two("state")}]}
        ),
    ),
    ("tap", f"TAP version 13\n1..2\nok 1 - a\n{WORD} 2 - b\n"),
    ("tap", f"TAP version 13\n1..2\nok 1 - a\nnot ok 2 - b # {WORD}\n"),
]
WITHOUT_WORDS = {
    "mocha": "the list in which a test stands tells its end",
    "testcafe": "a test has errors or none",
    "newman": "an assertion has an error or none",
}


@pytest.mark.parametrize(("name", "text"), REPORTS)
def test_an_end_that_no_reader_knows_is_no_pass(name, text):
    source = Source.of(text.encode(), "report")
    try:
        reading = read(source)
    except EvidenceError as refused:
        assert refused.code in ("E_ENUM", "E_COUNT_MISMATCH", "E_RUN_CRASHED")
    else:
        assert (reading.format, reading.records.passed) == (name, 1)
        assert reading.records.failed + reading.records.errored == 1


def test_every_format_of_tests_is_tried():
    formats = {one.name for one in FORMATS if one.family == "tests"}
    assert formats == {name for name, _ in REPORTS} | set(WITHOUT_WORDS)


@pytest.mark.parametrize(
    ("end", "last", "expected", "passed"),
    [
        ("expected", "failed", "passed", 1),
        ("expected", "failed", "failed", 2),
        ("expected", "passed", "passed", 2),
    ],
)
def test_playwright_is_believed_by_the_last_attempt(end, last, expected, passed):
    assert read(Source.of(playwright(end, last, expected).encode())).records.passed == passed


def test_the_text_of_go_among_its_events_is_no_result():
    text = '{"Action":"run","Package":"p","Test":"A"}\n--- FAIL: TestB (0.00s)\n'
    with pytest.raises(EvidenceError) as caught:
        read(Source.of(text.encode()))
    assert caught.value.code == "E_UNRECOGNISED"
