"""Ginkgo, InSpec, dbt, TestCafe and Cypress: total, passed, failed, errored, skipped, flaky; or the refusal."""

import json

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source


def ginkgo(*specs, good=True, **settings):
    suite = {"SuiteDescription": "s", "SuiteSucceeded": good, "SuiteConfig": settings, "SpecReports": specs}
    return [suite | {"StartTime": "2026-01-01T00:00:00Z"}]


def spec(state, kind="It", **more):
    return {
        "ContainerHierarchyTexts": ["A"],
        "LeafNodeType": kind,
        "LeafNodeText": state,
        "State": state,
    } | more


def inspec(*controls, **profile):
    listed = [{"id": str(at), "results": found} for at, found in enumerate(controls)]
    return {"platform": {}, "version": "6.8", "profiles": [{"name": "p", "controls": listed, **profile}]}


def ended(*states):
    return [{"status": state, "code_desc": "d"} for state in states]


def dbt(**results):
    listed = [{"unique_id": name.replace("_", "."), "status": state} for name, state in results.items()]
    return {"metadata": {"dbt_version": "1.9"}, "elapsed_time": 1.5, "results": listed}


def cafe(*tests, passed=1, skipped=0):
    fixtures = [{"name": "f", "path": "f.js", "tests": tests}]
    totals = {"passed": passed, "skipped": skipped, "total": len(tests)}
    return {
        "startTime": "2026-01-01T00:00:00Z",
        "userAgents": ["x"],
        "fixtures": fixtures,
        "warnings": [],
    } | totals


def case(name="a", *, errs=(), **more):
    return {"name": name, "errs": list(errs), "durationMs": 1, **more}


def cypress(*runs, failed=0):
    return {"totalTests": 1, "totalFailed": failed, "cypressVersion": "14", "runs": runs}


def run(*tests, **more):
    return {"spec": {"relative": "a.cy.js"}, "tests": tests, **more}


def tried(state, *attempts):
    return {"title": ["A", state], "state": state, "attempts": [{"state": one} for one in attempts]}


RUNS = [
    (
        "ginkgo",
        ginkgo(*map(spec, ("passed", "failed", "panicked", "timedout", "pending", "skipped")), good=False),
        (6, 1, 1, 2, 2, 0),
    ),
    ("ginkgo", ginkgo(spec("passed", NumAttempts=2)), (1, 1, 0, 0, 0, 1)),
    ("ginkgo", ginkgo(spec("passed", NumAttempts=3, MaxMustPassRepeatedly=3)), (1, 1, 0, 0, 0, 0)),
    ("ginkgo", ginkgo(spec("passed"), spec("passed", "BeforeSuite")), (1, 1, 0, 0, 0, 0)),
    ("ginkgo", ginkgo(spec("passed"), spec("failed", "AfterSuite"), good=False), (2, 1, 0, 1, 0, 0)),
    ("ginkgo", ginkgo(spec("passed"), good=False), (2, 1, 0, 1, 0, 0)),
    ("ginkgo", ginkgo(spec("passed"), DryRun=True), "E_ALL_SKIPPED"),
    ("ginkgo", ginkgo(), "E_NO_CASES"),
    (
        "inspec",
        inspec(ended("passed", "passed"), ended("passed", "failed"), ended("skipped"), ()),
        (4, 1, 1, 0, 2, 0),
    ),
    ("inspec", inspec([{"status": "failed", "exception": "x"}]), (1, 0, 0, 1, 0, 0)),
    ("inspec", inspec(status="failed", status_message="no such file"), "E_SCAN_FAILED"),
    ("dbt", dbt(test_a="pass", test_b="fail", test_c="error", test_d="skipped"), (4, 1, 1, 1, 1, 0)),
    ("dbt", dbt(model_a="success", test_b="warn"), (1, 1, 0, 0, 0, 0)),
    ("dbt", dbt(model_a="error", test_b="pass"), (2, 1, 0, 1, 0, 0)),
    ("dbt", dbt(model_a="success"), "E_NO_CASES"),
    (
        "testcafe",
        cafe(case(), case(errs=["x"]), case(skipped=True), skipped=1),
        (3, 1, 1, 0, 1, 0),
    ),
    ("testcafe", cafe(case(unstable=True)), (1, 1, 0, 0, 0, 1)),
    ("testcafe", cafe(case(), case(), passed=1), "E_CONTRADICTION"),
    (
        "cypress",
        cypress(
            run(tried("passed", "failed", "passed"), tried("failed", "failed"), tried("pending")), failed=1
        ),
        (3, 1, 1, 0, 1, 1),
    ),
    ("cypress", cypress(run(tried("passed")), run(error="no tests")), (2, 1, 0, 1, 0, 0)),
    ("cypress", cypress(run(tried("passed")), failed=1), "E_CONTRADICTION"),
]


@pytest.mark.parametrize(("name", "report", "seen"), RUNS)
def test_a_run_is_counted_as_its_runner_meant_it(name, report, seen):
    source = Source.of(json.dumps(report).encode(), "report")
    if isinstance(seen, str):
        with pytest.raises(EvidenceError) as caught:
            read(source)
        assert caught.value.code == seen
        return
    reading = read(source)
    found = reading.records
    assert reading.format == name
    assert (found.total, found.passed, found.failed, found.errored, found.skipped, found.flaky) == seen


@pytest.mark.parametrize(("name", "report", "seen"), [one for one in RUNS if not isinstance(one[2], str)])
def test_a_value_of_another_type_gives_a_reading_or_one_clear_error(name, report, seen):
    good = seen[1] + seen[4]
    for odd in (None, 7, [], {}, "x", True):
        for key in (
            "State",
            "status",
            "tests",
            "results",
            "controls",
            "errs",
            "attempts",
            "state",
            "SpecReports",
        ):
            changed = json.dumps(_with(report, key, odd))
            try:
                found = read(Source.of(changed.encode(), name)).records
            except EvidenceError as refused:
                assert refused.message
            else:
                assert found.passed <= good


def _with(value, key, odd):
    if isinstance(value, dict):
        return {name: odd if name == key else _with(one, key, odd) for name, one in value.items()}
    return [_with(one, key, odd) for one in value] if isinstance(value, list | tuple) else value
