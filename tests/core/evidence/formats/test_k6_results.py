"""k6's summaries and samples: what is counted, what is refused, and how a wrong reader says GO."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from core.evidence.formats.load_reports import (
    K6_METRICS,
    codes,
    k6,
    k6_line,
    nested,
    numbers,
    read,
    refusal,
)


class TestK6Summary:
    def test_passes_of_http_req_failed_are_failed_requests(self) -> None:
        found = numbers(read(k6()))
        assert (found["load.requests"], found["load.failed"]) == (200, 4)
        assert (found["load.p50"], found["load.p95"]) == (3, Decimal("9.75"))
        assert found["load.users"] == 25, "vus_max only says how many were set aside"
        assert (found["load.checks.total"], found["load.checks.failed"]) == (400, 10)

    def test_false_is_a_met_threshold_in_an_export(self) -> None:
        found = numbers(read(k6()))
        assert (found["load.thresholds.total"], found["load.thresholds.failed"]) == (2, 1)

    def test_both_layouts_tell_the_same(self) -> None:
        export, summary = numbers(read(k6())), numbers(read(nested(K6_METRICS)))
        assert summary.pop("load.duration") == Decimal("10.0005")
        export.pop("load.duration")
        assert export == summary

    def test_the_newer_layout_is_read_too(self) -> None:
        document = {
            "version": "1.0.0",
            "metadata": {"k6_version": "2.0.0", "generated_at": "2026-01-02T03:04:05Z"},
            "config": {"duration": 10.5},
            "results": {
                "metrics": [
                    {"name": "http_reqs", "type": "counter", "values": {"count": 8, "rate": 2}},
                    {
                        "name": "http_req_failed",
                        "type": "rate",
                        "values": {"matches": 2, "total": 8, "rate": 0.25},
                    },
                    {"name": "http_req_duration", "type": "trend", "values": {"p95": 12.5}},
                ]
            },
        }
        reading = read(document)
        found = numbers(reading)
        assert (found["load.requests"], found["load.failed"], found["load.p95"]) == (8, 2, Decimal("12.5"))
        assert reading.facts["tool_version"] == "2.0.0"

    def test_a_threshold_over_no_sample_is_not_met(self) -> None:
        empty = {"min": 0, "avg": 0, "max": 0, "p(95)": 0, "thresholds": {"p(95)<500": False}}
        reading = read(k6(**{"http_req_duration{name:pay}": empty}))
        assert numbers(reading)["load.thresholds.failed"] == 2
        assert "W_THRESHOLD" in codes(reading)

    def test_sub_metrics_give_endpoints(self) -> None:
        sub = {"http_req_duration{name:pay}": {"p(95)": 70}, "http_reqs{name:pay}": {"count": 3}}
        reading = read(k6(**sub))
        labelled = {
            one.metric: one.value for one in reading.measurements if one.labels == (("endpoint", "pay"),)
        }
        assert labelled == {"load.requests": 3, "load.p95": 70}

    @pytest.mark.parametrize(
        ("document", "code"),
        [
            ({"metrics": {}}, "E_NO_SAMPLES"),
            (k6(http_reqs={"count": 0}, http_req_failed={"passes": 0, "fails": 0}), "E_NO_SAMPLES"),
            ({"metrics": {"http_req_duration": {"p(99)": 100}}}, "E_MISSING_FIELD"),
            ({"metrics": {"http_req_duration": {"p(95)": -1}}}, "E_NEGATIVE"),
            ({"metrics": {"http_req_duration": {"p(95)": "300ms"}}}, "E_WRONG_TYPE"),
            (k6(http_req_failed={"passes": 300, "fails": 0}), "E_COUNT_MISMATCH"),
            (k6(http_reqs={"count": True}), "E_WRONG_TYPE"),
            (k6(http_reqs={"count": 1.5}), "E_NUMBER"),
            (k6(http_reqs=[]), "E_WRONG_TYPE"),
        ],
    )
    def test_summaries_without_a_run_are_refused(self, document: dict[str, Any], code: str) -> None:
        assert refusal(document) == code


class TestK6Samples:
    DEFINITION = (
        '{"type":"Metric","data":{"name":"http_req_duration","type":"trend"},"metric":"http_req_duration"}\n'
    )

    def test_points_of_the_duration_are_samples(self) -> None:
        other = k6_line(5, metric="http_req_blocked")
        vus = (
            '{"metric":"vus","type":"Point","data":{"time":"2026-11-20T10:00:01Z","value":12,"tags":null}}\n'
        )
        lines = [k6_line("0.25"), k6_line(9, ok="false", name="pay", second=9), k6_line("3.125", second=3)]
        reading = read(self.DEFINITION + other + vus + "".join(lines))
        found = numbers(reading)
        assert reading.format == "k6-ndjson"
        assert (found["load.requests"], found["load.failed"], found["load.users"]) == (3, 1, 12)
        assert (found["load.p50"], found["load.min"], found["load.duration"]) == (
            Decimal("3.125"),
            Decimal("0.25"),
            9,
        )

    def test_the_older_order_of_keys_tells_the_same(self) -> None:
        record = json.loads(k6_line("7.5", ok="false"))
        older = json.dumps({"type": record["type"], "data": record["data"], "metric": record["metric"]})
        assert numbers(read(older + "\n" + older + "\n"))["load.failed"] == 2

    def test_without_the_tag_the_status_decides(self) -> None:
        good, bad, none = (
            k6_line(1).replace('"expected_response":"true",', "").replace("200", one)
            for one in ("302", "503", "0")
        )
        assert numbers(read(good + bad + none))["load.failed"] == 2

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (k6_line(1, metric="http_req_blocked") * 2, "E_NO_SAMPLES"),
            (k6_line(1) + k6_line("-1"), "E_NEGATIVE"),
            (k6_line(1) + k6_line("1_0"), "E_NUMBER"),
            (k6_line(1) + k6_line("NaN"), "E_NONFINITE"),
            (k6_line(1) + k6_line(2)[:60], "E_TRUNCATED"),
            (k6_line(1) + k6_line(2, metric="http_req_blocked")[:90], "E_TRUNCATED"),
        ],
    )
    def test_broken_streams_are_refused(self, text: str, code: str) -> None:
        assert refusal(text) == code

    def test_rows_of_the_csv_are_samples(self) -> None:
        head = "metric_name,timestamp,metric_value,expected_response,name,status,extra_tags\n"
        rows = "http_reqs,1633706790,1,true,home,200,\nhttp_req_duration,1633706790,20.5,true,home,200,\n"
        bad = "http_reqs,1633706792,1,false,home,500,\nhttp_req_duration,1633706792,30.5,false,home,500,\n"
        reading = read(head + rows + bad + "vus,1633706791,4,,,,\n")
        found = numbers(reading)
        assert (
            found["load.requests"],
            found["load.failed"],
            found["load.users"],
            found["load.duration"],
        ) == (2, 1, 4, 2)
        assert codes(reading) == set()
        assert "W_COUNT_MISMATCH" in codes(read(head + rows + "http_reqs,1633706790,1,true,home,200,\n"))
        assert refusal(head + "vus,1633706791,4,,,,\n") == "E_NO_SAMPLES"
