"""Real artefacts and what is known to be true of them: it comes out or is argued; nothing of the hostile does."""

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.measurement import Reading
from flightrules.evidence.source import Source

pytestmark = pytest.mark.shared

KINDS = ("tests", "coverage", "security", "performance", "accessibility", "trackers")
PAGE = Path(__file__).resolve().parents[3] / "docs/reference/argued-differences.md"

EXCHANGE = "Recorded exchanges"
CUT = "A header that announces more than the body holds"
KEYS = "Keys or rows of a document"
FOLDED = "Findings with one rule or title"
ONE_PAGE = "One page of a longer answer"
SETTINGS = "Settings of a tracker"
SKIPPED = "Runs in which every case was skipped"
UNSHOWN = "A suite that announces failures and shows none, among others that show theirs"
VERSION = "SARIF 1.0.0"
ARGUED = {
    "coverage/clover/clover-declarative.xml": CUT,
    "coverage/clover/clover-java.xml": "Statements that share a line in an old Clover report",
    "coverage/clover/clover.xml": CUT,
    "coverage/opencover/CSharp-OpenCoverWithEmbeddedSource.xml": CUT,
    "security/defectdojo-generic/generic_custom_test.json": KEYS,
    "security/defectdojo-generic/generic_non_numeric_fields.json": KEYS,
    "security/defectdojo-generic/generic_report_kev_cvssv4.csv": "Tables whose last quoted cell never ends",
    "security/defectdojo-generic/generic_report_kev_cvssv4.json": KEYS,
    "security/defectdojo-generic/generic_test_type_2.json": KEYS,
    "security/defectdojo-generic/generic_test_type_suffix.json": KEYS,
    "security/defectdojo-generic/generic_two_findings_same_component_name.json": KEYS,
    "security/defectdojo-generic/test_import_report2.json": KEYS,
    "security/golangci-lint-json/am-golangci-lint-report.json": KEYS,
    "security/nikto/juice-shop.json": FOLDED,
    "security/owasp-dependency-check/multiple_vulnerabilities_has_multiple_findings.xml": (
        "Findings that a report lists as suppressed"
    ),
    "security/prisma-cloud/am-prisma-cloud-report.json": KEYS,
    "security/sarif-v1/v1-RecommendedWithSource.sarif": VERSION,
    "security/sarif-v1/v1-RecommendedWithoutSource.sarif": VERSION,
    "security/sonarqube-hotspots/devlake-sonarqube-hotspots.json": KEYS,
    "security/spotbugs/many_findings.xml": FOLDED,
    "security/spotbugs/version_4.4.0.xml": FOLDED,
    "security/testssl/failed_target.csv": "Targets that a scan did not reach",
    "tests/cucumber-json/cucumber-html-reporter-cucumber_report-2.json": "Undefined steps",
    "tests/junit-cucumber/cucumber-report_TEST-features-foo-bar.xml": SKIPPED,
    "tests/junit-edge-cases/junit-report-1472.xml": UNSHOWN,
    "tests/junit-generic/no_fails.xml": "A header that announces failures and a body without one",
    "tests/junit-nested/junit-report-nested-testsuites.xml": "An error of a whole suite",
    "tests/junit-surefire/SKIPPED_MESSAGE_skippedTestResult.xml": SKIPPED,
    "tests/junit-surefire/junit-report-huge.xml": "Failures on cases against totals of a suite",
    "tests/junit-surefire/kosli-surefire_maven_ancient_junit_report.xml": SKIPPED,
    "tests/junit-time-oddities/TEST-JUnitResults-noTimeAttribute.xml": "Equal names that the suite counts once",
    "tests/nunit2-xml/NUnit-simple.xml": "A header that announces failures and a body without one",
    "tests/nunit3-xml/NUnit-issue33493.xml": "Inconclusive tests",
    "tests/playwright-json/playwright-report.json": "Attempts of one test",
    "tests/robot-output/robot-dryrun.xml": "Dry runs",
    "trackers/azure-devops-builds/devlake-azdo-builds.json": "Runs of a pipeline",
    "trackers/github-rest-exchange/octokit-create-status.json": EXCHANGE,
    "trackers/github-rest-exchange/octokit-labels.json": EXCHANGE,
    "trackers/github-rest-exchange/octokit-release-assets.json": EXCHANGE,
    "trackers/github-rest-exchange/octokit-search-issues.json": EXCHANGE,
    "trackers/jira-meta/all_resolutions.json": SETTINGS,
    "trackers/jira-meta/all_statuses.json": SETTINGS,
    "trackers/jira-meta/favourite_filters.json": SETTINGS,
    "trackers/jira-search-v2/gojira-cloud-L689.json": ONE_PAGE,
    "trackers/jira-search-v2/gojira-cloud-L722.json": ONE_PAGE,
    "trackers/jira-search-v2/gojira-cloud-L726.json": ONE_PAGE,
}
"""Files whose known facts are not given, and the row of the page that argues for it."""

ODD = "Odd bytes that are not part of the report"
NAME = "Sound reports with an odd name"
SOUND = {
    "coverage/cobertura/coverage-missing-sources.xml": "Source folders that do not exist here",
    "security/dependency-track/many_findings_with_empty_alias.json": NAME,
    "security/sarif/One_run_with_results.sarif": NAME,
    "tests/junit-edge-cases/TEST-null.xml": ODD,
    "tests/junit-edge-cases/allure-invalid.xml": "The result of another tool among JUnit files",
    "tests/junit-edge-cases/junit-report-494.xml": ODD,
    "tests/junit-edge-cases/with-xml-entities.xml": ODD,
    "tests/tap/gen-mocha.tap": ODD,
}
"""Files that the manifest marks as hostile and that are sound: what is known of them must come out."""

# What a manifest may call the same number: metric, then the names of facts of which each alone would be true,
# then names whose sum would be.
ALONE = {
    "tests": {
        "tests.total": ("tests", "testcases", "cases", "test_cases", "numTotalTests"),
        "tests.skipped": ("skipped", "with_skipped", "pending", "numPendingTests"),
        "tests.bad": ("failed", "failures", "numFailedTests"),
    },
    "security": {
        "findings.total": (
            *(
                "findings_defectdojo",
                "results",
                "vulnerabilities",
                "rows",
                "len",
                "issues",
                "findings",
                "matches",
            ),
            *("alertitems", "instances", "violations_peer", "vulnerability_entries", "unique_ids"),
            *("ndjson_records", "failed"),
        )
    },
    "performance": {
        "load.requests": (
            *("samples", "all_samples", "top_level_samples", "requests", "complete", "requests_total"),
            *("http_reqs", "request_lines"),
        ),
        "load.failed": ("failed", "top_failed", "ko", "failures", "non_2xx"),
        "load.p95": ("p95_nearest_rank", "p95_ms", "p95_ok_only_ms"),
    },
    "accessibility": {"a11y.violations": ("violation_nodes", "violations_rules", "results")},
    "trackers": {"defects.listed": ("issues_on_page", "issues", "items", "peer_extracted_rows")},
}
SUMS = {
    "tests": {
        "tests.total": (("passed", "failed", "skipped"),),
        "tests.bad": (("failures", "errors"), ("with_failure", "with_error"), ("failed", "errors")),
    },
    "performance": {"load.requests": (("ok", "ko"),)},
}
COVERED = (
    *(("LH_sum", "LF_sum"), ("da_hit", "da_lines"), ("unique_lines_hit", "unique_file_lines")),
    *(("line_covered", "line_total"), ("covered", "statements"), ("statement_covered", "statement_total")),
)
NESTED_COVERED = {
    "pycobertura": ("hits", "statements"),
    "project_metrics": ("coveredstatements", "statements"),
    "summary": ("visitedSequencePoints", "numSequencePoints"),
}


def number(value) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def inner(facts: dict, *keys: str) -> dict:
    for key in keys:
        facts = facts.get(key) if isinstance(facts.get(key), dict) else {}
    return facts


def coverage_pairs(facts: dict) -> Iterator[tuple]:
    yield from ((facts.get(covered), facts.get(total)) for covered, total in COVERED)
    for key, (covered, total) in NESTED_COVERED.items():
        yield inner(facts, key).get(covered), inner(facts, key).get(total)
    covered_and_missed = inner(facts, "counters").get("LINE")  # in this order, as the files themselves show
    if covered_and_missed:
        yield covered_and_missed[0], sum(covered_and_missed)
    lines = inner(facts, "totals", "lines")
    yield lines.get("covered"), lines.get("total")


def statements(kind: str, facts: dict) -> Iterator[tuple[str, float | None]]:
    """Every number that these facts give for one of our metrics."""
    for covered, total in coverage_pairs(facts) if kind == "coverage" else ():
        yield "coverage.lines.covered", number(covered)
        yield "coverage.lines.total", number(total)
    for metric, names in ALONE.get(kind, {}).items():
        for name in names:
            if not isinstance(facts.get(name), bool):
                yield metric, number(facts.get(name))
    for metric, sums in SUMS.get(kind, {}).items():
        for names in sums:
            parts = [number(facts.get(name)) for name in names]
            yield metric, None if None in parts else sum(parts)


def known(entry: dict) -> dict[str, set[float]]:
    truths = defaultdict(set)
    for expected in entry.get("expected", []):
        for metric, value in statements(entry["kind"], expected.get("facts", {})):
            if value is not None:
                truths[metric].add(value)
    return truths


def seen(reading: Reading) -> dict[str, float]:
    """Totals; where a metric has none, the first value with labels."""
    found: dict[str, float] = {}
    for one in sorted(reading.measurements, key=lambda one: bool(one.labels)):
        found.setdefault(one.metric, float(one.value))
    if "tests.failed" in found or "tests.errored" in found:
        found["tests.bad"] = found.get("tests.failed", 0) + found.get("tests.errored", 0)
    return found


def look(path: Path) -> dict[str, float] | EvidenceError:
    try:
        with Source.open(str(path)) as source:
            return seen(registry.read(source))
    except EvidenceError as error:
        return error


def is_told(metric: str, values: set[float], found: dict[str, float] | EvidenceError) -> bool:
    if isinstance(found, EvidenceError):
        return values == {0.0}  # no evidence at all is a right answer where every truth says zero
    near = 0.01 if metric.endswith("p95") else 1e-9
    return metric in found and any(
        math.isclose(found[metric], value, rel_tol=near, abs_tol=near) for value in values
    )


def entries(shared: Path) -> list[dict]:
    files = json.loads((shared / "corpus/MANIFEST.json").read_text(encoding="utf-8"))["files"]
    return [entry for entry in files if (shared / "corpus" / entry["file"]).exists()]


@pytest.mark.parametrize("kind", KINDS)
def test_known_facts_come_out(shared: Path, kind: str) -> None:
    facts, missed = 0, {}
    for entry in entries(shared):
        if entry["kind"] != kind or entry.get("hostile"):
            continue
        found = look(shared / "corpus" / entry["file"])
        for metric, values in known(entry).items():
            facts += 1
            if not is_told(metric, values, found):
                got = found.code if isinstance(found, EvidenceError) else found.get(metric)
                missed[entry["file"], metric] = f"{got} instead of {sorted(values)}"
    unargued = {key: text for key, text in missed.items() if key[0] not in ARGUED}
    assert facts
    assert not unargued, "\n".join(f"{key}: {text}" for key, text in unargued.items())
    stale = {file for file in ARGUED if file.startswith(f"{kind}/")} - {file for file, _ in missed}
    assert not stale, "these are right now and need no argument"


def rows() -> dict[str, set[str]]:
    """The first cell of every row on the page, by the heading above it."""
    found: dict[str, set[str]] = defaultdict(set)
    heading = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:].lower()
        elif line.startswith("| ") and line.count(" | ") == 3:
            found[heading].add(line[2:].partition(" | ")[0])
    return found


def test_every_difference_is_argued_on_its_page() -> None:
    page = rows()
    cited = {**ARGUED, **SOUND}
    assert {file: row for file, row in cited.items() if row not in page[file.partition("/")[0]]} == {}


def test_hostile_files_never_give_a_number(shared: Path) -> None:
    hostile = [
        entry["file"] for entry in entries(shared) if entry.get("hostile") and entry["file"] not in SOUND
    ]
    found = {file: look(shared / "corpus" / file) for file in hostile}
    assert hostile
    assert {file: numbers for file, numbers in found.items() if not isinstance(numbers, EvidenceError)} == {}


def test_sound_files_under_suspicion_give_what_is_known_of_them(shared: Path) -> None:
    for entry in entries(shared):
        if entry["file"] in SOUND:
            found = look(shared / "corpus" / entry["file"])
            assert isinstance(found, dict), entry["file"]
            wrong = {
                metric: values
                for metric, values in known(entry).items()
                if not is_told(metric, values, found)
            }
            assert not wrong, entry["file"]


def test_every_file_is_read_or_refused_with_a_sentence(shared: Path) -> None:
    for entry in entries(shared):
        found = look(shared / "corpus" / entry["file"])
        if isinstance(found, EvidenceError):
            assert found.code.startswith("E_"), entry["file"]
            assert found.message, entry["file"]
            assert found.file, entry["file"]
