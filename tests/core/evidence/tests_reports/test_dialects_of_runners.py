"""Reports in the shapes that test runners really write: each story is one run, told in the runner's own words."""

import json
from typing import NamedTuple

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source


class Run(NamedTuple):
    """What a runner wrote: total, passed, failed, errored, skipped; or the code of the refusal."""

    story: str
    text: str
    seen: tuple[int, ...] | str


def lines(*records: dict | list) -> str:
    return "\n".join(map(json.dumps, records))


NOSE2 = """<testsuite name="nose2-junit" errors="{errors}" failures="0" skipped="0" tests="{tests}" time="0.1">
{cases}</testsuite>"""
FIXTURE = '<testcase classname="{word} (shop" name="Cart)"><error message="test failure">x</error></testcase>'
FINE = '<testcase classname="shop.Till" name="test_{name}"/>'

NODE = """<testsuites>
<testcase name="adds" classname="test"/>
<testcase name="rounds" classname="test"><skipped type="todo" message="later"/>
<failure type="testCodeFailure" message="1 == 2">x</failure></testcase>
{more}</testsuites>"""
NODE_SUITE = """<testsuite name="cart" tests="{tests}" failures="0" errors="0" skipped="0">
<testcase name="one" classname="test"/><testcase name="two" classname="test"/>
<testsuite name="inner" tests="2" failures="0" skipped="0">
<testcase name="three" classname="test"/><testcase name="four" classname="test"/>
</testsuite></testsuite>"""

NODE_TAP = """<testsuites name="TAP Tests" tests="5" failures="1" assertions="4" skipped="2">
<testsuite name="cart.js" tests="5" failures="1" assertions="4" skipped="2">
<testcase id="1" name="adds" classname="cart.js"/>
<testcase id="2" name="away" classname="cart.js"><properties><property name="skip" value="why"/></properties></testcase>
<testcase id="3" name="later" classname="cart.js"><properties><property name="todo" value="true"/></properties></testcase>
<testcase id="4" name="late" classname="cart.js"><failure>x</failure><properties><property name="todo" value="true"/>
</properties></testcase></testsuite></testsuites>"""

VITEST_TAP = """TAP version 13
1..1
not ok 1 - cart.test.ts # time=7.82ms {
    1..2
    not ok 1 - before # time=3.34ms {
        1..1
        ok 1 - one # SKIP
    }
    not ok 2 - after # time=4.11ms {
        1..1
        ok 1 - two # time=3.13ms
    }
}
"""

NODE_SUITES_TAP = """TAP version 13
# Subtest: outer
    # Subtest: inner
        # Subtest: one
        ok 1 - one
          ---
          duration_ms: 0.1
          ...
        1..1
    not ok 1 - inner
      ---
      duration_ms: 1
      type: 'suite'
      failureType: 'hookFailed'
      ...
    1..1
not ok 1 - outer
  ---
  duration_ms: 2
  type: 'suite'
  ...
1..1
# tests 1
# suites 2
"""

BEHAVE = [
    {
        "keyword": "Feature",
        "name": "cart",
        "status": "failed",
        "elements": [
            {
                "type": "background",
                "keyword": "Background",
                "name": "",
                "steps": [{"keyword": "Given", "name": "a cart"}],
            },
            {
                "type": "scenario",
                "keyword": "Scenario",
                "name": "adds",
                "status": "passed",
                "steps": [{"keyword": "Given", "name": "a cart", "result": {"status": "passed"}}],
            },
            {
                "type": "scenario",
                "keyword": "Scenario",
                "name": "nobody wrote it",
                "status": "error",
                "steps": [
                    {"keyword": "Given", "name": "a cart", "result": {"status": "passed"}},
                    {"keyword": "When", "name": "it flies", "result": {"status": "undefined"}},
                    {"keyword": "Then", "name": "it lands"},
                ],
            },
        ],
    }
]
SILENT = [
    {
        "keyword": "Feature",
        "name": "cart",
        "elements": [{"type": "scenario", "keyword": "Scenario", "name": "x", "steps": [{"name": "y"}]}],
    }
]

PYTEST_START = {"pytest_version": "9.0.0", "$report_type": "SessionStart"}
BAD_COLLECT = {"nodeid": "test_cart.py", "outcome": "failed", "$report_type": "CollectReport"}
GOOD_CALL = {"nodeid": "test_a.py::test_x", "when": "call", "outcome": "passed", "$report_type": "TestReport"}
BAD_CALL = {**GOOD_CALL, "nodeid": "test_a.py::test_y", "outcome": "failed"}


def finish(status: int) -> dict:
    return {"exitstatus": status, "$report_type": "SessionFinish"}


def ctest(*reasons: str) -> str:
    tests = "".join(
        f'<Test Status="notrun"><Name>t{at}</Name><Results><NamedMeasurement type="text/string" '
        f'name="Completion Status"><Value>{reason}</Value></NamedMeasurement></Results></Test>'
        for at, reason in enumerate(reasons)
    )
    return f'<Site><Testing><Test Status="passed"><Name>ok</Name></Test>{tests}</Testing></Site>'


PESTER = '<testcase name="{0}" status="{0}" classname="till" time="0.1"/>'
PESTER_WORDS = ("Passed", "Failed", "Inconclusive", "NotRun", "Undefined", "TimedOut")

MOCHAWESOME_NOTHING = {
    "stats": {"suites": 0, "tests": 0, "passes": 0, "pending": 0, "failures": 0},
    "results": [False],
}

RUNS = [
    Run(
        "nose2 writes errors of fixtures as cases and does not count them",
        NOSE2.format(
            errors=2,
            tests=1,
            cases=FIXTURE.format(word="setUpClass")
            + FINE.format(name="a")
            + FIXTURE.format(word="tearDownClass"),
        ),
        (3, 1, 0, 2, 0),
    ),
    Run(
        "a surplus that passes is not excused by a fixture",
        NOSE2.format(
            errors=1,
            tests=1,
            cases=FIXTURE.format(word="setUpModule") + FINE.format(name="a") + FINE.format(name="b"),
        ),
        "E_COUNT_MISMATCH",
    ),
    Run("node --test: what fails and is still to do is no failure", NODE.format(more=""), (2, 1, 0, 0, 1)),
    Run(
        "node --test counts cases and suites of one level only",
        NODE.format(more=NODE_SUITE.format(tests=3)),
        (6, 5, 0, 0, 1),
    ),
    Run(
        "others count cases of one level only",
        NODE.format(more=NODE_SUITE.format(tests=2)),
        (6, 5, 0, 0, 1),
    ),
    Run(
        "fewer than that is a surplus that passes",
        NODE.format(more=NODE_SUITE.format(tests=1)),
        "E_COUNT_MISMATCH",
    ),
    Run("node-tap writes what did not run as a pass with a property", NODE_TAP, (4, 1, 1, 0, 2)),
    Run("Vitest: each broken suite is one failure, their file is none", VITEST_TAP, (4, 1, 2, 0, 1)),
    Run("node --test: a suite broken by its hook explains those above it", NODE_SUITES_TAP, (2, 1, 1, 0, 0)),
    Run(
        "Behave gives no results to a background and none after a broken step",
        json.dumps(BEHAVE),
        (2, 1, 0, 1, 0),
    ),
    Run("a scenario without any result tells nothing", json.dumps(SILENT), "E_ENUM"),
    Run(
        "pytest that was interrupted by a file it could not import",
        lines(PYTEST_START, BAD_COLLECT, finish(2)),
        "E_RUN_CRASHED",
    ),
    Run(
        "pytest that was interrupted after some tests",
        lines(PYTEST_START, GOOD_CALL, BAD_CALL, finish(2)),
        "E_RUN_CRASHED",
    ),
    Run(
        "pytest that went on after such a file",
        lines(PYTEST_START, BAD_COLLECT, GOOD_CALL, finish(1)),
        (2, 1, 0, 1, 0),
    ),
    Run(
        "CTest: skipped on demand, or unable to start",
        ctest(
            "SKIP_RETURN_CODE=77", "SKIP_REGULAR_EXPRESSION_MATCHED", "Disabled", "Unable to find executable"
        ),
        (5, 1, 0, 1, 3),
    ),
    Run(
        "Pester: what neither passed nor failed is told by a status alone",
        "<testsuite>" + "".join(map(PESTER.format, PESTER_WORDS)) + "</testsuite>",
        (6, 1, 1, 2, 2),
    ),
    Run("Mochawesome of a run without tests", json.dumps(MOCHAWESOME_NOTHING), "E_NO_CASES"),
    Run(
        "an Allure container that names no children",
        '{"uuid": "u", "befores": [{"name": "x", "status": "passed"}], "start": 1, "stop": 2}',
        "E_NO_CASES",
    ),
]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.story)
def test_a_run_is_counted_as_its_runner_meant_it(run: Run) -> None:
    source = Source.of(run.text.encode(), "report")
    if isinstance(run.seen, str):
        with pytest.raises(EvidenceError) as caught:
            read(source)
        assert caught.value.code == run.seen
        return
    found = read(source).records
    assert (found.total, found.passed, found.failed, found.errored, found.skipped) == run.seen
