"""What build hosts are given: JUnit, SARIF, GitHub and GitLab, each within the host's limits."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from flightrules.reports import azuredevops, github, gitlab, junit_xml, sarif
from flightrules.reports.origin import place_of


def advised(report):
    return replace(report, verdict=replace(report.verdict, advise=True))


def many(report, times):
    results = tuple(
        replace(result, rule=replace(result.rule, id=f"{result.rule.id}-{at}"))
        for at in range(times)
        for result in report.verdict.results
    )
    return replace(report, verdict=replace(report.verdict, results=results))


def cases(report):
    suites = ET.fromstring(junit_xml.render(report))  # noqa: S314 -- reads what we wrote
    found = {
        case.get("name").partition(":")[0]: [child.tag for child in case] for case in suites.iter("testcase")
    }
    return suites, found


def test_junit_has_a_case_for_each_criterion_and_blocking_defect(gate):
    suites, found = cases(gate.no_go())
    assert found == {
        "regression": ["failure"],
        "p1": ["failure"],
        "coverage": ["failure"],
        "high": ["skipped"],
        "p2": [],
        "PROJ-501 (P1)": ["failure"],
    }
    suite = suites.find("testsuite")
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["6", "4", "0", "1"]


def test_junit_tells_missing_data_as_an_error_and_never_as_a_pass(gate):
    _, found = cases(gate.hold())
    assert found["coverage"] == ["error"]


def test_junit_tells_a_waiver_as_skipped(gate):
    suites, found = cases(gate.conditional())
    assert found["coverage"] == ["skipped"]
    assert "waiver granted" in suites.find(".//skipped").get("message")


def test_junit_fails_nothing_in_advise_mode(gate):
    suites, _ = cases(advised(gate.no_go()))
    assert suites.get("failures") == suites.get("errors") == "0"
    assert suites.get("skipped") == "5"


def test_our_own_reader_reads_our_junit(gate):
    from flightrules.evidence.registry import read
    from flightrules.evidence.source import Source

    reading = read(Source.of(junit_xml.render(gate.no_go()).encode(), "flightrules.xml"))
    counts = {one.metric: one.value for one in reading.measurements if not one.labels}
    assert (counts["tests.total"], counts["tests.failed"]) == (6, 4)


def test_sarif_has_one_result_for_each_that_does_not_pass(gate):
    run = json.loads(sarif.render(gate.no_go()))["runs"][0]
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert levels == {
        "known-defect": "error",
        "regression": "error",
        "p1": "error",
        "coverage": "error",
        "high": "warning",
    }
    assert run["results"][-1]["level"] == "warning"


def test_sarif_holds_the_schemas_main_points(gate, verdict_name):
    log = json.loads(sarif.render(getattr(gate, verdict_name)()))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "Flightrules"
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        where = result["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%+,=@-]+", where["artifactLocation"]["uri"])
        assert where["region"]["startLine"] >= 1
        assert re.fullmatch("[0-9a-f]{64}", result["partialFingerprints"]["flightrules/v1"])
    assert run["invocations"][0]["endTimeUtc"] == "2026-11-21T12:00:00Z"


def test_sarif_points_at_the_line_that_states_the_criterion(gate):
    report = gate.no_go()
    run = json.loads(sarif.render(report))["runs"][0]
    found = next(one for one in run["results"] if one["ruleId"] == "regression")
    where = found["locations"][0]["physicalLocation"]
    line = gate.rulebook.splitlines()[where["region"]["startLine"] - 1]
    assert where["artifactLocation"]["uri"] == ".flightrules.yml"
    assert "regression" in line or "Regression" in line


def test_sarif_suppresses_what_is_waived_and_keeps_it_visible(gate):
    run = json.loads(sarif.render(gate.conditional()))["runs"][0]
    (found,) = run["results"]
    assert found["level"] == "note"
    assert found["suppressions"][0]["justification"].startswith("W-17: ")


def test_sarif_stops_at_what_hosts_take_and_says_so(gate):
    run = json.loads(sarif.render(many(gate.no_go(), 1500)))["runs"][0]
    assert len(run["results"]) == sarif.LIMIT
    said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert said == "1001 less serious results were left out; the limit is 5000"


def test_gitlab_gets_what_its_widget_reads(gate):
    issues = json.loads(gitlab.render(gate.no_go()))
    assert [issue["severity"] for issue in issues] == ["blocker"] * 4 + ["minor"]
    for issue in issues:
        assert set(issue) == {"check_name", "description", "fingerprint", "location", "severity"}
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert json.loads(gitlab.render(gate.go())) == []


def test_gitlab_fingerprints_stay_when_only_the_numbers_move(gate):
    before = json.loads(gitlab.render(gate.no_go()))
    after = json.loads(
        gitlab.render(
            gate.report(
                tests=gate.junit(80, 11),
                defects=gate.jira(("PROJ-501", "P1", "Payment confirmation not sent")),
                coverage=gate.cobertura(700),
                scan=gate.sarif(3),
            )
        )
    )
    assert {one["fingerprint"] for one in before} == {one["fingerprint"] for one in after}


def test_azure_lists_the_most_serious_first_and_ends_with_the_verdict(gate):
    *told, last = azuredevops.render(gate.no_go()).splitlines()
    assert [re.search(r"type=(\w+)", line)[1] for line in told] == ["error"] * 4 + ["warning"]
    assert "%AZP25" in told[1], "the agent would take a bare percent sign for an escape"
    assert last == "Flightrules: Checkout 4.2.1 is NO-GO"
    assert azuredevops.render(gate.go()) == "Flightrules: Checkout 4.2.1 is GO\n"


def test_azure_keeps_a_waiver_in_the_log(gate):
    assert azuredevops.render(gate.conditional()).startswith("waived: ")


def test_azure_blames_nothing_in_advise_mode(gate):
    told = azuredevops.render(advised(gate.no_go()))
    assert "type=error" not in told
    assert told.endswith("is NO-GO in advise mode\n")


def test_azure_counts_what_it_leaves_out(gate):
    told = azuredevops.render(many(gate.no_go(), 1500)).splitlines()
    assert len(told) == azuredevops.LIMIT + 2
    assert told[-2].startswith("1001 less serious ones are left out")


def test_github_annotates_the_most_serious_first(gate):
    lines = github.annotation_lines(gate.no_go()).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 4 + ["::warning"]
    assert "title=PROJ-501 (P1)::Payment confirmation not sent" in lines[0]
    assert "91.21 %25, target" in lines[1]


def test_github_never_gets_more_than_ten_annotations(gate):
    lines = github.annotation_lines(many(gate.no_go(), 10)).splitlines()
    assert len(lines) == 10
    assert lines[-1].endswith("and 32 more, see the summary")


def test_github_warns_only_in_advise_mode(gate):
    assert "::error" not in github.annotation_lines(advised(gate.no_go()))


def test_github_summary_starts_with_the_verdict_and_the_criteria(gate):
    page = github.render(gate.no_go())
    heads = re.findall(r"(?m)^## (.*)$", page)
    assert heads[:3] == ["2. Exit Criteria Status", "3. Defect Summary", "6. Recommendation"]
    assert "NO-GO" in page.partition("## ")[0]


@pytest.mark.parametrize("most", [12_000, 20_000, 100_000, github.MOST_BYTES])
def test_github_summary_keeps_its_limit_by_whole_sections(gate, most):
    report = gate.no_go()
    results = tuple(replace(one, details=("é" * 300,) * 5) for one in report.verdict.results) * 60
    page = github.summary(replace(report, verdict=replace(report.verdict, results=results)), most)
    assert len(page.encode()) <= most
    assert "NO-GO" in page
    if most < github.MOST_BYTES:
        assert "Left out here for the size limit: Exit Criteria Status" in page


@pytest.mark.parametrize(
    ("origin", "place"),
    [
        (".flightrules.yml:12", (".flightrules.yml", 12)),
        ("sub/.flightrules.yml:3", ("sub/.flightrules.yml", 3)),
        ("/home/ann/shop/.flightrules.yml:3", (".flightrules.yml", 3)),
        ("../other/rules.yml:3", ("rules.yml", 3)),
        ("C:\\shop\\rules.yml:3", ("rules.yml", 3)),
        ("profile web-feature", (".flightrules.yml", 1)),
        ("profile web-feature:17", (".flightrules.yml", 1)),
        ("", (".flightrules.yml", 1)),
        ("a b<c>.yml:0", ("a%20b%3Cc%3E.yml", 1)),
    ],
)
def test_places_are_relative_and_safe(gate, origin, place):
    assert place_of(origin, gate.go()) == place
