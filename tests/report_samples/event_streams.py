"""Reports of one event a line: go test, dart, pytest report log, Bazel, libtest."""

from report_samples.story import Sample, lines


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
