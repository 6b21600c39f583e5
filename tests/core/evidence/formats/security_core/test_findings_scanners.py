"""The common scanners: what each counts, and which of its reports prove nothing."""

import json

import pytest


def zap(*alerts, **more):
    return {
        "@version": "2.14.0",
        "@generated": "Tue, 2 Jan 2024 03:04:05",
        "site": [{"@name": "https://a", "alerts": list(alerts)}],
    } | more


def alert(risk="3", plugin="40018", name="SQL Injection", uris=("https://a/login",), **more):
    where = [{"uri": uri, "method": "GET", "param": "q"} for uri in uris]
    return {
        "pluginid": plugin,
        "alert": name,
        "name": name,
        "riskcode": risk,
        "confidence": "2",
        "instances": where,
        "count": str(len(where)),
    } | more


ITEM = (
    "<alertitem><pluginid>1</pluginid><alert>A</alert><name>A</name><riskcode>{}</riskcode><confidence>{}</confidence>"
    "<instances><instance><uri>https://a/</uri><method>GET</method></instance></instances></alertitem>"
)


def zap_xml(*items, generated="Tue, 2 Jan 2024 03:04:05"):
    body = "".join(ITEM.format(risk, confidence) for risk, confidence in items)
    return f'<?xml version="1.0"?><OWASPZAPReport version="2.14" generated="{generated}"><site name="https://a"><alerts>{body}</alerts></site></OWASPZAPReport>'


def trivy(*results, **more):
    return {
        "SchemaVersion": 2,
        "CreatedAt": "2024-01-02T03:04:05Z",
        "ArtifactName": "app:1",
        "Results": list(results),
    } | more


VULN = {
    "VulnerabilityID": "CVE-1",
    "PkgName": "zlib",
    "InstalledVersion": "1.2",
    "Severity": "HIGH",
    "Title": "Overflow",
}
TARGET = {"Target": "app:1 (alpine)", "Class": "os-pkgs", "Type": "alpine"}
CHECK = {"ID": "DS002", "Title": "Root", "Severity": "HIGH"}
CLUSTER = {"ClusterName": "prod", "Resources": [
    {"Kind": "Service", "Name": "a", "Results": [TARGET | {"Misconfigurations": [CHECK | {"Status": "FAIL"}]}]},
    {"Kind": "Pod", "Name": "b", "Error": "timeout"},
]}  # fmt: skip


def grype(*matches, **more):
    return {
        "matches": list(matches),
        "source": {"type": "image"},
        "descriptor": {"name": "grype", "version": "0.75.0", "timestamp": "2024-01-02T03:04:05Z"},
    } | more


MATCH = {
    "vulnerability": {"id": "CVE-1", "severity": "Negligible"},
    "artifact": {"name": "bash", "version": "5", "type": "deb", "locations": [{"path": "/p"}]},
}


def snyk(*found, **more):
    return {
        "vulnerabilities": list(found),
        "ok": not found,
        "dependencyCount": 5,
        "projectName": "shop",
        "uniqueCount": 1,
    } | more


SNYK = {
    "id": "SNYK-1",
    "title": "DoS",
    "severity": "high",
    "packageName": "qs",
    "version": "6",
    "from": ["shop@1", "express@4", "qs@6"],
    "upgradePath": [],
}
PACKAGE = {
    "name": "got",
    "severity": "moderate",
    "via": [{"source": 1, "title": "Redirect", "severity": "moderate"}],
    "range": "<11",
    "nodes": [],
}


def npm(packages, total=None):
    counts = {
        "info": 0,
        "low": 0,
        "moderate": len(packages) if total is None else total,
        "high": 0,
        "critical": 0,
    }
    return {
        "auditReportVersion": 2,
        "vulnerabilities": packages,
        "metadata": {"vulnerabilities": counts | {"total": sum(counts.values())}},
    }


def old_npm(advisories, low=0):
    return {
        "actions": [],
        "advisories": advisories,
        "muted": [],
        "metadata": {"vulnerabilities": {"low": low}, "dependencies": 3},
    }


ADVISORY = {
    "id": 577,
    "severity": "low",
    "module_name": "lodash",
    "title": "Pollution",
    "vulnerable_versions": "<4",
}


def lines(*records):
    return "\n".join(json.dumps(one) for one in records) + "\n"


def yarn(path="a>b", **more):
    return {
        "type": "auditAdvisory",
        "data": {"resolution": {"id": 577, "path": path}, "advisory": ADVISORY | more},
    }


def summary(low=0):
    return {"type": "auditSummary", "data": {"vulnerabilities": {"info": 0, "low": low}, "dependencies": 9}}


BERRY = {
    "value": "lodash",
    "children": {
        "ID": 577,
        "Issue": "Pollution",
        "Severity": "critical",
        "Tree Versions": ["4.0"],
        "Dependents": [],
    },
}


def osv(*packages):
    return {"results": [{"source": {"path": "go.mod", "type": "lockfile"}, "packages": list(packages)}]}


OSV_PACKAGE = {
    "package": {"name": "jwt", "version": "3", "ecosystem": "Go"},
    "vulnerabilities": [{"id": "GHSA-1", "summary": "Bypass"}, {"id": "GO-1"}, {"id": "GO-2", "database_specific": {"severity": "MODERATE"}}, {"id": "GO-3"}],
    "groups": [{"ids": ["GHSA-1", "GO-1"], "max_severity": "7.5"}, {"ids": ["GO-2"], "max_severity": ""}],
}  # fmt: skip


def semgrep(*results, **more):
    return {
        "version": "1.50.0",
        "results": list(results),
        "errors": [],
        "paths": {"scanned": ["a.py"]},
    } | more


SEMGREP = {
    "check_id": "py.eval",
    "path": "a.py",
    "start": {"line": 3},
    "extra": {"severity": "ERROR", "message": "Eval", "lines": "eval(x)", "is_ignored": False},
}


def bandit(*results, loc=10, high=None, **more):
    totals = {"SEVERITY.HIGH": float(len(results)) if high is None else high, "SEVERITY.LOW": 0, "loc": loc}
    return {
        "errors": [],
        "generated_at": "2024-01-02T03:04:05Z",
        "metrics": {"_totals": totals},
        "results": list(results),
    } | more


BANDIT = {
    "test_id": "B602",
    "issue_severity": "HIGH",
    "filename": "a.py",
    "line_number": 3,
    "issue_text": "Shell",
    "code": "3 run(x)\n",
}


def check(*dependencies, **more):
    return {
        "reportSchema": "1.1",
        "scanInfo": {"engineVersion": "9.0"},
        "projectInfo": {"reportDate": "2024-01-02T03:04:05Z"},
        "dependencies": list(dependencies),
    } | more


JAR = {"fileName": "x.jar", "filePath": "/lib/x.jar", "vulnerabilities": [
    {"name": "CVE-1", "severity": "CRITICAL"}, {"name": "CVE-2", "severity": "", "cvssv3": {"baseScore": 5.3}}, {"name": "CVE-3"}],
    "suppressedVulnerabilities": [{"name": "CVE-4", "severity": "HIGH"}]}  # fmt: skip
CHECK_XML = """<?xml version="1.0"?><analysis xmlns="https://jeremylong.github.io/DependencyCheck/dependency-check.4.0.xsd">
<scanInfo><engineVersion>9.0</engineVersion></scanInfo><projectInfo><reportDate>2024-01-02T03:04:05Z</reportDate></projectInfo>
<dependencies>{}</dependencies></analysis>"""
JAR_XML = """<dependency><fileName>x.jar</fileName><vulnerabilities><vulnerability><name>CVE-1</name><severity>HIGH</severity></vulnerability>
<vulnerability><name>CVE-2</name><cvssV3><baseScore>9.1</baseScore></cvssV3></vulnerability>
<suppressedVulnerability><name>CVE-3</name><severity>LOW</severity></suppressedVulnerability></vulnerabilities></dependency>"""


def gitlab(*found, status="success", **scan):
    told = {
        "status": status,
        "type": "sast",
        "start_time": "2024-01-02T03:04:05",
        "scanner": {"id": "semgrep", "name": "Semgrep", "version": "5"},
    } | scan
    return {"version": "15.0.6", "vulnerabilities": list(found), "scan": told}


GITLAB = {
    "id": "1",
    "name": "Eval",
    "severity": "Critical",
    "location": {"file": "a.py", "start_line": 3},
    "identifiers": [{"type": "cwe", "value": "CWE-95"}],
}

COUNTS = {
    "ZAP: alerts count, not instances": (zap(alert(uris=("https://a/1", "https://a/2")), alert("0")), "zap-json", {"total": 2, "high": 1, "info": 1}),
    "ZAP: all risks": (zap(*(alert(str(risk), str(risk)) for risk in range(4))), "zap-json", {"total": 4, "high": 1, "medium": 1, "low": 1, "info": 1}),
    "ZAP: a false positive is suppressed": (zap(alert(confidence="0"), alert("-1")), "zap-json", {"total": 0, "suppressed": 2}),
    "ZAP: nothing found": (zap(), "zap-json", {"total": 0}),
    "ZAP: one site as an object": (zap(site={"@name": "https://a", "alerts": [alert("1")]}), "zap-json", {"total": 1, "low": 1}),
    "ZAP XML": (zap_xml((3, 2), (1, 3), (2, 0)), "zap-xml", {"total": 2, "high": 1, "low": 1, "suppressed": 1}),
    "Trivy: vulnerabilities": (trivy(TARGET | {"Vulnerabilities": [VULN, VULN | {"Severity": "UNKNOWN", "PkgName": "b"}]}), "trivy", {"total": 2, "high": 1, "unknown": 1}),
    "Trivy: a clean target": (trivy(TARGET, TARGET | {"Vulnerabilities": None}), "trivy", {"total": 0}),
    "Trivy: only failed checks": (
        trivy(TARGET | {"Misconfigurations": [CHECK | {"Status": "FAIL"}, CHECK | {"Status": "PASS"}, CHECK | {"Status": "EXCEPTION"}]}),
        "trivy", {"total": 1, "high": 1, "suppressed": 1}),
    "Trivy: secrets and licences": (
        trivy(TARGET | {"Secrets": [{"RuleID": "aws", "Severity": "CRITICAL", "StartLine": 2}], "Licenses": [{"Name": "AGPL", "Severity": "HIGH", "PkgName": "x"}]}),
        "trivy", {"total": 2, "critical": 1, "high": 1}),
    "Trivy: modified findings": (trivy(TARGET | {"ExperimentalModifiedFindings": [{"Status": "ignored", "Finding": VULN}]}), "trivy", {"total": 0, "suppressed": 1}),
    "Trivy: a cluster": (CLUSTER, "trivy", {"total": 1, "high": 1}),
    "Trivy: the bare list": ([TARGET | {"Vulnerabilities": [VULN]}, TARGET], "trivy", {"total": 1, "high": 1}),
    "Grype": (grype(MATCH, ignoredMatches=[MATCH]), "grype", {"total": 1, "info": 1, "suppressed": 1}),
    "Grype: nothing found": (grype(), "grype", {"total": 0}),
    "Snyk: each path counts": (snyk(SNYK, SNYK | {"from": ["shop@1", "qs@6"]}), "snyk", {"total": 2, "high": 2}),
    "Snyk: a clean project": (snyk(), "snyk", {"total": 0}),
    "Snyk: one of several has no dependencies": ([snyk(dependencyCount=0), snyk()], "snyk", {"total": 0}),
    "Snyk: applications on an empty base": (snyk(dependencyCount=0, applications=[snyk()]), "snyk", {"total": 0}),
    "Snyk: a list of projects": ([snyk(SNYK), snyk()], "snyk", {"total": 1, "high": 1}),
    "Snyk: ignored by policy": (snyk(filtered={"ignore": [SNYK], "patch": []}), "snyk", {"total": 0, "suppressed": 1}),
    "Snyk: a container with applications": (snyk(applications=[snyk(SNYK)]), "snyk", {"total": 1, "high": 1}),
    "Snyk: infrastructure": ({"ok": False, "path": ".", "infrastructureAsCodeIssues": [{"id": "CC-1", "title": "Open", "severity": "medium", "lineNumber": 3}]}, "snyk", {"total": 1, "medium": 1}),
    "npm 7": (npm({"got": PACKAGE}), "npm-audit", {"total": 1, "medium": 1}),
    "npm 7: nothing found": (npm({}), "npm-audit", {"total": 0}),
    "npm 6": (old_npm({"577": ADVISORY}, 4), "npm-audit", {"total": 1, "low": 1}),
    "npm 6: nothing found": (old_npm({}), "npm-audit", {"total": 0}),
    "Yarn 1: one advisory over two paths": (lines(yarn(), yarn("c>b"), summary(2)), "yarn-audit", {"total": 1, "low": 1}),
    "Yarn 1: nothing found": (lines(summary()), "yarn-audit", {"total": 0}),
    "Yarn 4": (lines(BERRY, BERRY | {"value": "other"}), "yarn-audit", {"total": 2, "critical": 2}),
    "OSV: aliases are one": (osv(OSV_PACKAGE), "osv-scanner", {"total": 3, "high": 1, "medium": 1, "unknown": 1}),
    "OSV: a clean package": (osv({"package": {"name": "a", "version": "1"}}), "osv-scanner", {"total": 0}),
    "Semgrep": (semgrep(SEMGREP, SEMGREP | {"extra": {"severity": "INFO", "is_ignored": True}}), "semgrep-json", {"total": 1, "high": 1, "suppressed": 1}),
    "Semgrep: nothing found": (semgrep(), "semgrep-json", {"total": 0}),
    "Bandit": (bandit(BANDIT), "bandit", {"total": 1, "high": 1}),
    "Bandit: undefined severity": (bandit(BANDIT | {"issue_severity": "UNDEFINED"}), "bandit", {"total": 1, "unknown": 1}),
    "Bandit: nothing found": (bandit(), "bandit", {"total": 0}),
    "Dependency-Check": (check(JAR), "dependency-check", {"total": 3, "critical": 1, "medium": 1, "unknown": 1, "suppressed": 1}),
    "Dependency-Check: nothing found": (check({"fileName": "x.jar"}), "dependency-check", {"total": 0}),
    "Dependency-Check XML": (CHECK_XML.format(JAR_XML), "dependency-check", {"total": 2, "critical": 1, "high": 1, "suppressed": 1}),
    "GitLab": (gitlab(GITLAB, GITLAB | {"severity": None}), "gitlab-security", {"total": 2, "critical": 1, "unknown": 1}),
    "GitLab: nothing found": (gitlab(), "gitlab-security", {"total": 0}),
    "GitLab: a fragment with findings": ({"version": "2.3", "vulnerabilities": [GITLAB]}, "gitlab-security", {"total": 1, "critical": 1}),
    "GitLab DAST, which is ZAP inside": (gitlab(GITLAB) | {"@version": "D", "site": [{"alerts": [alert()]}]}, "gitlab-security", {"total": 1, "critical": 1}),
}  # fmt: skip

REFUSED = {
    "ZAP: no site": (zap(site=[]), "E_NO_RUNS"),
    "ZAP: a site that nobody scanned": ({"@version": "2", "site": [{"@host": "a", "alerts": []}]}, "E_NO_RUNS"),
    "ZAP: an unknown risk": (zap(alert("9")), "E_ENUM"),
    "ZAP: no risk": (zap({"alert": "A"}), "E_MISSING_FIELD"),
    "ZAP: no alerts": (zap(site=[{"@name": "a"}]), "E_MISSING_FIELD"),
    "ZAP XML: no site": ('<OWASPZAPReport version="2" generated="x"/>', "E_NO_RUNS"),
    "ZAP XML: an unknown risk": (zap_xml((7, 2)), "E_ENUM"),
    "ZAP XML: cut": (zap_xml((3, 2))[:-30], "E_TRUNCATED"),
    "Trivy: no results": (trivy(Results=None), "E_NO_RUNS"),
    "Trivy: empty results": (trivy(), "E_NO_RUNS"),
    "Trivy: a cluster that failed": ({"ClusterName": "x", "Resources": [{"Error": "forbidden"}]}, "E_SCAN_FAILED"),
    "Trivy: a cluster of which a part failed and the rest is clean": (
        {"ClusterName": "x", "Resources": [{"Error": "forbidden"}, {"Results": [{"Target": "a"}]}]}, "E_SCAN_FAILED"),
    "npm: nothing to look at": (
        {"auditReportVersion": 2, "vulnerabilities": {},
         "metadata": {"vulnerabilities": {"total": 0}, "dependencies": {"total": 0}}}, "E_NO_RUNS"),
    "Grype: nothing shows a scan": ({"matches": [], "distro": {}}, "E_NO_RUNS"),
    "Grype: matches null": (grype() | {"matches": None}, "E_MISSING_FIELD"),
    "Snyk: a project without dependencies": (snyk(dependencyCount=0), "E_NO_RUNS"),
    "Snyk: no project with a dependency": ([snyk(dependencyCount=0), snyk(dependencyCount=0, applications=[snyk(dependencyCount=0)])], "E_NO_RUNS"),
    "Snyk: an error": ({"ok": False, "error": "Could not detect package manager", "path": "/x"}, "E_SCAN_FAILED"),
    "Snyk: one of several failed": ([snyk(), {"ok": False, "error": "boom", "path": "/x"}], "E_SCAN_FAILED"),
    "Snyk: not ok and nothing listed": (snyk(ok=False), "E_CONTRADICTION"),
    "npm: an error": ({"error": {"code": "ENOLOCK", "summary": "This command requires an existing lockfile."}}, "E_SCAN_FAILED"),
    "npm: a registry's refusal": ({"message": "request failed", "method": "POST", "uri": "https://r", "error": {"code": "E500"}}, "E_SCAN_FAILED"),
    "npm 7: announced and not listed": (npm({}, total=3), "E_COUNT_MISMATCH"),
    "npm 6: announced and not listed": (old_npm({}, low=3), "E_COUNT_MISMATCH"),
    "npm 7: no metadata": ({"auditReportVersion": 2, "vulnerabilities": {}}, "E_NO_RUNS"),
    "Yarn: an error": (lines({"type": "error", "data": "No lockfile"}), "E_SCAN_FAILED"),
    "Yarn: no summary": (lines(yarn(), yarn("c>b")), "E_TRUNCATED"),
    "Yarn: announced and not listed": (lines(summary(5)), "E_COUNT_MISMATCH"),
    "OSV: no source": ({"results": [], "experimental_config": {}}, "E_NO_RUNS"),
    "OSV: a group without ids": (osv({"package": {"name": "a"}, "groups": [{"ids": []}]}), "E_MISSING_FIELD"),
    "Semgrep: nothing scanned": ({"results": [], "errors": []}, "E_NO_RUNS"),
    "Semgrep: an empty selection": (semgrep(paths={"scanned": []}), "E_NO_RUNS"),
    "Semgrep: errors in place of results": (semgrep(errors=[{"level": "error", "message": "invalid rule"}]), "E_SCAN_FAILED"),
    "Bandit: no line": (bandit(loc=0), "E_NO_RUNS"),
    "Bandit: nothing parsed": (bandit(loc=0, errors=[{"filename": "a.py", "reason": "syntax error"}]), "E_SCAN_FAILED"),
    "Dependency-Check: no dependency": (check(), "E_NO_RUNS"),
    "Dependency-Check XML: no dependency": (CHECK_XML.format(""), "E_NO_RUNS"),
    "GitLab: failure": (gitlab(status="failure"), "E_SCAN_FAILED"),
    "GitLab: failure with findings": (gitlab(GITLAB, status="failure"), "E_SCAN_FAILED"),
    "GitLab: fatal message": (gitlab(messages=[{"level": "fatal", "value": "no rules"}]), "E_SCAN_FAILED"),
    "GitLab: empty and no status": ({"version": "15.0.6", "vulnerabilities": [], "scan": {"type": "sast", "scanner": {"id": "x"}}}, "E_NO_RUNS"),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_it_counts(name, outcome):
    body, form, counts = COUNTS[name]
    assert outcome(body) == (form, counts)


@pytest.mark.parametrize("name", REFUSED)
def test_it_proves_nothing(name, outcome):
    body, code = REFUSED[name]
    assert outcome(body) == code


WARNINGS = {
    "Trivy: a resource not scanned": (CLUSTER, "W_NOT_TESTED"),
    "npm 7: header and body differ": (npm({"got": PACKAGE}, total=2), "W_COUNT_MISMATCH"),
    "Yarn: header and body differ": (lines(yarn(), summary(2)), "W_COUNT_MISMATCH"),
    "Semgrep: a file not parsed": (semgrep(SEMGREP, errors=[{"level": "warn", "message": "syntax"}]), "W_NOT_TESTED"),
    "Bandit: a file not parsed": (bandit(BANDIT, errors=[{"filename": "b.py"}]), "W_NOT_TESTED"),
    "Bandit: header and body differ": (bandit(BANDIT, high=2), "W_COUNT_MISMATCH"),
    "Bandit: nosec comments": (bandit(metrics={"_totals": {"loc": 9, "nosec": 2, "skipped_tests": 1}}), "W_SUPPRESSED"),
    "Dependency-Check: an analysis failed": (check(JAR, scanInfo={"analysisExceptions": [{"exception": {}}]}), "W_NOT_TESTED"),
    "GitLab: an error beside findings": (gitlab(GITLAB, messages=[{"level": "error", "value": "x"}]), "W_NOT_TESTED"),
    "GitLab: a time without zone": (gitlab(GITLAB), "W_NAIVE_TIME"),
    "ZAP: a time without zone": (zap(alert()), "W_NAIVE_TIME"),
    "Grype: NUL in a version": (json.dumps(grype(MATCH)).replace('"5"', '"5\\u0000-J"'), "W_CONTROL_CHAR"),
    "suppressed findings": (zap(alert(confidence="0")), "W_SUPPRESSED"),
    "unknown severities": (gitlab(GITLAB | {"severity": "Odd"}), "W_UNKNOWN_SEVERITY"),
}  # fmt: skip


@pytest.mark.parametrize("name", WARNINGS)
def test_it_warns(name, reading):
    body, code = WARNINGS[name]
    assert code in [one.code for one in reading(body).notices]


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        (zap(alert()), {"tool": "ZAP", "tool_version": "2.14.0", "taken_at": "2024-01-02T03:04:05Z"}),
        (trivy(TARGET), {"tool": "Trivy", "taken_at": "2024-01-02T03:04:05Z"}),
        (grype(MATCH), {"tool": "Grype", "tool_version": "0.75.0", "taken_at": "2024-01-02T03:04:05Z"}),
        (semgrep(SEMGREP), {"tool": "Semgrep", "tool_version": "1.50.0"}),
        (bandit(BANDIT), {"tool": "Bandit", "taken_at": "2024-01-02T03:04:05Z"}),
        (check(JAR), {"tool": "Dependency-Check", "tool_version": "9.0", "taken_at": "2024-01-02T03:04:05Z"}),
        (gitlab(GITLAB), {"tool": "Semgrep", "tool_version": "5", "taken_at": "2024-01-02T03:04:05Z"}),
    ],
)
def test_it_states_facts(body, facts, reading):
    assert reading(body).facts == facts


def new(reading, now, before):
    return len(reading(now).records.new_against(reading(before).records).live)


def test_a_zap_alert_is_new_at_a_new_address_and_old_with_another_query(reading):
    before = zap(alert(uris=("https://a/login?t=1",)))
    assert new(reading, zap(alert(uris=("https://a/login?t=2",))), before) == 0
    assert new(reading, zap(alert(uris=("https://a/login", "https://a/admin"))), before) == 1
    assert new(reading, zap(alert(), alert("3", "40012", "XSS")), before) == 1


def test_an_npm_package_is_new_with_a_further_advisory(reading):
    before = npm({"got": PACKAGE})
    more = PACKAGE | {"via": [*PACKAGE["via"], {"source": 2, "title": "Other"}]}
    assert new(reading, npm({"got": PACKAGE}), before) == 0
    assert new(reading, npm({"got": more}), before) == 1


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (trivy(TARGET | {"Vulnerabilities": [VULN | {"InstalledVersion": "1.3"}]}), trivy(TARGET | {"Vulnerabilities": [VULN]})),
        (semgrep(SEMGREP | {"start": {"line": 30}}), semgrep(SEMGREP)),
        (bandit(BANDIT | {"line_number": 30, "code": "30 run(x)\n"}), bandit(BANDIT)),
        (gitlab(GITLAB | {"id": "2", "location": {"file": "a.py", "start_line": 9}}), gitlab(GITLAB)),
        (snyk(SNYK | {"from": ["shop@1", "other@2", "qs@6"]}), snyk(SNYK)),
    ],
)  # fmt: skip
def test_a_finding_stays_the_same_when_lines_versions_and_paths_move(now, before, reading):
    assert new(reading, now, before) == 0


def test_snyk_tells_how_many_ids_are_distinct(reading):
    told = reading(snyk(SNYK, SNYK | {"from": ["shop@1", "qs@6"]}))
    assert told.definitions["unique"] == "1 distinct ids among 2 entries"


SAMPLES = {
    "zap-json": zap(alert(), alert("1")),
    "zap-xml": zap_xml((3, 2)),
    "trivy": trivy(TARGET | {"Vulnerabilities": [VULN], "Misconfigurations": [CHECK | {"Status": "FAIL", "CauseMetadata": {"Resource": "r"}}],
                             "ExperimentalModifiedFindings": [{"Finding": VULN}]}),
    "grype": grype(MATCH, ignoredMatches=[MATCH]),
    "snyk": [snyk(SNYK, filtered={"ignore": [SNYK]}, applications=[snyk()])],
    "npm-audit": npm({"got": PACKAGE}),
    "yarn-audit": lines(yarn(), summary(1)),
    "osv-scanner": osv(OSV_PACKAGE),
    "semgrep-json": semgrep(SEMGREP, errors=[{"level": "warn"}]),
    "bandit": bandit(BANDIT, errors=[{"filename": "b"}]),
    "dependency-check": check(JAR),
    "gitlab-security": gitlab(GITLAB, messages=[{"level": "info", "value": "x"}]),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_odd_variants_are_refused_or_read_and_nothing_else(name, survives):
    assert survives(name, SAMPLES[name]) > 10


def test_odd_variants_of_older_shapes_are_refused_or_read_and_nothing_else(survives):
    assert survives("npm-audit", old_npm({"577": ADVISORY}, 1)) > 10
    assert survives("trivy", CLUSTER) > 10
    assert survives("dependency-check", CHECK_XML.format(JAR_XML)) > 10
    assert survives("yarn-audit", lines(BERRY)) > 10
