"""The generic format: the documentation's own example, and every way of getting it wrong."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.records.claims import UNITS
from flightrules.evidence.source import Source

PAGE = Path(__file__).resolve().parents[4] / "docs/reference/generic-format.md"
BASE = {"flightrules": "evidence/1", "tool": "drill.sh", "taken_at": "2026-03-01T09:30:00Z"}


def seen(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return registry.read(Source.of(data, "evidence.json"))


def numbers(reading):
    return {(one.metric, *(value for _, value in one.labels)): one.value for one in reading.measurements}


def code_of(document):
    with pytest.raises(EvidenceError) as caught:
        seen(document)
    assert caught.value.message
    return caught.value.code


def claim(metric="drills.total", value=1, unit="1", **more):
    return {"metric": metric, "value": value, "unit": unit, **more}


def claims(*found):
    return {**BASE, "measurements": list(found)}


def test_the_documented_example_gives_what_the_page_says():
    page = PAGE.read_text(encoding="utf-8")
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert example
    reading = seen(example.group(1).encode())
    assert numbers(reading) == {
        ("checklist.total",): 2,
        ("checklist.done",): 1,
        ("checklist.total", "operational readiness"): 2,
        ("checklist.done", "operational readiness"): 1,
        ("checklist.total", "Backup restored into an empty cluster"): 1,
        ("checklist.done", "Backup restored into an empty cluster"): 1,
        ("checklist.total", "Runbooks published"): 1,
        ("checklist.done", "Runbooks published"): 0,
        ("restore.duration", "orders"): Decimal("1260.5"),
        ("restore.rows_lost",): 0,
    }
    assert reading.facts == {
        "tool": "restore-drill.sh",
        "tool_version": "3.2",
        "taken_at": "2026-03-01T09:30:00Z",
        "build": "4.2.1",
        "environment": "pre-prod",
        "claimed": "true",
    }
    assert [notice.message for notice in reading.notices] == [
        "stated, not counted: restore.duration, restore.rows_lost"
    ]


def test_the_page_names_every_unit():
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"`{unit}`" in page for unit in UNITS)


def test_values_are_exact_and_totals_come_first():
    reading = seen(
        claims(
            claim("load.p95", "299.9999999999999999", "ms", labels={"endpoint": "/pay"}),
            claim("load.p95", 300, "ms"),
        )
    )
    assert [(one.labels, one.value) for one in reading.measurements] == [
        ((), Decimal(300)),
        ((("endpoint", "/pay"),), Decimal("299.9999999999999999")),
    ]


def test_records_are_measured_and_not_marked_as_claimed():
    tests = [
        {"name": "pays", "result": "passed", "class": "Pay", "seconds": 1.5},
        {"name": "refunds", "result": "failed"},
    ]
    reading = seen({**BASE, "tests": tests})
    assert numbers(reading)["tests.total",] == 2
    assert numbers(reading)["tests.failed",] == 1
    assert "claimed" not in reading.facts
    assert not reading.notices


def test_findings_and_defects_may_be_none_at_all():
    assert numbers(seen({**BASE, "findings": []}))["findings.total",] == 0
    assert numbers(seen({**BASE, "defects": []}))["defects.open",] == 0


def test_suppressed_findings_are_counted_apart():
    findings = [
        {"rule": "R1", "severity": "high"},
        {"rule": "R2", "severity": "critical", "suppressed": True},
    ]
    found = numbers(seen({**BASE, "findings": findings}))
    assert (found["findings.total",], found["findings.critical",], found["findings.suppressed",]) == (2, 0, 1)


def test_a_defect_carries_what_a_decision_needs():
    defect = {
        "id": "PEN-1",
        "title": "Weak cipher",
        "state": "open",
        "severity": "S2",
        "components": ["gateway"],
        "affected_users": "all",
        "mitigation": "WAF rule",
        "owner": "Ana",
        "updated": "2026-03-01T09:30:00+01:00",
    }
    (record,) = seen({**BASE, "defects": [defect]}).records
    assert record.is_open
    assert dict(record.fields) == {
        "affected_users": "all",
        "component": "gateway",
        "mitigation": "WAF rule",
        "owner": "Ana",
    }


CASE = {"name": "a", "result": "passed"}
LIST = {"name": "drills", "items": [{"id": "D-1", "title": "Restore", "done": True}]}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (BASE, "E_NO_DATA"),
        (claims(), "E_NO_DATA"),
        ({**BASE, "flightrules": "evidence/2", "tests": [CASE]}, "E_UNSUPPORTED_VERSION"),
        ({**BASE, "tests": [CASE], "tool": ""}, "E_WRONG_TYPE"),
        ({**BASE, "tests": [CASE], "tool": None}, "E_MISSING_FIELD"),
        ({**BASE, "tests": [CASE], "taken_at": "2026-03-01T09:30:00"}, "E_WRONG_TYPE"),
        ({**BASE, "tests": [CASE], "taken_at": "2026-02-30T09:30:00Z"}, "E_WRONG_TYPE"),
        ({**BASE, "tests": [CASE], "taken_at": 1772357400}, "E_WRONG_TYPE"),
        ({**BASE, "tests": [CASE], "enviroment": "staging"}, "E_UNKNOWN_FIELD"),
        ({**BASE, "tests": [CASE], "__proto__": {}}, "E_UNKNOWN_FIELD"),
        ({**BASE, "tests": []}, "E_NO_CASES"),
        ({**BASE, "tests": [{"name": "a", "result": "skipped"}]}, "E_ALL_SKIPPED"),
        ({**BASE, "tests": [{"name": "a", "result": "ok"}]}, "E_ENUM"),
        ({**BASE, "tests": [{"name": "a"}]}, "E_MISSING_FIELD"),
        ({**BASE, "tests": [{**CASE, "seconds": -1}]}, "E_NEGATIVE"),
        ({**BASE, "tests": [{**CASE, "status": "passed"}]}, "E_UNKNOWN_FIELD"),
        ({**BASE, "tests": [CASE], "defects": []}, "E_UNKNOWN_FIELD"),
        ({**BASE, "tests": [CASE], "measurements": [claim("tests.total")]}, "E_CONTRADICTION"),
        ({**BASE, "findings": [{"rule": "R", "severity": "HIGH"}]}, "E_ENUM"),
        ({**BASE, "findings": [{"rule": "R"}]}, "E_MISSING_FIELD"),
        ({**BASE, "defects": [{"id": "A", "title": "t", "state": "unknown"}]}, "E_ENUM"),
        ({**BASE, "defects": [{"id": "A", "title": "t", "state": "open"}] * 2}, "E_DUPLICATE_KEY"),
        ({**BASE, "checklists": []}, "E_NO_DATA"),
        ({**BASE, "checklists": [{"name": "drills", "items": []}]}, "E_NO_DATA"),
        ({**BASE, "checklists": [LIST, LIST["items"]]}, "E_WRONG_TYPE"),
        ({**BASE, "checklists": [{**LIST, "items": LIST["items"] * 2}]}, "E_DUPLICATE_KEY"),
        (
            {**BASE, "checklists": [{**LIST, "items": [{"id": "D", "title": "t", "done": "yes"}]}]},
            "E_WRONG_TYPE",
        ),
        ({**BASE, "checklists": [{**LIST, "items": [{"id": "D", "title": "t", "done": 1}]}]}, "E_WRONG_TYPE"),
        (claims({"metric": "a.b", "value": 1}), "E_MISSING_FIELD"),
        (claims(claim(unit="")), "E_WRONG_TYPE"),
        (claims(claim(unit="sec")), "E_UNIT"),
        (claims(claim("load.p95", 1, "s")), "E_UNIT"),
        (claims(claim("tests.total", 1, "%")), "E_UNIT"),
        (claims(claim(value="1,5")), "E_NUMBER"),
        (claims(claim(value="97 %")), "E_NUMBER"),
        (claims(claim(value="1_000")), "E_NUMBER"),
        (claims(claim(value="NaN")), "E_NONFINITE"),
        (claims(claim(value=True)), "E_WRONG_TYPE"),
        (claims(claim("defects.open", -1)), "E_NEGATIVE"),
        (claims(claim("defects.open", "0.5")), "E_NUMBER"),
        (claims(claim("drills")), "E_ENUM"),
        (claims(claim("Drills.Total")), "E_ENUM"),
        (claims(claim(labels={"a b": "c"})), "E_ENUM"),
        (claims(claim(labels={"a": 1})), "E_WRONG_TYPE"),
        (claims(claim(), claim(value=2)), "E_DUPLICATE_KEY"),
        (claims(claim("tests.total", 0)), "E_NO_CASES"),
        (claims(claim("tests.passed", 1)), "E_MISSING_FIELD"),
        (claims(claim("tests.passed", 3), claim("tests.total", 2)), "E_CONTRADICTION"),
        (claims(claim("coverage.lines.covered", 0), claim("coverage.lines.total", 0)), "E_NO_LINES"),
        (
            b'{"flightrules":"evidence/1","tool":"x","taken_at":"2026-03-01T09:30:00Z","measurements":[{"metric":"a.b","value":NaN,"unit":"1"}]}',
            "E_NONFINITE",
        ),
        (b'{"flightrules":"evidence/1","tool":"x","tool":"y"}', "E_DUPLICATE_KEY"),
    ],
)
def test_what_is_not_exactly_the_format_is_refused(document, code):
    assert code_of(document) == code


JUNK = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.lists(st.none(), max_size=2)
    | st.dictionaries(st.text(max_size=2), st.integers(), max_size=2)
)
WHOLE = {
    **claims(claim(labels={"site": "a"})),
    "checklists": [{**LIST, "items": [{**LIST["items"][0], "owner": "Ana"}]}],
}


def places(value):
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from places(inner)


@settings(max_examples=examples(80), deadline=None)
@given(st.data())
def test_any_value_in_any_place_gives_a_reading_or_a_refusal(data):
    document = json.loads(json.dumps(WHOLE))
    place = data.draw(st.sampled_from(list(places(document))))
    keys = sorted(place) if isinstance(place, dict) else range(len(place))
    place[data.draw(st.sampled_from(list(keys)))] = data.draw(JUNK)
    try:
        assert numbers(seen(document))
    except EvidenceError as error:
        assert error.code.startswith("E_")
