"""A failure that a report mentions anywhere does not vanish: it is counted, or the report is refused."""

import json

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source

GOOD3 = '<test-suite name="s"><test-case name="a" fullname="s.a" result="Passed"/></test-suite>'
GOOD2 = '<test-case name="s.a" executed="True" success="True" result="Success"/>'
GOODX = '<collection><test name="a" result="Pass"/></collection>'
GOODT = '<UnitTestResult testId="1" testName="a" outcome="Passed"/>'
GOODR = '<test name="a"><status status="PASS"/></test>'
SPEC = {"title": "a", "tests": [{"status": "expected", "results": [{"status": "passed"}]}]}


def nunit3(more="", **header):
    stated = " ".join(f'{key}="{value}"' for key, value in header.items())
    return f"<test-run {stated}>{GOOD3}{more}</test-run>"


def nunit2(suite="", header="", cases=GOOD2):
    return f'<test-results total="1" {header}><test-suite name="s" {suite}><results>{cases}</results></test-suite></test-results>'


def xunit(header="", cases=GOODX):
    return f'<assemblies><assembly name="a" total="1" {header}>{cases}</assembly></assemblies>'


def trx(counters="", more="", results=GOODT):
    return (
        f'<TestRun><Results>{results}</Results><ResultSummary outcome="Completed"><Counters total="1" {counters}/>'
        f"{more}</ResultSummary></TestRun>"
    )


def inner(outer, *ends):
    results = "".join(f'<UnitTestResult testId="2" testName="b" outcome="{end}"/>' for end in ends)
    return f'<UnitTestResult testId="1" testName="a" outcome="{outer}"><InnerResults>{results}</InnerResults></UnitTestResult>'


def ng(*methods):
    tests = "".join(
        f'<test-method status="{status}" signature="{name}" name="{name}" {more}/>'
        for name, status, more in methods
    )
    return f'<testng-results><suite><test name="t"><class name="c">{tests}</class></test></suite></testng-results>'


def robot(tests=GOODR, status="PASS"):
    return f'<robot generator="Robot 7"><suite name="s">{tests}<status status="{status}"/></suite></robot>'


def jest(**more):
    fine = {"name": "f", "status": "passed", "assertionResults": [{"fullName": "a", "status": "passed"}]}
    return json.dumps({"numTotalTests": 1, "success": True, "testResults": [fine], **more})


def playwright(*specs):
    stats = {"expected": 1, "unexpected": 0, "flaky": 0, "skipped": 0}
    return json.dumps(
        {"config": {}, "errors": [], "suites": [{"title": "s", "specs": specs}], "stats": stats}
    )


def newman(failed):
    run = {
        "stats": {"assertions": {"total": 2, "failed": failed}},
        "executions": [{"item": {"name": "r"}, "assertions": [{"assertion": "a"}]}],
        "failures": [],
    }
    return json.dumps({"collection": {"info": {"name": "c"}}, "run": run})


def bazel(ended):
    records = (
        {"id": {"started": {}}, "children": [], "started": {"uuid": "u"}},
        {"id": {"testSummary": {"label": "//a"}}, "testSummary": {"overallStatus": "PASSED"}},
        {"id": {"buildFinished": {}}, "finished": {"exitCode": {"name": ended}}, "lastMessage": True},
    )
    return "\n".join(map(json.dumps, records))


def messages(*states, hook="PASSED", success=False):
    records = [{"meta": {"protocolVersion": "32", "implementation": {"name": "c"}}}]
    for at, state in enumerate(states):
        ids = {"testCaseStartedId": f"s{at}"}
        records += [
            {"testCase": {"id": str(at), "pickleId": "p"}},
            {"testCaseStarted": {"id": f"s{at}", "testCaseId": str(at)}},
            {"testStepFinished": {**ids, "testStepResult": {"status": state}}},
            {"testCaseFinished": ids},
        ]
    records += [
        {"testRunHookFinished": {"result": {"status": hook}}},
        {"testRunFinished": {"success": success}},
    ]
    return "\n".join(map(json.dumps, records))


def behave(*elements):
    return json.dumps([{"keyword": "Feature", "name": "F", "status": "failed", "elements": elements}])


def scenario(**more):
    return {
        "type": "scenario",
        "keyword": "Scenario",
        "name": "x",
        "steps": [{"result": {"status": "passed"}}],
        **more,
    }


# the report, and how many failed or broke; or the code of the refusal
HIDDEN = [
    (nunit3('<test-suite name="b.dll" result="Failed" label="Invalid" testcasecount="0"/>'), 1),
    (nunit3('<test-suite name="t" result="Failed" site="SetUp" testcasecount="3"/>'), 1),
    (nunit3(result="Failed"), 1),
    (nunit3(failed="3"), "E_CONTRADICTION"),
    (nunit3('<test-case name="b" result="Passed"><failure/></test-case>'), 1),
    (
        nunit3(
            '<test-suite name="t" result="Failed" site="Child"><test-case name="b" result="Failed"/></test-suite>'
        ),
        1,
    ),
    (nunit2('success="False" result="Error"'), 1),
    (nunit2(header='failures="1"'), "E_CONTRADICTION"),
    (nunit2(cases=GOOD2.replace("/>", "><failure/></test-case>")), 1),
    (xunit('failed="2"'), "E_CONTRADICTION"),
    (xunit('errors="1"'), "E_CONTRADICTION"),
    (xunit(cases=GOODX.replace("/></", "><failure/></test></")), 1),
    (trx('failed="1"'), "E_CONTRADICTION"),
    (trx('aborted="1"'), "E_CONTRADICTION"),
    (trx(more='<RunInfos><RunInfo outcome="Error"/></RunInfos>'), "E_RUN_CRASHED"),
    (trx(results=inner("Failed", "Passed", "Passed")), 1),
    (trx(results=inner("Failed", "Passed", "Failed")), 1),
    (ng(("a", "PASS", ""), ("b", "FAIL", 'retried="true"')), 1),
    (ng(("a", "PASS", ""), ("b", "FAIL", 'retried="true"'), ("b", "PASS", "")), 0),
    (robot(status="FAIL"), "E_CONTRADICTION"),
    (robot('<test name="a"><status status="FAIL"/><status status="PASS"/></test>', "FAIL"), 1),
    (jest(numFailedTests=1), "E_CONTRADICTION"),
    (jest(numFailedTestSuites=1), "E_CONTRADICTION"),
    (jest(wasInterrupted=True), "E_RUN_CRASHED"),
    (playwright(SPEC, {"title": "b", "ok": False, "tests": []}), 1),
    (playwright(SPEC | {"ok": False}), 1),
    (newman(1), "E_CONTRADICTION"),
    (newman(0), 0),
    (messages("PASSED", "SKIPPED"), "E_RUN_CRASHED"),
    (messages("PASSED", "PENDING"), 0),
    (messages("PASSED", "SKIPPED", success=True), 0),
    (messages("PASSED", hook="FAILED"), 1),
    (bazel("BUILD_FAILURE"), "E_RUN_CRASHED"),
    (bazel("SUCCESS"), 0),
    (
        behave(
            scenario(), {"type": "background", "keyword": "Background", "status": "hook_error", "steps": []}
        ),
        1,
    ),
    (behave({"type": "background", "keyword": "Background", "steps": []}, scenario(status="passed")), 0),
]


@pytest.mark.parametrize(("text", "bad"), HIDDEN)
def test_what_failed_is_seen(text, bad):
    source = Source.of(text.encode(), "report")
    if isinstance(bad, str):
        with pytest.raises(EvidenceError) as caught:
            read(source)
        assert caught.value.code == bad
    else:
        cases = read(source).records
        assert cases.failed + cases.errored == bad


def test_a_dry_run_of_mocha_shows_nothing():
    test = {"title": "a", "speed": "fast", "currentRetry": 0, "err": {}}
    stats = {"tests": 1, "passes": 1, "pending": 0, "failures": 0}
    report = {"stats": stats, "tests": [test], "passes": [test], "failures": [], "pending": []}
    with pytest.raises(EvidenceError) as caught:
        read(Source.of(json.dumps(report).encode()))
    assert caught.value.code == "E_ALL_SKIPPED"


def test_what_breaks_outside_of_avas_tests_is_beyond_its_plan():
    text = "TAP version 13\nok 1 - a\nnot ok 2 - Error: x\n1..1\n"
    assert read(Source.of(text.encode())).records.failed == 1
    with pytest.raises(EvidenceError) as caught:
        read(Source.of(text.replace("not ok", "ok").encode()))
    assert caught.value.code == "E_COUNT_MISMATCH"


OK = "1..1\nok 1 - a\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OK + "# Looks like your test exited with 255 just after 1.\n", "E_RUN_CRASHED"),
        (OK + "# Looks like your test died before it could output anything.\n", "E_RUN_CRASHED"),
        (OK + "# tests 1\n# pass 1\n# fail 2\n", "E_CONTRADICTION"),
    ],
)
def test_what_tap_tells_behind_its_points_is_heard(text, code):
    with pytest.raises(EvidenceError) as caught:
        read(Source.of(text.encode()))
    assert caught.value.code == code


def test_playwright_before_its_statistics_is_counted_by_its_tests():
    report = {"config": {}, "suites": [{"title": "s", "specs": [SPEC]}], "errors": []}
    reading = read(Source.of(json.dumps(report).encode()))

    assert [(one.metric, one.value) for one in reading.measurements][:2] == [
        ("tests.total", 1),
        ("tests.passed", 1),
    ]
    assert not reading.notices


@pytest.mark.parametrize(
    "text",
    [
        f"1..1\nok 1 - a{' ' * 200_000}b\n",
        f'<testsuite><testcase name="a"/>{"!" * 300_000}</testsuite>',
    ],
)
def test_a_long_run_of_one_character_takes_no_hours(text):
    assert next(iter(read(Source.of(text.encode())).measurements)).value == 1
