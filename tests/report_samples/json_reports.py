"""Reports that are one JSON document: CTRF, Playwright, jest, mocha, Cucumber, RSpec, newman, GoogleTest, Allure 2."""

import json

from report_samples.story import Sample


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
