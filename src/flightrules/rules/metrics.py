"""The catalogue of metrics: what each is called, its unit, its exact formula and what yields it.

Where formulas differ in the field the choice stands in ``formula`` and is printed with the evidence.
``core`` holds the sets of words of which one must be in a sentence's subject; ``extra`` are words that may
stand beside them without changing the meaning.
"""

from __future__ import annotations

from typing import Literal

from flightrules.values import frozen

__all__ = ["METRICS", "Metric"]

# fmt: off
Family = Literal["tests", "coverage", "findings", "a11y", "load", "contracts", "api", "defects", "checklist", "mutation", "monitoring", "lighthouse", "rulebook"]


@frozen
class Metric:
    """One metric. ``combine`` says how values of several artefacts of one method become one."""

    name: str
    title: str
    unit: str
    better: Literal["higher", "lower"]
    families: tuple[Family, ...]
    formula: str
    core: tuple[frozenset[str], ...]
    extra: frozenset[str] = frozenset()
    rate: bool = False


def _w(*phrases: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(phrase.split()) for phrase in phrases)


_TESTS = frozenset(["automated", "overall", "test", "tests", "suite", "suites", "case", "cases"])
_FINDINGS = frozenset(["security", "open", "live", "severity", "vulnerability", "vulnerabilities", "cve", "cves", "alert", "alerts", "scan", "sast", "dast", "zap", "owasp", "findings", "finding"])
_TIME = frozenset(["api", "response", "responses", "time", "times", "latency", "duration", "page", "transaction", "transactions", "request", "under", "load"])

_OF_PAGES = "as the audit of the report measured it in the lab; of several reports the largest"
_PAGE = frozenset(["page", "web", "lab", "vital", "vitals", "core", "lighthouse"])
_REQUESTS = frozenset(["load", "test", "http", "request", "requests", "under"])

_ALL = (
    Metric("tests.pass_rate", "pass rate", "%", "higher", ("tests",), "100 x passed / (passed + failed + errored); skipped and quarantined tests are left out and counted beside it; a test counts once over its retries", _w("pass rate", "tests pass", "pass", "test success rate", "tests success rate"), _TESTS | {"rate"}, rate=True),
    Metric("tests.failure_rate", "failure rate", "%", "lower", ("tests",), "100 x (failed + errored) / (passed + failed + errored); quarantined tests left out", _w("failure rate", "test failures rate"), _TESTS, rate=True),
    Metric(
        "tests.executed_rate",
        "planned tests executed",
        "%",
        "higher",
        ("tests",),
        "100 x (passed + failed + errored) / planned; planned is the number of cases in the report, skipped included, or the number the rulebook plans",
        _w("tests executed", "executed", "planned executed"),
        _TESTS | {"planned", "rate"},
        rate=True,
    ),
    Metric("tests.total", "number of tests", "1", "higher", ("tests",), "cases in the report, skipped included, each counted once over its retries", _w("number tests", "test count", "amount tests"), _TESTS | {"of"}),
    Metric("tests.executed", "tests run", "1", "higher", ("tests",), "passed + failed + errored", _w("tests run"), _TESTS),
    Metric("tests.failed", "failed tests", "1", "lower", ("tests",), "failed + errored, quarantined tests left out", _w("failed tests", "test failures", "failing tests", "failures"), _TESTS),
    Metric("tests.skipped", "skipped tests", "1", "lower", ("tests",), "cases that the report marks as skipped, disabled or not run", _w("skipped tests"), _TESTS),
    Metric("tests.skipped_rate", "skipped test rate", "%", "lower", ("tests",), "100 x skipped / cases in the report", _w("skipped rate", "skip rate", "skipped tests rate"), _TESTS, rate=True),
    Metric("tests.flaky_rate", "flaky test rate", "%", "lower", ("tests",), "100 x cases that passed after at least one failed attempt / (passed + failed + errored)", _w("flaky rate", "flakiness rate"), _TESTS, rate=True),
    Metric("tests.flaky", "flaky tests", "1", "lower", ("tests",), "cases that passed after at least one failed attempt", _w("flaky tests"), _TESTS),
    Metric(
        "coverage.lines",
        "line coverage",
        "%",
        "higher",
        ("coverage",),
        "100 x covered lines / coverable lines; a line counts once over all records and is covered if any record covers it; a partly covered branch does not uncover its line",
        _w("coverage"),
        frozenset(["test", "code", "statement", "statements", "line", "lines", "total", "overall"]),
        rate=True,
    ),
    Metric("coverage.branches", "branch coverage", "%", "higher", ("coverage",), "100 x covered branches / branches", _w("branch coverage", "branches coverage"), frozenset(["test", "code", "total", "overall"]), rate=True),
    Metric(
        "coverage.new_lines",
        "new-code statement coverage",
        "%",
        "higher",
        ("coverage",),
        "100 x covered / coverable lines among the lines added or changed since the base commit (git diff, renames followed); changed lines that are not coverable are left out",
        _w("new code coverage", "new-code coverage", "changed coverage"),
        frozenset(["test", "statement", "statements", "line", "lines", "code"]),
        rate=True,
    ),
    Metric("mutation.score", "mutation score", "%", "higher", ("mutation",), "100 x detected mutants / (detected + undetected); errors and ignored mutants left out", _w("mutation score", "mutation coverage"), rate=True),
    Metric("defects.open", "open defects", "1", "lower", ("defects",), "defects whose tracker state category is not done; a defect whose state or severity is unknown counts as open and as the worst severity", _w("defects open", "bugs open", "defects", "bugs", "defect"), frozenset(["open", "known"])),
    Metric("defects.undocumented", "open defects without a required field", "1", "lower", ("defects",), "open defects for which the tracker record and the acceptance record together lack one of the named fields", _w("defects open undocumented"), frozenset()),
    Metric("defects.density", "defect density", "1/KLOC", "lower", ("defects",), "open defects / 1000 lines of code as the rulebook states them (release.kloc)", _w("defect density", "defects density"), frozenset(["open"])),
    Metric("stories.accepted_rate", "stories accepted", "%", "higher", ("defects", "checklist"), "100 x stories whose state category is done / stories", _w("stories accepted", "stories done", "stories"), frozenset(["accepted", "done", "acceptance", "criteria", "and"]), rate=True),
    Metric("findings.open", "findings", "1", "lower", ("findings",), "live findings: not suppressed by the tool, not marked fixed; a finding without a known severity counts under every named severity", _w("findings", "finding", "vulnerabilities", "cves", "alerts"), _FINDINGS),
    Metric("findings.new", "new findings", "1", "lower", ("findings",), "live findings whose fingerprint is not in the baseline report, or which the tool itself marks as new; without a baseline there is no data", _w("new findings", "new finding", "new vulnerabilities", "new cves", "new alerts"), _FINDINGS),
    Metric("findings.suppressed", "suppressed findings", "1", "lower", ("findings",), "findings that the tool was told to ignore; they are never waivers", _w("suppressed findings"), _FINDINGS),
    Metric("a11y.violations", "accessibility violations", "1", "lower", ("a11y",), "elements that violate an accessibility rule, each rule and element counted once", _w("violations", "accessibility violations"), frozenset(["accessibility", "a11y"])),
    Metric("a11y.new", "new accessibility violations", "1", "lower", ("a11y",), "violations whose rule and element are not in the baseline report; without a baseline there is no data", _w("new accessibility violations", "new violations"), frozenset(["accessibility", "a11y"])),
    Metric("load.percentile", "response time", "ms", "lower", ("load",), "nearest-rank percentile over all requests, failed ones included, as exact as the samples; a percentile that a summary does not state does not exist", _w("response time", "latency", "response times", "response"), _TIME),
    Metric(
        "load.mean",
        "mean response time",
        "ms",
        "lower",
        ("load",),
        "sum of the durations / their number, over all requests, failed ones included; of a summary the mean that the tool states, and of several summaries the largest",
        _w(*(f"{word} {time}" for word in ("mean", "average", "avg") for time in ("response time", "response times", "response", "latency"))),
        _TIME,
    ),
    Metric(
        "load.max",
        "maximum response time",
        "ms",
        "lower",
        ("load",),
        "longest duration over all requests, failed ones included; of a summary the one that the tool states",
        _w(*(f"{word} {time}" for word in ("maximum", "max", "longest", "slowest", "p100") for time in ("response time", "response times", "response", "latency"))),
        _TIME,
    ),
    Metric("load.error_rate", "error rate", "%", "lower", ("load",), "100 x failed requests / requests", _w("error rate", "errors"), _REQUESTS, rate=True),
    Metric("load.success_rate", "request success rate", "%", "higher", ("load",), "100 x (requests - failed requests) / requests", _w("success rate", "request success", "requests successful", "requests succeed"), _REQUESTS, rate=True),
    Metric("load.failed", "failed requests", "1", "lower", ("load",), "requests that the tool counts as failed", _w("failed requests", "requests failed", "request failures"), _REQUESTS | {"number", "of"}),
    Metric("load.rps", "throughput", "1/s", "higher", ("load",), "requests / duration of the run", _w("throughput", "requests per second"), frozenset(["request", "rate", "sustained", "mean", "average"])),
    Metric("load.requests", "requests made", "1", "higher", ("load",), "requests in the report, failed ones included", _w("requests made", "number requests"), frozenset({"of"})),
    Metric("load.projected_share", "load carried of the projected load", "%", "higher", ("load",), "100 x requests per second of the run / projected requests per second (release.projected_rps)", _w("projected load", "load projected", "load carried"), frozenset(["share", "of", "the", "peak"])),
    Metric("contracts.pass_rate", "contract pass rate", "%", "higher", ("contracts", "tests"), "100 x verified interactions / interactions", _w("contract pass rate", "contracts verified", "contract tests pass", "contract pass"), frozenset(["tests", "test", "rate", "automated"]), rate=True),
    Metric("api.breaking_changes", "breaking changes", "1", "lower", ("api",), "changes that the API diff tool marks as breaking", _w("breaking changes", "breaking change"), frozenset(["api", "contract", "backwards", "backward"])),
    Metric("checklist.done_rate", "checklist", "%", "higher", ("checklist",), "100 x items done / items of the named checklist; an empty checklist is no data", _w("checklist"), frozenset(["items", "item", "done"]), rate=True),
    Metric("lighthouse.score", "Lighthouse score", "1", "higher", ("lighthouse",), "points from 0 to 100 of the named category; of several reports the lowest", _w(*(f"{category} score" for category in ("performance", "accessibility", "practices", "best-practices", "seo", "pwa", "lighthouse"))), _PAGE | {"best"}),
    Metric("lighthouse.lcp", "largest contentful paint", "ms", "lower", ("lighthouse",), _OF_PAGES, _w("lcp", "largest contentful paint"), _PAGE),
    Metric("lighthouse.cls", "cumulative layout shift", "1", "lower", ("lighthouse",), _OF_PAGES, _w("cls", "cumulative layout shift"), _PAGE),
    Metric("lighthouse.inp", "interaction to next paint", "ms", "lower", ("lighthouse",), _OF_PAGES, _w("inp", "interaction next paint"), _PAGE | {"to"}),
    Metric("lighthouse.tbt", "total blocking time", "ms", "lower", ("lighthouse",), _OF_PAGES, _w("tbt", "total blocking time"), _PAGE),
    Metric("lighthouse.fcp", "first contentful paint", "ms", "lower", ("lighthouse",), _OF_PAGES, _w("fcp", "first contentful paint"), _PAGE),
    Metric("lighthouse.speed_index", "speed index", "ms", "lower", ("lighthouse",), _OF_PAGES, _w("speed index"), _PAGE),
    Metric("quarantine.size", "quarantine list size", "1", "lower", ("rulebook",), "entries of the rulebook's quarantine list, expired ones included", _w("quarantine size", "quarantined tests"), frozenset(["list", "tests", "size", "of"])),
    Metric("monitoring.value", "monitored value", "1", "lower", ("monitoring",), "the last value of the named series in the snapshot, in the unit of the series; several series give the worst", _w("monitored value", "signal"), frozenset({"value", "of"})),
)
# fmt: on

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
