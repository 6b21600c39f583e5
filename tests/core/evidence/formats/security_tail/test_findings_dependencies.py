"""Scanners of dependencies, images and secrets."""

import json

import pytest

from flightrules.evidence.measurement import Notice

CONFIG = {
    "config": {"protocol_version": "v1.0.0", "scanner_name": "govulncheck", "scanner_version": "v1.1.0"}
}
PROGRESS = {"progress": {"message": "Scanning your code"}}
GO_FINDING = {"finding": {"osv": "GO-1", "trace": [{"module": "golang.org/x/text", "function": "Parse"}]}}
GOVULN = [
    CONFIG, PROGRESS, {"osv": {"id": "GO-1", "summary": "Bad"}}, {"osv": {"id": "GO-2"}}, GO_FINDING,
    {"finding": {"osv": "GO-1", "trace": [{"module": "golang.org/x/text"}]}},
]  # fmt: skip
GOVULN_STREAM = "\n".join(json.dumps(one, indent=2) for one in GOVULN)
GOVULN_OLD = {
    "Calls": {}, "Imports": {}, "Requires": {}, "Modules": [{"Path": "m"}],
    "Vulns": [{"OSV": {"id": "GO-1", "summary": "Bad"}, "ModPath": "m", "Symbol": "A"},
              {"OSV": {"id": "GO-1"}, "ModPath": "m", "Symbol": "B"}],
}  # fmt: skip
PIP = {"fixes": [], "dependencies": [
    {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": [], "description": "d"}]},
    {"name": "b", "version": "2", "vulns": []},
    {"name": "c", "skip_reason": "not on PyPI"},
]}  # fmt: skip
SAFETY = {
    "report_meta": {"packages_found": 3, "safety_version": "2.3.5", "timestamp": "2023-01-02 03:04:05"},
    "scanned_packages": {"a": {"name": "a", "version": "1"}},
    "vulnerabilities": [{"vulnerability_id": "1", "package_name": "a", "analyzed_version": "1", "advisory": "x", "CVE": "CVE-1",
                         "severity": {"cvssv3": {"base_score": 7.5}}, "ignored": False}],
    "ignored_vulnerabilities": [{"vulnerability_id": "2", "package_name": "a", "severity": None}],
}  # fmt: skip
SAFETY_SCAN = {
    "meta": {"scan_type": "scan", "timestamp": "2024-01-02T03:04:05"},
    "scan_results": {"projects": [{"files": [{"results": {"dependencies": [{"name": "a", "specifications": [
        {"raw": "a==1", "vulnerabilities": {"known_vulnerabilities": [{"id": "1", "ignored": None}, {"id": "2", "ignored": {"reason": "x"}}]}}
    ]}]}}]}]},
}  # fmt: skip
CARGO = {
    "database": {"advisory-count": 9}, "lockfile": {"dependency-count": 12}, "settings": {"ignore": ["RUSTSEC-9"]},
    "vulnerabilities": {"found": True, "count": 1, "list": [
        {"advisory": {"id": "RUSTSEC-1", "title": "Bad", "cvss": None}, "package": {"name": "time", "version": "0.1"}}]},
    "warnings": {"unmaintained": [{"kind": "unmaintained", "advisory": {"id": "RUSTSEC-2"}, "package": {"name": "x"}}],
                 "yanked": [{"kind": "yanked", "advisory": None, "package": {"name": "y"}}]},
}  # fmt: skip
BUNDLER = {
    "version": "0.9.1", "created_at": "2023-01-02 03:04:05 +0000",
    "results": [
        {"type": "unpatched_gem", "gem": {"name": "rack", "version": "1"}, "advisory": {"id": "CVE-1", "title": "t", "criticality": "high"}},
        {"type": "unpatched_gem", "gem": {"name": "rack", "version": "1"}, "advisory": {"id": "CVE-2", "criticality": None, "cvss_v3": 9.8}},
        {"type": "insecure_source", "source": "http://rubygems.org"},
    ],
}  # fmt: skip
PRISMA = {"consoleURL": "x", "results": [
    {"id": "sha256:1", "name": "app:1", "distro": "x", "compliances": [{"id": 41, "title": "t", "severity": "high"}],
     "vulnerabilities": [{"id": "CVE-1", "severity": "critical", "packageName": "a", "packageVersion": "1"}]},
]}  # fmt: skip
PRISMA_LIST = [{"entityInfo": {"name": "app:1"}, "results": PRISMA["results"]}]
ANCHORE = {
    "imageDigest": "sha256:1", "vulnerability_type": "all",
    "vulnerabilities": [{"vuln": "CVE-1", "severity": "Negligible", "package": "a-1", "package_name": "a", "package_version": "1"}],
}  # fmt: skip
CLAIR = {
    "manifest_hash": "sha256:1", "packages": {"1": {"name": "bash", "version": "5"}},
    "vulnerabilities": {"7": {"id": "7", "name": "CVE-1", "normalized_severity": "High", "description": "d"}},
    "package_vulnerabilities": {"1": ["7"]},
}  # fmt: skip
CLAIR_SCANNER = {
    "image": "app", "unapproved": ["CVE-1"],
    "vulnerabilities": [{"featurename": "a", "featureversion": "1", "vulnerability": "CVE-1", "severity": "High"},
                        {"featurename": "b", "featureversion": "1", "vulnerability": "CVE-2", "severity": "Low"}],
}  # fmt: skip
KLAR = {
    "LayerCount": 3,
    "Vulnerabilities": {"High": [{"Name": "CVE-1", "FeatureName": "a", "FeatureVersion": "1"}], "Low": None},
}
VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "version": 1, "timestamp": "2024-01-02T03:04:05Z",
    "statements": [
        {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:a"}, {"@id": "pkg:b"}], "status": "affected"},
        {"vulnerability": "CVE-2", "products": ["pkg:a"], "status": "under_investigation"},
        {"vulnerability": {"name": "CVE-3"}, "products": [{"@id": "pkg:a"}], "status": "not_affected", "justification": "x"},
        {"vulnerability": {"name": "CVE-4"}, "products": [{"@id": "pkg:a"}], "status": "fixed"},
    ],
}  # fmt: skip
CYCLONE = {
    "bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"timestamp": "2024-01-02T03:04:05Z"},
    "vulnerabilities": [
        {"id": "CVE-1", "ratings": [{"severity": "low"}, {"severity": "high"}], "affects": [{"ref": "a"}, {"ref": "b"}]},
        {"id": "CVE-2", "ratings": [{"severity": "high"}], "analysis": {"state": "not_affected"}},
        {"id": "CVE-3", "ratings": [{"severity": "high"}], "analysis": {"state": "resolved"}},
    ],
}  # fmt: skip
GITLEAKS = [
    {
        "Description": "Key",
        "StartLine": 3,
        "File": "a.env",
        "Secret": "hunter2",
        "Match": "k=hunter2",
        "Commit": "c1",
        "RuleID": "generic",
        "Fingerprint": "c1:a.env:generic:3",
    }
]
GITLEAKS_OLD = [
    {
        "line": "k=1",
        "lineNumber": 3,
        "offender": "hunter2",
        "commit": "c1",
        "rule": "AWS",
        "file": "a.env",
        "tags": "key",
    }
]
HOG = json.dumps({"SourceMetadata": {"Data": {"Git": {"commit": "c1", "file": "a.env", "line": 3}}}, "SourceName": "x",
                  "DetectorName": "AWS", "Verified": True, "Raw": "hunter2"})  # fmt: skip
HOG_OLD = json.dumps(
    {"branch": "main", "commit": "c1", "path": "a.env", "reason": "High Entropy", "stringsFound": ["hunter2"]}
)
DETECT = {
    "version": "1.5.0", "plugins_used": [{"name": "AWSKeyDetector"}], "generated_at": "2024-01-02T03:04:05Z",
    "results": {"a.env": [{"type": "AWS Key", "filename": "a.env", "hashed_secret": "ab", "line_number": 3, "is_verified": False},
                          {"type": "Hex", "filename": "a.env", "hashed_secret": "cd", "line_number": 4, "is_secret": False}]},
}  # fmt: skip
SAMPLES = [
    ("govulncheck", GOVULN, {"total": 1, "unknown": 1}),
    ("govulncheck", GOVULN_STREAM, {"total": 1, "unknown": 1}),
    ("govulncheck", GOVULN_OLD, {"total": 1, "unknown": 1}),
    ("pip-audit", PIP, {"total": 1, "unknown": 1}),
    ("pip-audit", PIP["dependencies"], {"total": 1, "unknown": 1}),
    ("safety-json", SAFETY, {"total": 1, "high": 1, "suppressed": 1}),
    ("safety-json", SAFETY_SCAN, {"total": 1, "unknown": 1, "suppressed": 1}),
    ("cargo-audit", CARGO, {"total": 3, "unknown": 1, "info": 2}),
    ("bundler-audit", BUNDLER, {"total": 3, "critical": 1, "high": 1, "unknown": 1}),
    ("prisma-cloud", PRISMA, {"total": 2, "critical": 1, "high": 1}),
    ("prisma-cloud", PRISMA_LIST, {"total": 2, "critical": 1, "high": 1}),
    ("anchore", ANCHORE, {"total": 1, "info": 1}),
    ("clair", CLAIR, {"total": 1, "high": 1}),
    ("clair", CLAIR_SCANNER, {"total": 1, "high": 1, "suppressed": 1}),
    ("clair", KLAR, {"total": 1, "high": 1}),
    ("openvex", VEX, {"total": 3, "unknown": 3, "suppressed": 1}),
    ("cyclonedx", CYCLONE, {"total": 2, "high": 2, "suppressed": 1}),
    ("gitleaks-json", GITLEAKS, {"total": 1, "unknown": 1}),
    ("gitleaks-json", GITLEAKS_OLD, {"total": 1, "unknown": 1}),
    ("trufflehog", HOG, {"total": 1, "unknown": 1}),
    ("trufflehog", HOG + "\n" + HOG, {"total": 2, "unknown": 2}),
    ("trufflehog", HOG_OLD, {"total": 1, "unknown": 1}),
    ("detect-secrets", DETECT, {"total": 1, "unknown": 1, "suppressed": 1}),
]


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_each_scanner_is_recognised_and_counted(outcome, name, body, counts):
    assert outcome(body) == (name, counts)


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_nothing_but_a_refusal_comes_out_of_a_damaged_report(survives, name, body, counts):
    assert survives(name, body) > 0


CLEAN = {
    "Go code that was scanned": ([CONFIG, PROGRESS], "govulncheck"),
    "Go modules of the older report": ({**GOVULN_OLD, "Vulns": None}, "govulncheck"),
    "packages without vulnerabilities": ([{"name": "b", "version": "2", "vulns": []}], "pip-audit"),
    "packages that Safety scanned": ({**SAFETY, "vulnerabilities": [], "ignored_vulnerabilities": []}, "safety-json"),
    "a lock file without advisories": ({**CARGO, "vulnerabilities": {"found": False, "count": 0, "list": []}, "warnings": {}}, "cargo-audit"),
    "gems without advisories": ({**BUNDLER, "results": []}, "bundler-audit"),
    "an image without vulnerabilities": ({"consoleURL": "x", "results": [{"id": "i", "vulnerabilities": None, "compliances": None}]}, "prisma-cloud"),
    "an image that Anchore knows": ({**ANCHORE, "vulnerabilities": []}, "anchore"),
    "an image that Clair indexed": ({**CLAIR, "vulnerabilities": {}, "package_vulnerabilities": {}}, "clair"),
    "plugins that found no secret": ({**DETECT, "results": {}}, "detect-secrets"),
}  # fmt: skip


@pytest.mark.parametrize("story", CLEAN)
def test_a_scan_that_found_nothing_is_evidence(outcome, story):
    body, name = CLEAN[story]
    assert outcome(body) == (name, {"total": 0})


REFUSED = {
    "a bare empty list": ("[\n]\n", "E_UNRECOGNISED"),
    "a stream that ended before the scan": ([CONFIG], "E_NO_RUNS"),
    "a stream cut in the middle": (GOVULN_STREAM[:-20], "E_TRUNCATED"),
    "packages that were all skipped": ([{"name": "c", "skip_reason": "x"}], "E_NO_RUNS"),
    "no package at all": ({"dependencies": [], "fixes": []}, "E_NO_RUNS"),
    "Safety over nothing": ({"report_meta": {"packages_found": 0}, "scanned_packages": {}, "vulnerabilities": []}, "E_NO_RUNS"),
    "a Safety scan over nothing": ({"meta": {}, "scan_results": {"projects": []}}, "E_NO_RUNS"),
    "a lock file without dependencies": ({**CARGO, "lockfile": {"dependency-count": 0}}, "E_NO_RUNS"),
    "an image that could not be scanned": ({"consoleURL": "x", "results": [{"vulnerabilities": [], "err": "no layer"}]}, "E_SCAN_FAILED"),
    "no image": ({"consoleURL": "x", "results": []}, "E_UNRECOGNISED"),
    "an image without packages": ({**CLAIR, "packages": {}}, "E_NO_RUNS"),
    "a package's vulnerability that is not there": ({**CLAIR, "vulnerabilities": {}}, "E_MISSING_FIELD"),
    "Klar over no layer": ({"LayerCount": 0, "Vulnerabilities": {}}, "E_NO_RUNS"),
    "a document without statements": ({**VEX, "statements": []}, "E_NO_DATA"),
    "a statement with an unknown status": ({**VEX, "statements": [{"vulnerability": "CVE-1", "status": "probably_fine"}]}, "E_ENUM"),
    "an array that is no document": (["not", "a", "document"], "E_UNRECOGNISED"),
    "a bill of materials alone": ({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}, "E_NO_RUNS"),
    "TruffleHog's own error": (HOG + '\n{"level":"error","msg":"clone failed"}', "E_SCAN_FAILED"),
    "detect-secrets without plugins": ({**DETECT, "plugins_used": []}, "E_NO_RUNS"),
}  # fmt: skip


@pytest.mark.parametrize("story", REFUSED)
def test_refused(outcome, story):
    body, code = REFUSED[story]
    assert outcome(body) == code


@pytest.mark.parametrize("body", [GITLEAKS, GITLEAKS_OLD, HOG, HOG_OLD])
def test_a_secret_never_leaves_the_report(reading, body):
    assert "hunter2" not in repr(reading(body).records.live)


def test_what_was_skipped_or_ignored_is_a_warning(reading):
    assert Notice("W_NOT_TESTED", "1 packages could not be audited") in reading(PIP).notices
    assert any(notice.code == "W_NOT_TESTED" for notice in reading(CARGO).notices)


def test_times_become_rfc_3339_and_a_missing_zone_is_said(reading):
    assert reading(BUNDLER).facts["taken_at"] == "2023-01-02T03:04:05Z"
    found = reading(SAFETY)
    assert found.facts["taken_at"] == "2023-01-02T03:04:05Z"
    assert "W_NAIVE_TIME" in {notice.code for notice in found.notices}


def test_captured_bytes_of_a_secret_are_no_fault_of_the_report(outcome):
    odd = HOG.replace("hunter2", "\\u0000\\ud800")
    assert outcome(odd) == ("trufflehog", {"total": 1, "unknown": 1})
    assert outcome(HOG.replace("AWS", "\\u0000")) == "E_CONTROL_CHAR"


def test_an_unreadable_time_is_a_warning_and_no_fact(reading):
    found = reading({**BUNDLER, "created_at": "yesterday"})
    assert "taken_at" not in found.facts
    assert "W_TIME" in {notice.code for notice in found.notices}


def test_one_vulnerability_of_one_module_counts_once_however_it_is_reached(outcome):
    assert outcome([*GOVULN, GO_FINDING, GO_FINDING]) == ("govulncheck", {"total": 1, "unknown": 1})
    other = {"finding": {"osv": "GO-1", "trace": [{"module": "other"}]}}
    assert outcome([*GOVULN, other]) == ("govulncheck", {"total": 2, "unknown": 2})
