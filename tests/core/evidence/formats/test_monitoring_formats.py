"""Monitoring answers: an empty, partial, endless or wrongly shaped answer is never healthy."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.measurement import Reading
from flightrules.evidence.source import Source


def read(content: Any) -> Reading:
    text = content if isinstance(content, str) else json.dumps(content)
    return registry.read(Source.of(text.encode()))


def answer(kind: str, result: Any, **more: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


def vector(*values: object, **labels: str) -> dict[str, Any]:
    series = [
        {"metric": {**labels, "at": str(at)}, "value": [1_600_000_000.5, value]}
        for at, value in enumerate(values)
    ]
    return answer("vector", series)


def matrix(*points: tuple[object, object], **labels: str) -> dict[str, Any]:
    return answer("matrix", [{"metric": labels, "values": [list(point) for point in points]}])


def numbers(reading: Reading) -> dict[str, Decimal]:
    return {one.metric: one.value for one in reading.measurements if not one.labels}


def codes(reading: Reading) -> set[str]:
    return {notice.code for notice in reading.notices}


def refusal(content: Any) -> str:
    with pytest.raises(EvidenceError) as caught:
        read(content)
    return caught.value.code


def test_one_series_is_also_the_total() -> None:
    reading = read(
        answer("vector", [{"metric": {"__name__": "up", "job": "api"}, "value": [1_600_000_000.5, "0.25"]}])
    )
    assert numbers(reading) == {
        "monitoring.series": 1,
        "monitoring.samples": 1,
        "monitoring.value": Decimal("0.25"),
    }
    labelled = [one.labels for one in reading.measurements if one.labels]
    assert labelled == [(("job", "api"), ("metric", "up"))]
    assert reading.facts["taken_at"] == "2020-09-13T12:26:40.500Z"


def test_several_series_have_no_total_value() -> None:
    reading = read(vector("1", "2"))
    assert numbers(reading) == {"monitoring.series": 2, "monitoring.samples": 2}


def test_a_scalar_is_a_value() -> None:
    assert numbers(read(answer("scalar", [1, "42"])))["monitoring.value"] == 42


def test_a_range_answer_is_not_an_instant_value() -> None:
    found = numbers(read(matrix((0, "1"), (60, "9"), (120, "2"))))
    assert "monitoring.value" not in found
    assert (found["monitoring.last"], found["monitoring.max"], found["monitoring.mean"]) == (2, 9, 4)


def test_points_out_of_order_are_sorted_and_told() -> None:
    reading = read(matrix((60, "8"), (0, "9")))
    assert numbers(reading)["monitoring.last"] == 8
    assert "W_UNSORTED" in codes(reading)


def test_a_falling_counter_and_a_gap_are_told() -> None:
    assert "W_RESET" in codes(read(matrix((0, "100"), (60, "2"))))
    assert "W_RESET" in codes(read(matrix((0, "100"), (60, "99"), __name__="requests_total")))
    assert "W_RESET" not in codes(read(matrix((0, "100"), (60, "99"))))
    assert "W_GAP" in codes(read(matrix((0, "1"), (60, "1"), (120, "1"), (360, "1"))))
    assert "W_GAP" not in codes(read(matrix((0, "1"), (60, "1"), (120, "1"))))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (answer("vector", []), "E_NO_DATA"),
        (answer("matrix", []), "E_NO_DATA"),
        (answer("matrix", [{"metric": {}, "values": []}]), "E_NO_DATA"),
        (vector("NaN"), "E_NONFINITE"),
        (vector("1", "+Inf"), "E_NONFINITE"),
        (vector("-Inf"), "E_NONFINITE"),
        (vector("1,5"), "E_NUMBER"),
        (vector(5), "E_WRONG_TYPE"),
        (vector(None), "E_MISSING_FIELD"),
        (answer("vector", [{"metric": {}, "values": [[1, "0"]]}]), "E_WRONG_TYPE"),
        (answer("matrix", [{"metric": {}, "value": [1, "0"]}]), "E_WRONG_TYPE"),
        (answer("vector", [{"metric": {}, "value": [1, "0"]}] * 2), "E_DUPLICATE_KEY"),
        (answer("vector", [{"metric": {}, "value": [1]}]), "E_WRONG_TYPE"),
        (answer("string", [1, "x"]), "E_ENUM"),
        ({**vector("0"), "warnings": ["partial response"]}, "E_PARTIAL"),
        ({**vector("0"), "isPartial": True}, "E_PARTIAL"),
        ({**vector("0"), "isPartial": "true"}, "E_PARTIAL"),
        ({"status": "error", "errorType": "timeout", "error": "query timed out"}, "E_API_ERROR"),
        ({"status": "error", "error": "bad request"}, "E_API_ERROR"),
        ({"errors": ["No authenticated user."]}, "E_API_ERROR"),
        ({"status": "ok", "series": []}, "E_NO_DATA"),
        ({"status": "ok", "series": [{"pointlist": [[1, None]]}]}, "E_NO_DATA"),
        ([{"target": "a", "datapoints": []}], "E_NO_DATA"),
        ([{"target": "a", "datapoints": [[None, 60]]}], "E_NO_DATA"),
        ("# TYPE up gauge\n", "E_NO_DATA"),
        ("# TYPE up gauge\nup NaN\n", "E_NONFINITE"),
        ("# TYPE up gauge\nup one\n", "E_NUMBER"),
        ("# TYPE up gauge\nup{a=b} 1\n", "E_MALFORMED"),
        ("# TYPE up gauge\nup 1\nup 2\n", "E_DUPLICATE_KEY"),
        ('# TYPE up gauge\nup 1\n# EOF\nup{a="b"} 1\n', "E_MALFORMED"),
    ],
)
def test_answers_without_knowledge_are_refused(content: Any, code: str) -> None:
    assert refusal(content) == code


ALERT = {"fingerprint": "a", "status": {"state": "active"}, "startsAt": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"status": "success", "data": {"alerts": []}}, "Prometheus' list of alerts"),
        ({"status": "success", "data": {"groups": []}}, "Prometheus' list of rules"),
        ({"status": "success", "data": {"activeTargets": [], "droppedTargets": []}}, "list of targets"),
        ([ALERT], "Alertmanager's list of alerts"),
        ([{"alerts": [ALERT], "labels": {}, "receiver": {"name": "x"}}], "Alertmanager's list of groups"),
        ({"version": "4", "groupKey": "g", "receiver": "x", "alerts": []}, "a message of Alertmanager"),
        ({"MetricDataResults": [], "Messages": []}, "CloudWatch's answer"),
        ({"Label": "CPU", "Datapoints": []}, "CloudWatch's answer"),
        ({"results": [{"statement_id": 0, "series": [{"name": "x", "columns": ["time"]}]}]}, "InfluxDB"),
        ({"results": {"A": {"status": 200, "frames": [{"schema": {"refId": "A"}}]}}}, "Grafana"),
        (
            '{"metric":{},"values":[1],"timestamps":[1]}\n{"metric":{},"values":[1],"timestamps":[1]}',
            "export",
        ),
    ],
)
def test_no_alert_is_no_health_and_other_answers_are_refused_by_name(content: Any, told: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        read(content)
    assert caught.value.code == "E_UNRECOGNISED"
    assert told in caught.value.message
    assert caught.value.hint, "what to ask instead is said"


def test_an_answer_that_is_not_partial_says_so() -> None:
    assert numbers(read({**vector("0"), "isPartial": False}))["monitoring.value"] == 0


def test_datadog_answers() -> None:
    first = {
        "status": "ok",
        "series": [{"metric": "cpu", "scope": "*", "pointlist": [[1000, 0.5], [2000, None], [3000, 0.75]]}],
    }
    reading = read(first)
    assert numbers(reading)["monitoring.last"] == Decimal("0.75")
    assert "W_GAP" in codes(reading)
    columns = [
        {"name": "env", "type": "group", "values": [["prod"]]},
        {"name": "a", "type": "number", "values": [0.05]},
    ]
    second = {"data": {"type": "scalar_response", "attributes": {"columns": columns}}}
    assert numbers(read(second))["monitoring.value"] == Decimal("0.05")
    attributes = {
        "series": [{"group_tags": ["env:prod"], "query_index": 0}],
        "times": [1000, 2000],
        "values": [[1, 2]],
    }
    third = {"data": {"type": "timeseries_response", "attributes": attributes}}
    assert numbers(read(third))["monitoring.last"] == 2
    attributes["values"] = [[1]]
    assert refusal(third) == "E_COUNT_MISMATCH"


def test_graphite_targets() -> None:
    reading = read([{"target": "sum(a)", "datapoints": [[10, 60], [None, 120], [25, 180]]}])
    assert numbers(reading)["monitoring.last"] == 25
    assert "W_GAP" in codes(reading)


def test_exposition_text() -> None:
    text = '# HELP r Requests.\n# TYPE r counter\nr_total{path="/a\\"b",code="200"} 3 1600000000500\nq{le="+Inf"} 4\ns NaN\n# EOF\n'
    reading = read(text)
    assert numbers(reading)["monitoring.series"] == 2
    assert "W_NUMBER" in codes(reading)
    labelled = {dict(one.labels).get("path"): one.value for one in reading.measurements if one.labels}
    assert labelled['/a"b'] == 3


WHOLE: tuple[Any, ...] = (
    vector("1", "2"),
    matrix((0, "1"), (60, "2")),
    {"status": "ok", "series": [{"metric": "cpu", "pointlist": [[1000, 0.5], [2000, None]]}]},
    [{"target": "sum(a)", "datapoints": [[10, 60], [25, 180]]}],
    '# TYPE r counter\nr_total{path="/a",code="200"} 3 1600000000500\n',
)
SPLINTERS = (
    b"",
    b"-1",
    b"NaN",
    b"9" * 5000,
    b"1e400",
    b'"',
    b"null",
    b"[]",
    b"{}",
    b",",
    b"\n",
    b"\xff",
    b"\xd9\xa3",
)


@pytest.mark.parametrize("document", WHOLE)
@given(data=st.data())
def test_a_damaged_answer_gives_a_refusal_or_a_reading(document: Any, data: st.DataObject) -> None:
    raw = (document if isinstance(document, str) else json.dumps(document)).encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(start + 12, len(raw))))
    damaged = raw[:start] + data.draw(st.sampled_from(SPLINTERS)) + raw[end:]
    try:
        found = list(registry.read(Source.of(damaged)).measurements)
    except EvidenceError:
        return
    assert all(one.value.is_finite() for one in found)
