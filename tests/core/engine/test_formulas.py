"""Every metric of the catalogue, measured once from real evidence formats: the value is worked out by hand."""

import json
from decimal import Decimal

import pytest

from flightrules.engine.formulas import FORMULAS
from flightrules.engine.verdict import Status

JUNIT = '<testsuite><testcase name="a"/><testcase name="b"/><testcase name="c"/><testcase name="d"><failure/></testcase><testcase name="e"><error/></testcase><testcase name="f"><skipped/></testcase></testsuite>'
FLAKY = '<testsuite><testcase classname="x" name="a"><flakyFailure message="m"/></testcase><testcase classname="x" name="b"/></testsuite>'
COBERTURA = '<coverage line-rate="0.75"><packages><package><classes><class filename="a.py"><lines><line number="1" hits="1" branch="true" condition-coverage="50% (1/2)"/><line number="2" hits="1"/><line number="3" hits="0"/><line number="4" hits="2"/></lines></class></classes></package></packages></coverage>'


def axe(*targets):
    nodes = [
        {"target": [target], "html": "<i>", "impact": "serious", "any": [], "all": [], "none": []}
        for target in targets
    ]
    violations = (
        [
            {
                "id": "label",
                "impact": "serious",
                "tags": ["wcag2a"],
                "description": "d",
                "help": "h",
                "helpUrl": "u",
                "nodes": nodes,
            }
        ]
        if targets
        else []
    )
    return json.dumps(
        {
            "testEngine": {"name": "axe-core", "version": "4.10"},
            "url": "https://shop.test/",
            "timestamp": "2026-11-21T10:00:00Z",
            "violations": violations,
            "passes": [
                {
                    "id": "x",
                    "impact": None,
                    "tags": [],
                    "description": "",
                    "help": "",
                    "helpUrl": "",
                    "nodes": [],
                }
            ],
            "incomplete": [],
            "inapplicable": [],
        }
    )


def sarif(rules, suppressed=()):
    results = [
        {
            "ruleId": rule,
            "level": "error",
            "message": {"text": rule},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.py"}}}],
        }
        for rule in rules
    ]
    results += [
        {"ruleId": rule, "level": "error", "message": {"text": rule}, "suppressions": [{"kind": "inSource"}]}
        for rule in suppressed
    ]
    return json.dumps(
        {
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {"name": "t", "rules": [{"id": rule} for rule in (*rules, *suppressed)]}
                    },
                    "results": results,
                }
            ],
        }
    )


def k6(requests=200, failed=2, p95=250):
    metrics = {
        "http_reqs": {"type": "counter", "contains": "default", "values": {"count": requests, "rate": 20}},
        "http_req_duration": {
            "type": "trend",
            "contains": "time",
            "values": {"avg": 100, "min": 1, "med": 90, "max": 900, "p(90)": 200, "p(95)": p95, "p(99)": 400},
        },
        "http_req_failed": {
            "type": "rate",
            "contains": "default",
            "values": {"rate": failed / requests, "passes": failed, "fails": requests - failed},
        },
        "vus_max": {"type": "gauge", "contains": "default", "values": {"value": 50, "min": 50, "max": 50}},
    }
    return json.dumps(
        {
            "state": {"testRunDurationMs": 10000.0},
            "metrics": metrics,
            "root_group": {"name": "", "path": "", "groups": [], "checks": []},
        }
    )


def jira(*rows):
    issues = [
        {
            "key": key,
            "fields": {
                "summary": key,
                "issuetype": {"name": kind},
                "priority": {"name": word},
                "status": {"name": "s", "statusCategory": {"key": state}},
            },
        }
        for key, kind, word, state in rows
    ]
    return json.dumps({"startAt": 0, "maxResults": 50, "total": len(issues), "issues": issues})


BUGS = jira(
    ("S-1", "Bug", "P1", "new"),
    ("S-2", "Bug", "P2", "new"),
    ("S-3", "Bug", "P1", "done"),
    ("S-4", "Story", "P3", "done"),
    ("S-5", "Story", "P3", "new"),
)
GENERIC = {"flightrules": "evidence/1", "tool": "desk", "taken_at": "2026-11-21T10:00:00Z"}
CHECKLIST = json.dumps(
    {
        **GENERIC,
        "checklists": [
            {
                "name": "operations",
                "items": [
                    {"id": "a", "title": "Runbooks published", "done": True},
                    {"id": "b", "title": "Backup tested", "done": False},
                ],
            }
        ],
    }
)
PROMETHEUS = json.dumps(
    {
        "status": "success",
        "data": {
            "resultType": "vector",
            "result": [
                {"metric": {"__name__": "cpu", "instance": "a"}, "value": [1763700000, "0.5"]},
                {"metric": {"__name__": "cpu", "instance": "b"}, "value": [1763700000, "0.7"]},
            ],
        },
    }
)
LIGHTHOUSE = json.dumps(
    {
        "lighthouseVersion": "12.0.0",
        "fetchTime": "2026-11-21T10:00:00Z",
        "categories": {"performance": {"score": 0.57, "auditRefs": []}},
        "audits": {
            "largest-contentful-paint": {"numericValue": 2500.5, "scoreDisplayMode": "numeric"},
            "cumulative-layout-shift": {"numericValue": 0.1, "scoreDisplayMode": "numeric"},
            "interaction-to-next-paint": {"numericValue": 200, "scoreDisplayMode": "numeric"},
            "total-blocking-time": {"numericValue": 30, "scoreDisplayMode": "numeric"},
            "first-contentful-paint": {"numericValue": 900, "scoreDisplayMode": "numeric"},
            "speed-index": {"numericValue": 1200, "scoreDisplayMode": "numeric"},
        },
    }
)
STRYKER = json.dumps(
    {
        "schemaVersion": "1",
        "thresholds": {"high": 80, "low": 60},
        "files": {
            "a.js": {
                "language": "js",
                "source": "x",
                "mutants": [
                    {
                        "id": str(at),
                        "mutatorName": "m",
                        "location": {"start": {"line": at, "column": 1}, "end": {"line": at, "column": 2}},
                        "status": status,
                    }
                    for at, status in enumerate(("Killed", "Killed", "Killed", "Survived"), 1)
                ],
            }
        },
    }
)
OASDIFF = json.dumps(
    [
        {
            "id": "response-property-removed",
            "text": "removed",
            "level": 3,
            "operation": "GET",
            "path": "/a",
            "section": "paths",
        }
    ]
)
PACT = json.dumps(
    {
        "summary": {"deployable": False, "reason": "r", "success": 3, "failed": 1, "unknown": 0},
        "matrix": [
            {"consumer": {"name": f"a{at}"}, "provider": {"name": "b"}, "verificationResult": {"success": ok}}
            for at, ok in enumerate((True, True, True, False))
        ],
    }
)

TABLE = [
    ("tests.pass_rate", "Pass rate >= 1%", JUNIT, Decimal(60)),
    ("tests.failure_rate", "Failure rate <= 99%", JUNIT, Decimal(40)),
    ("tests.executed_rate", "Planned tests executed >= 1%", JUNIT, Decimal(500) / 6),
    ("tests.total", "Number of tests >= 1", JUNIT, Decimal(6)),
    ("tests.executed", "Tests run >= 1", JUNIT, Decimal(5)),
    ("tests.failed", "Failed tests <= 9", JUNIT, Decimal(2)),
    ("tests.skipped", "Skipped tests <= 9", JUNIT, Decimal(1)),
    ("tests.skipped_rate", "Skipped test rate <= 99%", JUNIT, Decimal(100) / 6),
    ("tests.flaky_rate", "Flaky test rate <= 99%", FLAKY, Decimal(50)),
    ("tests.flaky", "Flaky tests <= 9", FLAKY, Decimal(1)),
    ("coverage.lines", "Line coverage >= 1%", COBERTURA, Decimal(75)),
    ("coverage.branches", "Branch coverage >= 1%", COBERTURA, Decimal(50)),
    ("coverage.new_lines", "New code coverage >= 1%", COBERTURA, Decimal(50)),
    ("mutation.score", "Mutation score >= 1%", STRYKER, Decimal(75)),
    ("defects.open", "P1 defects open <= 9", BUGS, Decimal(1)),
    ("defects.undocumented", "Every open defect has: severity, owner", BUGS, Decimal(2)),
    ("defects.density", "Defect density < 9 defects/KLOC", BUGS, Decimal("0.5")),
    ("stories.accepted_rate", "Stories accepted >= 1%", BUGS, Decimal(50)),
    ("findings.open", "Findings <= 9", sarif(["x", "y"], ["z"]), Decimal(2)),
    ("findings.new", "New findings <= 9", sarif(["x", "y"], ["z"]), Decimal(1)),
    ("findings.suppressed", "Suppressed findings <= 9", sarif(["x"], ["z"]), Decimal(1)),
    ("a11y.violations", "WCAG 2.1 AA violations <= 9", axe("a", "b"), Decimal(2)),
    ("a11y.violations", "Critical accessibility violations <= 9", axe("a", "b"), Decimal(0)),
    ("a11y.violations", "Moderate or worse accessibility violations <= 9", axe("a", "b"), Decimal(2)),
    ("a11y.new", "WCAG 2.1 AA new violations <= 9", axe("a", "b"), Decimal(1)),
    ("load.percentile", "p95 response time <= 999 ms under 50 users", k6(), Decimal(250)),
    ("load.mean", "Mean response time <= 999 ms", k6(), Decimal(100)),
    ("load.max", "Maximum response time <= 999 ms", k6(), Decimal(900)),
    ("load.error_rate", "Error rate < 9%", k6(), Decimal(1)),
    ("load.success_rate", "Request success rate >= 1%", k6(), Decimal(99)),
    ("load.failed", "Failed requests <= 9", k6(), Decimal(2)),
    ("load.rps", "Throughput >= 1 rps", k6(), Decimal(20)),
    ("load.requests", "Requests made >= 1", k6(), Decimal(200)),
    ("load.projected_share", "Projected load >= 1%", k6(), Decimal(200)),
    ("contracts.pass_rate", "Contract pass rate >= 1%", PACT, Decimal(75)),
    ("api.breaking_changes", "Breaking changes <= 9", OASDIFF, Decimal(1)),
    ("checklist.done_rate", 'checklist "operations" >= 1%', CHECKLIST, Decimal(50)),
    ("lighthouse.score", "Performance score >= 1.1", LIGHTHOUSE, Decimal(57)),
    ("lighthouse.lcp", "LCP <= 9 s", LIGHTHOUSE, Decimal("2500.5")),
    ("lighthouse.cls", "CLS <= 0.1", LIGHTHOUSE, Decimal("0.1")),
    ("lighthouse.inp", "INP <= 9 s", LIGHTHOUSE, Decimal(200)),
    ("lighthouse.tbt", "TBT <= 9 s", LIGHTHOUSE, Decimal(30)),
    ("lighthouse.fcp", "FCP <= 9 s", LIGHTHOUSE, Decimal(900)),
    ("lighthouse.speed_index", "Speed index <= 9 s", LIGHTHOUSE, Decimal(1200)),
    ("quarantine.size", "Quarantine list size <= 9", "", Decimal(1)),
    ("monitoring.value", 'monitored value "cpu" <= 9', PROMETHEUS, Decimal("0.7")),
]
BASELINES = {"findings.new": sarif(["x"]), "a11y.new": axe("a")}
REST = """
evidence:
  the method: {paths: [a]}
quarantine:
  entries:
    - {test: "nothing.*", owner: Ines, reason: drift, expires: "2026-12-01T00:00:00Z"}
release: {kloc: 4, projected_rps: 10}
"""


@pytest.mark.parametrize(("metric", "sentence", "data", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_each_formula_gives_what_a_hand_gives(desk, metric, sentence, data, expected):
    tail = " measured by the method" if data else ""
    rules = (
        f"criteria:\n  c: {json.dumps(sentence + tail)}\ngates:\n  g: {{kind: exit, criteria: [c]}}\n{REST}"
    )
    baseline = [desk.artefact("the method", BASELINES[metric])] if metric in BASELINES else ()
    found = {"the method": desk.found(desk.artefact("the method", data), baseline=baseline)} if data else {}
    changes = (
        {"the method": desk.changed("main", {"a.py": [2, 3]})} if metric == "coverage.new_lines" else None
    )
    result = desk.decide(rules, found, changes=changes).results[0]
    assert result.rule.criterion.metric == metric
    assert result.status is (Status.FAIL if metric == "defects.undocumented" else Status.PASS), result.reason
    assert round(result.actual, 9) == round(expected, 9)


def test_the_table_leaves_no_formula_out():
    assert list(dict.fromkeys(row[0] for row in TABLE)) == list(FORMULAS)


@pytest.mark.parametrize(("metric", "sentence", "data", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_no_formula_makes_a_number_from_evidence_of_another_kind(desk, metric, sentence, data, expected):
    if not data:
        pytest.skip("the quarantine list is measured from the rulebook itself")
    other = k6() if data is not k6() and "load" not in metric else JUNIT
    rules = f"criteria:\n  c: {json.dumps(sentence + ' measured by the method')}\ngates:\n  g: {{kind: exit, criteria: [c]}}\n{REST}"
    result = desk.decide(rules, {"the method": desk.found(desk.artefact("the method", other))}).results[0]
    assert result.status in (Status.NO_DATA, Status.NOT_MEASURED_AS_STATED)
    assert result.actual is None


def jtl(*milliseconds):
    rows = (f"{1763700000000 + at},{ms},buy,200,true" for at, ms in enumerate(milliseconds))
    return "timeStamp,elapsed,label,responseCode,success\n" + "\n".join(rows) + "\n"


def decided(desk, sentence, *artefacts):
    rules = f"criteria:\n  c: {json.dumps(sentence + ' measured by the method')}\ngates:\n  g: {{kind: exit, criteria: [c]}}\n{REST}"
    found = desk.found(*(desk.artefact("the method", data) for data in artefacts))
    return desk.decide(rules, {"the method": found}).results[0]


@pytest.mark.parametrize(
    ("milliseconds", "status"),
    [((100, 300), Status.PASS), ((200,) * 2999 + (201,), Status.FAIL), ((199, 201) * 500, Status.PASS)],
    ids=["upon it", "a third of a microsecond above it", "upon it, of many"],
)
def test_a_mean_is_not_rounded_across_its_threshold(desk, milliseconds, status):
    assert decided(desk, "Mean response time <= 200 ms", jtl(*milliseconds)).status is status


def test_the_mean_of_two_runs_is_that_of_all_their_requests(desk):
    one = decided(desk, "Mean response time <= 150 ms", jtl(100, 100, 100), jtl(300))
    assert (one.status, one.actual) == (Status.PASS, Decimal(150))


def test_a_part_that_does_not_tell_its_mean_leaves_none(desk):
    without = json.loads(k6())
    del without["metrics"]["http_req_duration"]["values"]["avg"]
    one = decided(desk, "Mean response time <= 999 ms", k6(), json.dumps(without))
    assert one.status is Status.NO_DATA


def page(**changed):
    document = json.loads(LIGHTHOUSE)
    for key, value in changed.items():
        document["audits"][key.replace("_", "-")] = value
    return json.dumps(document)


def test_the_worst_page_decides(desk):
    slow = page(largest_contentful_paint={"numericValue": 4000})
    one = decided(desk, "LCP <= 2.6 s", LIGHTHOUSE, slow)
    assert (one.status, one.actual) == (Status.FAIL, Decimal(4000))


def test_a_page_whose_audit_failed_may_be_the_worst(desk):
    broken = page(largest_contentful_paint={"scoreDisplayMode": "error", "errorMessage": "NO_LCP"})
    one = decided(desk, "LCP <= 2.6 s", LIGHTHOUSE, broken)
    assert one.status is Status.NO_DATA
    assert "1 of 2 reports" in one.reason


def test_numbers_that_somebody_wrote_down_are_judged_by_what_they_state(desk):
    def drill(**numbers):
        rows = [{"metric": f"load.{name}", "value": value, "unit": "ms"} for name, value in numbers.items()]
        head = {"flightrules": "evidence/1", "tool": "t", "taken_at": "2026-11-21T10:00:00Z"}
        return json.dumps({**head, "measurements": rows})

    assert decided(desk, "p95 response time <= 300 ms", drill(p95=250)).actual == Decimal(250)
    assert decided(desk, "p95 response time <= 300 ms", drill(p95=250), drill(p95=301)).status is Status.FAIL
    assert decided(desk, "p95 response time <= 300 ms", drill(p95=250), drill(p50=1)).status is Status.NO_DATA


@pytest.mark.parametrize(
    "sentence",
    [
        "p95 response time <= 300 ms",
        "Mean response time <= 300 ms",
        "Maximum response time <= 300 ms",
        "Throughput >= 1 rps",
        "Requests made >= 3",
        "Projected load >= 1%",
    ],
)
def test_where_every_request_failed_nothing_was_fast(desk, sentence):
    failed = jtl(1, 1, 1, 1).replace("200,true", "503,false")
    one = decided(desk, sentence, failed)
    assert (one.status, one.actual) == (Status.NO_DATA, None)
    assert "all 4 requests failed" in one.reason
    assert decided(desk, sentence, failed.replace("503,false", "200,true", 1)).actual is not None
    assert decided(desk, "Error rate <= 1%", failed).status is Status.FAIL


@pytest.mark.parametrize(("threshold", "told"), [("0.97", True), ("1", True), ("1.1", False), ("97", False)])
def test_a_fraction_where_a_percentage_stands_is_told_of(desk, threshold, told):
    rules = f"criteria:\n  c: Pass rate >= {threshold}% measured by the method\ngates:\n  g: {{kind: exit, criteria: [c]}}\n{REST}"
    verdict = desk.decide(rules, {"the method": desk.found(desk.artefact("the method", JUNIT))})
    assert any("next to nothing" in one for one in verdict.warnings) is told
