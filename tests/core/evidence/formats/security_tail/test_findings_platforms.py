"""SonarQube, DefectDojo, GitHub, Dependency-Track: platforms that keep findings and their states."""

import json

import pytest

SONAR = {
    "total": 2, "p": 1, "ps": 100, "paging": {"pageIndex": 1, "pageSize": 100, "total": 2},
    "issues": [
        {"key": "A", "rule": "java:S1", "severity": "MAJOR", "component": "p:a.java", "line": 3,
         "hash": "h1", "status": "OPEN", "message": "Mend this."},
        {"key": "B", "rule": "java:S2", "severity": "BLOCKER", "component": "p:b.java", "status": "CONFIRMED",
         "message": "And this."},
    ],
}  # fmt: skip
HOTSPOTS = {
    "paging": {"pageIndex": 1, "pageSize": 100, "total": 2},
    "hotspots": [
        {"key": "1", "component": "p:a", "securityCategory": "auth", "vulnerabilityProbability": "HIGH",
         "status": "TO_REVIEW", "line": 9, "message": "Is this a password?"},
        {"key": "2", "component": "p:a", "securityCategory": "xss", "vulnerabilityProbability": "LOW",
         "status": "REVIEWED", "resolution": "SAFE", "message": "Is this escaped?"},
    ],
}  # fmt: skip
DOJO = {
    "findings": [
        {"title": "Weak hash", "severity": "High", "description": "MD5", "file_path": "a.py", "line": 3}
    ]
}
DOJO_CSV = "Date,Title,CweId,Url,Severity,Description,Active,FalsePositive,Duplicate\n"
GRAPHQL = {
    "data": {"repository": {"vulnerabilityAlerts": {"totalCount": 1, "nodes": [
        {"state": "OPEN", "vulnerableManifestPath": "pom.xml",
         "securityVulnerability": {"severity": "CRITICAL", "package": {"name": "log"},
                                   "advisory": {"summary": "Bad", "identifiers": [{"type": "CVE", "value": "CVE-1"}]}}},
    ]}}}
}  # fmt: skip
DEPENDABOT = [
    {"number": 1, "state": "open", "url": "u", "dependency": {"package": {"name": "p"}, "manifest_path": "go.mod"},
     "security_advisory": {"ghsa_id": "GHSA-1", "summary": "Bad", "severity": "high"},
     "security_vulnerability": {"severity": "high", "package": {"name": "p"}}},
    {"number": 2, "state": "auto_dismissed", "url": "u", "security_advisory": {"ghsa_id": "GHSA-2", "severity": "low"}},
    {"number": 3, "state": "fixed", "url": "u", "security_advisory": {"ghsa_id": "GHSA-3", "severity": "low"}},
]  # fmt: skip
CODE_SCANNING = [
    {"number": 1, "state": "open", "url": "u", "tool": {"name": "CodeQL"},
     "rule": {"id": "py/x", "severity": "error", "security_severity_level": "medium", "description": "X"},
     "most_recent_instance": {"message": {"text": "here"}, "location": {"path": "a.py", "start_line": 4}}},
]  # fmt: skip
SECRETS = [
    {
        "number": 1,
        "state": "open",
        "url": "u",
        "secret_type": "aws_key",
        "secret_type_display_name": "AWS key",
    },
    {"number": 2, "state": "resolved", "resolution": "false_positive", "url": "u", "secret_type": "aws_key"},
    {"number": 3, "state": "resolved", "resolution": "revoked", "url": "u", "secret_type": "aws_key"},
]
TRACK = {
    "version": "1.2", "meta": {"application": "Dependency-Track", "version": "4.10.1", "timestamp": "2024-02-03T09:59:36Z"},
    "project": {"name": "shop", "version": "1.4.0"},
    "findings": [
        {"component": {"name": "urllib3", "version": "1.26"}, "analysis": {"isSuppressed": False, "state": "FALSE_POSITIVE"},
         "vulnerability": {"uuid": "u-1", "source": "NVD", "vulnId": "CVE-1", "severity": "MEDIUM"}},
        {"component": {"name": "idna", "group": "g", "version": "3"}, "analysis": {"isSuppressed": True},
         "vulnerability": {"uuid": "u-2", "source": "NVD", "vulnId": "CVE-2", "severity": "HIGH"}},
        {"component": {"name": "six"},
         "vulnerability": {"uuid": "u-3", "source": "NVD", "vulnId": "CVE-3", "severity": "UNASSIGNED", "cvssV3BaseScore": 9.8}},
    ],
}  # fmt: skip


def changed(sample, **values):
    """The sample with other top values; ``None`` takes one away."""
    return {key: value for key, value in {**sample, **values}.items() if value is not None}


def issue(**values):
    return {"rule": "r", "component": "c", "severity": "MINOR", "status": "OPEN", "message": "m", **values}


SAMPLES = [
    ("sonarqube-json", SONAR, {"total": 2, "critical": 1, "high": 1}),
    ("sonarqube-hotspots", HOTSPOTS, {"total": 1, "high": 1, "suppressed": 1}),
    ("defectdojo-generic", DOJO, {"total": 1, "high": 1}),
    ("github-vulnerability", GRAPHQL, {"total": 1, "critical": 1}),
    ("github-alerts", DEPENDABOT, {"total": 1, "high": 1, "suppressed": 1}),
    ("github-alerts", CODE_SCANNING, {"total": 1, "medium": 1}),
    ("github-alerts", SECRETS, {"total": 1, "unknown": 1, "suppressed": 1}),
    ("dependency-track", TRACK, {"total": 2, "critical": 1, "medium": 1, "suppressed": 1}),
    ("dependency-track", TRACK["findings"], {"total": 2, "critical": 1, "medium": 1, "suppressed": 1}),
    (
        "defectdojo-csv",
        DOJO_CSV + "1/30/2018,Weak hash,1,http://a/,Low,MD5,False,False,False\n",
        {"total": 1, "low": 1},
    ),
]


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_each_platform_is_recognised_and_counted(outcome, name, body, counts):
    assert outcome(body) == (name, counts)


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_nothing_but_a_refusal_comes_out_of_a_damaged_report(survives, name, body, counts):
    assert survives(name, body) > 0


REFUSED = {
    "one page of SonarQube's answer": (changed(SONAR, total=3), "E_PARTIAL"),
    "a total below paging only": ({"paging": {"pageIndex": 1, "total": 9}, "issues": [issue()]}, "E_PARTIAL"),
    "issues that are no list": (changed(SONAR, issues={"a": issue()}), "E_WRONG_TYPE"),
    "an issue that is no object": (changed(SONAR, issues=[issue(), 5]), "E_WRONG_TYPE"),
    "a total in words": (changed(SONAR, total="2"), "E_WRONG_TYPE"),
    "an issue that says nothing": (changed(SONAR, issues=[{"rule": "", "component": "c"}] * 2), "E_MISSING_FIELD"),
    "one page of hotspots": (changed(HOTSPOTS, paging={"total": 3}), "E_PARTIAL"),
    "DefectDojo findings with nothing in them": ({"findings": [{}]}, "E_UNRECOGNISED"),
    "a DefectDojo finding without severity": ({"findings": [{"title": "t", "description": "d"}]}, "E_MISSING_FIELD"),
    "a DefectDojo flag in words": (
        {"findings": [{"title": "t", "severity": "Low", "is_mitigated": "yes"}]}, "E_WRONG_TYPE"),
    "one page of DefectDojo's interface": (
        {"count": 2, "next": "http://x?offset=1", "previous": None,
         "results": [{"title": "t", "severity": "Low", "active": True, "false_p": False}]}, "E_PARTIAL"),
    "a DefectDojo table without rows": (DOJO_CSV, "E_NO_ROWS"),
    "a DefectDojo table with a short row": (DOJO_CSV + "1/30/2018,Weak hash\n", "E_ROW_WIDTH"),
    "a DefectDojo table with an open quote": (DOJO_CSV + '1,"Weak hash,1,u,Low,d,F,F,F\n', "E_UNTERMINATED_QUOTE"),
    "GraphQL errors beside data": ({**GRAPHQL, "errors": [{"message": "rate limited"}]}, "E_API_ERROR"),
    "alerts switched off": (
        {"data": {"repository": {"hasVulnerabilityAlertsEnabled": False, "vulnerabilityAlerts": {"nodes": []}}}},
        "E_SCAN_FAILED"),
    "a further page of alerts": (
        {"data": {"repository": {"vulnerabilityAlerts": {"nodes": [], "pageInfo": {"hasNextPage": True}}}}},
        "E_PARTIAL"),
    "a further page of repositories": (
        {"data": {"search": {"pageInfo": {"hasNextPage": True}, "nodes": [{"vulnerabilityAlerts": {"nodes": []}}]}}},
        "E_PARTIAL"),
    "fewer alerts than announced": (
        {"data": {"repository": {"vulnerabilityAlerts": {"totalCount": 4, "nodes": []}}}}, "E_PARTIAL"),
    "Dependency-Track without findings": (changed(TRACK, findings=None), "E_MISSING_FIELD"),
    "Dependency-Track with no finding and no analysis": (changed(TRACK, findings=[]), "E_NO_RUNS"),
    "an array of nothing": ([], "E_UNRECOGNISED"),
}  # fmt: skip


@pytest.mark.parametrize("story", REFUSED)
def test_refused(outcome, story):
    body, code = REFUSED[story]
    assert outcome(body) == code


def test_a_repository_without_alerts_is_evidence_of_none(outcome):
    body = {"data": {"search": {"nodes": [{"name": "shop", "vulnerabilityAlerts": {"nodes": []}}]}}}
    assert outcome(body) == ("github-vulnerability", {"total": 0})


def test_an_analysis_without_issues_is_evidence_of_none(outcome):
    assert outcome({"total": 0, "p": 1, "ps": 100, "issues": []}) == ("sonarqube-json", {"total": 0})


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ({"status": "OPEN"}, {"total": 2, "low": 2}),
        ({"status": "REOPENED"}, {"total": 2, "low": 2}),
        ({"status": "RESOLVED", "resolution": "FALSE-POSITIVE"}, {"total": 1, "low": 1, "suppressed": 1}),
        ({"status": "RESOLVED", "resolution": "WONTFIX"}, {"total": 1, "low": 1, "suppressed": 1}),
        ({"issueStatus": "ACCEPTED"}, {"total": 1, "low": 1, "suppressed": 1}),
        ({"status": "CLOSED", "resolution": "FIXED"}, {"total": 1, "low": 1}),
    ],
)
def test_only_open_issues_are_live(outcome, state, counts):
    assert outcome({"total": 2, "p": 1, "ps": 9, "issues": [issue(), issue(**state)]}) == (
        "sonarqube-json",
        counts,
    )


def test_the_local_report_of_sonarqube_brings_its_own_comparison(reading):
    body = {"version": "7.4", "issues": [issue(isNew=True), issue(isNew=False)], "components": []}
    assert reading(body).records.marks == {"new": 1, "unchanged": 1, "updated": 0}


@pytest.mark.parametrize(
    ("reason", "counts"),
    [
        ({"active": False}, {"total": 1, "high": 1}),
        ({"active": False, "is_mitigated": True}, {"total": 0}),
        ({"false_p": True}, {"total": 0, "suppressed": 1}),
        ({"risk_accepted": True}, {"total": 0, "suppressed": 1}),
        ({"out_of_scope": True}, {"total": 0, "suppressed": 1}),
    ],
)
def test_only_a_stated_reason_takes_a_defectdojo_finding_out(outcome, reason, counts):
    body = {"findings": [{"title": "t", "severity": "High", "description": "d", **reason}]}
    assert outcome(body) == ("defectdojo-generic", counts)


@pytest.mark.parametrize(
    ("alert", "counts"),
    [
        ({"state": "FIXED"}, {"total": 0}),
        ({"state": "DISMISSED"}, {"total": 0, "suppressed": 1}),
        ({"dismissedAt": "2021-01-01T00:00:00Z", "state": None}, {"total": 0, "suppressed": 1}),
    ],
)
def test_only_open_alerts_are_live(outcome, alert, counts):
    body = json.loads(json.dumps(GRAPHQL))
    body["data"]["repository"]["vulnerabilityAlerts"]["nodes"][0].update(alert)
    assert outcome(body) == ("github-vulnerability", counts)


def test_a_list_as_long_as_a_full_page_is_a_warning(reading):
    body = [{**CODE_SCANNING[0], "number": at} for at in range(100)]
    assert "W_MAYBE_PARTIAL" in {notice.code for notice in reading(body).notices}


def test_a_moved_line_is_the_same_finding(reading):
    def prints(line):
        moved = [issue(line=line, hash="h")]
        body = {"total": 1, "p": 1, "ps": 9, "issues": moved}
        return [one.fingerprint for one in reading(body).records.live]

    assert prints(3) == prints(300)


def test_a_changed_message_is_another_finding(reading):
    def prints(message):
        body = {"total": 1, "p": 1, "ps": 9, "issues": [issue(message=message)]}
        return [one.fingerprint for one in reading(body).records.live]

    assert prints("one") != prints("two")


def test_what_the_package_says_about_itself(reading):
    facts = reading(TRACK).facts
    assert facts["taken_at"] == "2024-02-03T09:59:36Z"
    assert (facts["tool_version"], facts["build"]) == ("4.10.1", "1.4.0")


def test_a_total_below_the_list_is_shown_with_both_numbers(reading):
    notices = reading(changed(SONAR, total=1, paging=None)).notices
    assert [one.message for one in notices if one.code == "W_COUNT_MISMATCH"] == [
        "total says 1, the report lists 2"
    ]
