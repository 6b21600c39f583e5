"""Small rulebooks and evidence for stories of a wrong GO."""

import json

RATE = """
criteria:
  rate: {sentence: Pass rate >= 90% measured by the CI run, enforcement: waivable}
gates:
  release: {kind: exit, criteria: [rate]}
evidence:
  CI run: {paths: [junit.xml]}
"""
DEFECTS = """
criteria:
  p2: P2 defects open <= 2 measured by JIRA
gates:
  release: {kind: exit, criteria: [p2]}
evidence:
  JIRA: {paths: [jira.json]}
"""
NEW = """
criteria:
  zap: No NEW security findings measured by the scan
gates:
  release: {kind: exit, criteria: [zap]}
evidence:
  scan: {paths: [a.sarif]}
"""
COVERAGE = """
criteria:
  new-code: {sentence: New code statement coverage >= 80% measured by coverage, enforcement: waivable}
gates:
  release: {kind: exit, criteria: [new-code]}
evidence:
  coverage: {paths: [lcov.info], compare_with: main}
"""


def only(verdict):
    assert len(verdict.results) == 1
    return verdict.results[0]


def run_of(desk, *artefacts):
    return {"CI run": desk.found(*artefacts)}


def jira(*severities, **fields):
    issues = [
        {
            "key": f"S-{at}",
            "fields": {
                "summary": "it breaks",
                "issuetype": {"name": "Bug"},
                "priority": {"name": severity},
                "status": {"name": "x", "statusCategory": {"key": "new"}},
                **fields,
            },
        }
        for at, severity in enumerate(severities)
    ]
    return json.dumps({"startAt": 0, "maxResults": 50, "total": len(issues), "issues": issues})


def tracker(desk, *severities):
    return {"JIRA": desk.found(desk.artefact("JIRA", jira(*severities)))}


def claims(desk, **values):
    """Generic evidence that states numbers and holds no record."""
    stated = [
        {"metric": name.replace("__", "."), "value": value, "unit": "1"} for name, value in values.items()
    ]
    document = {"flightrules": "evidence/1", "tool": "t", "taken_at": "2026-11-21T10:00:00Z"}
    return desk.artefact("CI run", json.dumps({**document, "measurements": stated}))
