"""A file that no reader knows is refused with what it looks like and what to use in its place."""

import json

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source

TEXTS = [
    ("===== test session starts ======\ncollected 3 items\n", "pytest", "--junitxml"),
    ("=== RUN   TestA\n--- FAIL: TestA (0.00s)\nFAIL\tp [build failed]\n", "go test", "-json"),
    ("Test set: x\nTests run: 3, Failures: 1, Errors: 0\n", "Surefire", "TEST-*.xml"),
    ("\n  outer\n    1) fail\n\n  1 passing (10ms)\n  1 failing\n", "Mocha", "json"),
    ("Tests:       1 failed, 2 passed, 3 total\n\nTest Suites: 1 passed\n", "Jest", "--json"),
    ("Passed!  - Failed:     0, Passed:     3\n", "dotnet", "trx"),
    ("running 1 test\n\ntest result: ok. 1 passed; 0 failed\n", "cargo", "nextest"),
    ("..F\n\n3 examples, 1 failure\n", "RSpec", "json"),
    ("PHPUnit 11.0 by Sebastian Bergmann\n", "PHPUnit", "--log-junit"),
    ("...\nRan 3 tests in 0.001s\n\nOK\n", "unittest", "pytest"),
    ("::error title=Ruff (F821),file=a.py,line=1::a.py:1:1: F821 no\n", "GitHub Actions", "SARIF"),
    ("##vso[task.logissue type=error;sourcepath=a.py;linenumber=1]F821 no\n", "Azure", "SARIF"),
    ("##teamcity[testStarted name='a']\n", "TeamCity", "JUnit"),
    ("test: a.b\nsuccess: a.b\n", "subunit", "subunit2junitxml"),
    ("Name    Stmts   Miss  Cover\n---\na.py       10      2    80%\n", "coverage report", "coverage xml"),
    ("# npm audit report\n\nx  <1.0\n", "npm audit", "--json"),
    ("version: 2.1.0\nruns:\n- results: []\n", "SARIF", "JSON"),
    ('> audit\n> npm audit --json\n\n{"auditReportVersion": 2}\n', "line 4", "alone"),
    ('[INFO] hello\n<?xml version="1.0"?>\n<testsuite/>\n', "line 2", "alone"),
    ("<TestLog><TestSuite/></TestLog>", "Boost", "--report_format"),
    ("<report><testsuites><testsuite/></testsuites></report>", "<report>", "<testsuites>"),
]
DOCUMENTS = [
    ({"result": [{"scriptId": "1", "url": "a.js", "functions": []}]}, "V8", "c8"),
    ({"openapi": "3.1.0", "info": {}, "paths": {}}, "API", "oasdiff"),
    ({"info": {"name": "c"}, "item": []}, "Postman", "newman"),
    ({"scenarios": [{"id": 1}], "failures": 1, "passed": 2}, "tests", "CTRF"),
    ({"percent": 80, "covered": 8, "files": []}, "coverage", "Cobertura"),
    ([{"severity": "HIGH", "cve": "CVE-1", "package": "p"}], "findings", "SARIF"),
    ({"throughput": 3, "p95": 200, "run": 1}, "load test", "generic"),
    ([{"ref": "A-1", "priority": "P1", "status": "open", "headline": "x"}], "tracker", "columns"),
    ({"datapoints": [[1, 2]], "metric": "up", "x": 1}, "monitoring", "generic"),
    ({"incidents": [{"incident_number": 1, "status": "triggered"}]}, "PagerDuty", "generic"),
    ({"data": {"actor": {"account": {"nrql": {"results": [{"count": 1}]}}}}}, "New Relic", "generic"),
]


@pytest.mark.parametrize(
    ("text", "what", "instead"),
    [*TEXTS, *((json.dumps(one), what, instead) for one, what, instead in DOCUMENTS)],
)
def test_a_stranger_is_called_by_its_name(text, what, instead):
    with pytest.raises(EvidenceError) as caught:
        read(Source.of(text.encode(), "report"))
    assert caught.value.code == "E_UNRECOGNISED"
    assert what in caught.value.message
    assert instead in caught.value.hint


@pytest.mark.parametrize("text", ["hello\n", '{"a": 1}', "<a/>", "a,b\n1,2\n"])
def test_of_what_looks_like_nothing_nothing_is_said(text):
    with pytest.raises(EvidenceError) as caught:
        read(Source.of(text.encode(), "report"))
    assert "looks like" not in caught.value.message
    assert "generic" in caught.value.hint
