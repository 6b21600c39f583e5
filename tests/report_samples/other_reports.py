"""TAP, and what came later: pytest JSON, the stream of mocha, Cucumber messages, SonarQube executions."""

import json

from report_samples.story import Sample, lines

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
