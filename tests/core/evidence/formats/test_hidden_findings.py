"""What a scanner says that it found does not vanish: an announced finding, or a state that no reader knows."""

import json

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source


def trivy(**result):
    return {
        "SchemaVersion": 2,
        "ArtifactName": "a",
        "Results": [{"Target": "t", "Class": "config", **result}],
    }


def safety(found):
    meta = {"packages_found": 1, "vulnerabilities_found": found, "scan_target": "x"}
    return {"report_meta": meta, "scanned_packages": {"a": {}}, "vulnerabilities": [], "announcements": []}


def axe(result):
    return [{"id": "r", "result": result, "passes": [], "violations": [], "incomplete": []}]


def kube_bench(*states):
    results = [{"test_number": str(at), "test_desc": "d", "status": state} for at, state in enumerate(states)]
    return {"Controls": [{"node_type": "master", "tests": [{"results": results}]}], "Totals": {}}


def kubescape(status):
    controls = {"C-1": {"severity": "High"}}
    found = [{"controlID": "C-1", "name": "n", "status": {"status": status}}]
    results = [{"resourceID": "r", "controls": found}]
    return {
        "summaryDetails": {"controls": controls},
        "results": results,
        "generationTime": "2026-01-01T00:00:00Z",
    }


def mutants(*states):
    place = {"start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 2}}
    found = [
        {"id": str(at), "mutatorName": "m", "status": one, "location": place} for at, one in enumerate(states)
    ]
    files = {"a.js": {"language": "js", "source": "x", "mutants": found}}
    return {"schemaVersion": "1", "thresholds": {}, "files": files}


REPORTS = [
    (trivy(MisconfSummary={"Successes": 1, "Failures": 2}), "E_COUNT_MISMATCH"),
    (trivy(MisconfSummary={"Successes": 1, "Failures": 0}), ("findings.total", 0)),
    (trivy(Misconfigurations=[{"ID": "A", "Severity": "HIGH", "Status": "wobbly"}]), ("findings.high", 1)),
    ({"summary": {"fatal": 2, "pass": 1}, "details": []}, "E_COUNT_MISMATCH"),
    (
        {"summary": {"fatal": 1, "pass": 1}, "details": [{"code": "C", "level": "FATAL"}]},
        ("findings.critical", 1),
    ),
    (safety(3), "E_COUNT_MISMATCH"),
    (safety(0), ("findings.total", 0)),
    (axe("wobbly"), "E_ENUM"),
    (axe("passed"), ("a11y.violations", 0)),
    (kube_bench("PASS", "WOBBLY"), "E_ENUM"),
    (kube_bench("PASS", "INFO", "FAIL"), ("findings.total", 1)),
    (kubescape("wobbly"), ("findings.high", 1)),
    (kubescape("failed"), ("findings.high", 1)),
    (kubescape("passed"), ("findings.total", 0)),
    (mutants("Killed", "wobbly"), ("mutation.survived", 1)),
]


@pytest.mark.parametrize(("report", "seen"), REPORTS)
def test_what_was_found_is_seen(report, seen):
    source = Source.of(json.dumps(report).encode(), "report")
    if isinstance(seen, str):
        with pytest.raises(EvidenceError) as caught:
            read(source)
        assert caught.value.code == seen
    else:
        metric, value = seen
        numbers = {one.metric: int(one.value) for one in read(source).measurements if not one.labels}
        assert numbers[metric] == value


def japicmp(of_class, change=""):
    part = f"<compatibilityChanges><compatibilityChange {change}/></compatibilityChanges>" if change else ""
    whole = f'<class fullyQualifiedName="A" {of_class}>{part}</class>'
    return f'<japicmp oldVersion="1" newVersion="2"><classes>{whole}</classes></japicmp>'


@pytest.mark.parametrize(
    ("of_class", "change", "breaking"),
    [
        ('binaryCompatible="true" sourceCompatible="true"', "", 0),
        ('binaryCompatible="false" sourceCompatible="true"', "", 1),
        ('binaryCompatible="wobbly" sourceCompatible="true"', "", 1),
        ('binaryCompatible="false" sourceCompatible="false"', 'type="METHOD_REMOVED"', 1),
        ('binaryCompatible="false"', 'type="X" binaryCompatible="false" sourceCompatible="true"', 1),
        ('binaryCompatible="true"', 'type="X" binaryCompatible="true" sourceCompatible="true"', 0),
    ],
)
def test_a_class_that_breaks_its_callers_is_seen(of_class, change, breaking):
    found = read(Source.of(japicmp(of_class, change).encode())).measurements
    assert {one.metric: int(one.value) for one in found if not one.labels}["api.breaking_changes"] == breaking
