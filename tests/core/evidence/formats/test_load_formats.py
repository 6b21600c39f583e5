"""Load results, tool by tool: what is counted, what is refused, and the ways a wrong reader says GO."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.measurement import Reading
from flightrules.evidence.source import Source

JTL = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes,grpThreads,allThreads\n"


def read(text: str | bytes | dict[str, Any] | list[Any]) -> Reading:
    if isinstance(text, (dict, list)):
        text = json.dumps(text)
    return registry.read(Source.of(text.encode() if isinstance(text, str) else text))


def numbers(reading: Reading) -> dict[str, Decimal]:
    return {one.metric: one.value for one in reading.measurements if not one.labels}


def codes(reading: Reading) -> set[str]:
    return {notice.code for notice in reading.notices}


def refusal(text: str | bytes | dict[str, Any] | list[Any]) -> str:
    with pytest.raises(EvidenceError) as caught:
        read(text)
    return caught.value.code


def row(
    elapsed: object = 100, label: str = "home", code: str = "200", success: str = "true", at: int = 0
) -> str:
    return f"{1_700_000_000_000 + at},{elapsed},{label},{code},OK,t 1-1,{success},10,3,{3 + at}\n"


class TestJMeterCsv:
    def test_rows_are_samples(self) -> None:
        reading = read(JTL + row(100) + row(300, "pay", "500", "false", at=1) + row(200, at=2))
        found = numbers(reading)
        assert reading.format == "jmeter-csv"
        assert (found["load.requests"], found["load.failed"]) == (3, 1)
        assert (found["load.p50"], found["load.p95"], found["load.max"]) == (200, 300, 300)
        assert found["load.users"] == 5
        assert found["load.duration"] == Decimal("0.301")
        assert reading.facts["taken_at"] == "2023-11-14T22:13:20.301Z"

    def test_every_endpoint_has_its_own_numbers(self) -> None:
        reading = read(JTL + row(100) + row(300, "pay"))
        per = {
            dict(one.labels)["endpoint"]: one.value
            for one in reading.measurements
            if one.metric == "load.p95" and one.labels
        }
        assert per == {"home": 100, "pay": 300}

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_the_tools_own_delimiters_are_read(self, delimiter: str) -> None:
        assert numbers(read((JTL + row(7)).replace(",", delimiter)))["load.max"] == 7

    def test_quoted_messages_may_hold_delimiters_and_lines(self) -> None:
        quoted = '1700000000000,50,"pay, then\nwait ""here""",500,"a,b",t,false,1,1,1\n'
        reading = read(JTL + row(1) + quoted + row(2))
        assert numbers(reading)["load.requests"] == 3
        assert numbers(reading)["load.failed"] == 1
        assert 'pay, then\nwait "here"' in reading.records.requests  # type: ignore[union-attr]

    def test_a_server_error_that_is_marked_good_counts_as_failed(self) -> None:
        reading = read(JTL + row(code="500", success="true") + row(code="404", success="true"))
        assert numbers(reading)["load.failed"] == 1
        assert "W_CONTRADICTION" in codes(reading)

    def test_formatted_dates_have_no_zone(self) -> None:
        text = JTL + row().replace("1700000000000", "2024-02-24 07:42:21.256")
        reading = read(text)
        assert reading.facts["taken_at"] == "2024-02-24T07:42:21.356"
        assert "W_NAIVE_TIME" in codes(reading)

    def test_an_impossible_date_costs_the_duration_and_no_count(self) -> None:
        reading = read(JTL + row().replace("1700000000000", "2001/20/20 12:05:05"))
        assert numbers(reading)["load.requests"] == 1
        assert "load.duration" not in numbers(reading)
        assert "W_TIME" in codes(reading)

    def test_rows_out_of_every_order_are_told(self) -> None:
        assert "W_UNSORTED" in codes(read(JTL + row(2, at=5) + row(2)))
        assert "W_UNSORTED" not in codes(read(JTL + row(2) + row(2, at=5)))

    def test_a_joined_second_header_is_no_row(self) -> None:
        assert numbers(read(JTL + row() + JTL + row()))["load.requests"] == 2

    def test_transactions_are_told(self) -> None:
        message = '"Number of samples in transaction : 3, number of failing samples : 0"'
        assert "W_NESTED" in codes(read(JTL + row().replace("OK", message)))

    def test_a_cut_last_row_is_told(self) -> None:
        assert "W_NO_FINAL_NEWLINE" in codes(read((JTL + row()).rstrip("\n")))

    def test_crlf_and_byte_order_mark_change_nothing(self) -> None:
        plain = read(JTL + row(5) + row(6))
        other = read("\ufeff" + (JTL + row(5) + row(6)).replace("\n", "\r\n"))
        assert list(plain.measurements) == list(other.measurements)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (JTL, "E_NO_ROWS"),
            (row(), "E_HEADER"),
            ("elapsed,elapsed\n1,2\n", "E_DUPLICATE_KEY"),
            ("elapsed,label\n1,a\n", "E_MISSING_FIELD"),
            ("timeStamp,elapsed,label\n1,1,a\n", "E_MISSING_FIELD"),
            (JTL + row("-2"), "E_NEGATIVE"),
            (JTL + row("nan"), "E_NONFINITE"),
            (JTL + row(""), "E_NUMBER"),
            (JTL + row("1_000"), "E_NUMBER"),
            (JTL + row("\uff11"), "E_NUMBER"),
            (JTL + row("0x10"), "E_NUMBER"),
            (JTL + row("9" * 5_000), "E_RANGE"),
            (JTL + row("elapsed"), "E_NUMBER"),
            (JTL + "1,2,a\n" + row().replace("\n", ",1,2,3,4,5,6,7\n"), "E_ROW_WIDTH"),
            (JTL + row(success="maybe"), "E_ENUM"),
            (JTL + "1,2,a\n", "E_ROW_WIDTH"),
            (JTL + row().replace("\n", ",extra\n"), "E_ROW_WIDTH"),
            (JTL + row() + '1,2,"open,200,OK,t,true,1,1,1\n', "E_UNTERMINATED_QUOTE"),
            ((JTL + row()).encode() + b"1,2,caf\xe9,200,OK,t,true,1,1,1\n", "E_ENCODING"),
        ],
    )
    def test_broken_tables_are_refused(self, text: str | bytes, code: str) -> None:
        assert refusal(text) == code

    def test_the_broken_row_is_named(self) -> None:
        with pytest.raises(EvidenceError) as caught:
            read(JTL + row() + row() + row("-1"))
        assert caught.value.line == 4

    def test_a_run_that_the_tool_itself_broke_is_no_evidence(self) -> None:
        fault = row(success="false").replace("OK", "org.apache.jmeter.util.BrokenException")
        assert refusal(JTL + fault * 2) == "E_RUN_CRASHED"
        assert numbers(read(JTL + fault + row()))["load.failed"] == 1

    def test_variables_that_were_never_set_are_no_run(self) -> None:
        header = JTL.replace("\n", ',"User","Cart"\n')
        unset, filled = (row().replace("\n", f",{one},{one}\n") for one in ("null", "7"))
        assert refusal(header + unset) == "E_REFERENCE"
        assert numbers(read(header + unset + filled))["load.requests"] == 2

    def test_many_rows_give_what_few_rows_give(self) -> None:
        """Above the careful size, times are not read row by row; the numbers stay the same."""
        block = "".join(
            row(ms, f"page {ms % 7}", "200" if ms % 50 else "503", "true", at=ms) for ms in range(2_000)
        )
        large = numbers(read(JTL + block * 40))
        small = numbers(read(JTL + block))
        for metric in ("load.p50", "load.p95", "load.p99", "load.max", "load.mean", "load.duration"):
            assert large[metric] == small[metric], metric
        assert large["load.requests"] == 80_000
        assert large["load.failed"] == 40 * small["load.failed"]


class TestJMeterXml:
    HEAD = '<?xml version="1.0"?>\n<testResults version="1.2">\n'

    def test_sub_samples_are_parts_of_their_sample(self) -> None:
        inner = '<httpSample t="5" s="false" lb="img" rc="404"/>'
        text = f'{self.HEAD}<httpSample t="20" ts="1000" s="true" lb="home" rc="200" na="4">{inner}</httpSample></testResults>'
        found = numbers(read(text))
        assert (found["load.requests"], found["load.failed"], found["load.users"]) == (1, 0, 4)

    def test_a_server_error_marked_good_counts_as_failed(self) -> None:
        reading = read(f'{self.HEAD}<sample t="1" s="true" lb="a" rc="503" ts="1"/></testResults>')
        assert numbers(reading)["load.failed"] == 1
        assert "W_CONTRADICTION" in codes(reading)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ("</testResults>", "E_NO_SAMPLES"),
            ("<other.SampleResult/></testResults>", "E_NO_SAMPLES"),
            ('<sample t="1" s="true" lb="a"/>', "E_TRUNCATED"),
            ('<sample t="-1" s="true"/></testResults>', "E_NEGATIVE"),
            ('<sample s="true"/></testResults>', "E_MISSING_FIELD"),
            ('<sample t="1" s="1"/></testResults>', "E_ENUM"),
            ('<sample t="x" s="true"/></testResults>', "E_NUMBER"),
            ("<a>" * 70, "E_TOO_DEEP"),
            ('<sample t="9e99" s="true"/></testResults>', "E_RANGE"),
        ],
    )
    def test_unfit_results_are_refused(self, body: str, code: str) -> None:
        assert refusal(self.HEAD + body) == code


class TestJMeterSummaries:
    ROW: ClassVar[dict[str, Any]] = {
        "transaction": "Total", "sampleCount": 10, "errorCount": 1, "meanResTime": 5.5, "medianResTime": 5.0, "minResTime": 1.0,
        "maxResTime": 9.0, "pct1ResTime": 7.0, "pct2ResTime": 8.0, "pct3ResTime": 9.0, "throughput": 2.5,
    }  # fmt: skip

    def test_the_dashboards_defaults_are_told_as_a_claim(self) -> None:
        reading = read({"Total": self.ROW, "home": {**self.ROW, "sampleCount": 9}})
        assert numbers(reading)["load.p95"] == 8
        assert codes(reading) == {"W_CLAIMED", "W_COUNT_MISMATCH"}

    def test_an_empty_dashboard_is_no_evidence(self) -> None:
        assert refusal({"Total": {**self.ROW, "sampleCount": 0, "errorCount": 0}}) == "E_NO_SAMPLES"
        assert refusal({"Total": {**self.ROW, "errorCount": 11}}) == "E_COUNT_MISMATCH"

    def test_the_last_total_of_the_log_counts(self) -> None:
        line = "INFO o.a.j.r.Summariser: summary {} {} in 00:00:1{} = 7.8/s Avg: 33 Min: 3 Max: 90 Err: {} (1%)\n"
        text = line.format("+", 3, 0, 0) + line.format("=", 3, 0, 0) + line.format("=", 8, 5, 2)
        found = numbers(read(text))
        assert (found["load.requests"], found["load.failed"], found["load.duration"]) == (8, 2, 15)
        assert "load.p95" not in found

    def test_parts_without_a_total_are_an_unfinished_run(self) -> None:
        line = (
            "Summariser: summary + 3 in 10s = 7.8/s Avg: 33 Min: 3 Max: 90 Err: 0 (0%) Active: 4 Started: 4\n"
        )
        assert refusal(line) == "E_NO_SAMPLES"


K6_METRICS: dict[str, Any] = {
    "http_reqs": {"count": 200, "rate": 20.0},
    "http_req_duration": {
        "min": 1.5,
        "avg": 4,
        "med": 3,
        "max": 90.25,
        "p(90)": 8,
        "p(95)": 9.75,
        "thresholds": {"p(95)<10": False},
    },
    "http_req_failed": {"passes": 4, "fails": 196, "value": 0.02, "thresholds": {"rate<0.01": True}},
    "checks": {"passes": 390, "fails": 10, "value": 0.975},
    "vus": {"value": 1, "min": 1, "max": 25},
    "vus_max": {"value": 50, "min": 50, "max": 50},
}


def k6(**changes: Any) -> dict[str, Any]:
    return {"metrics": {**K6_METRICS, **changes}, "root_group": {}}


def nested(metrics: dict[str, Any]) -> dict[str, Any]:
    """The same run as handleSummary shows it."""
    found = {}
    for name, metric in metrics.items():
        values = {key: value for key, value in metric.items() if key != "thresholds"}
        crossed = metric.get("thresholds", {})
        found[name] = {"type": "trend", "contains": "time", "values": values}
        if crossed:
            found[name]["thresholds"] = {text: {"ok": not one} for text, one in crossed.items()}
    return {"metrics": found, "state": {"testRunDurationMs": 10_000.5}}


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


def k6_line(
    value: object, *, ok: str = "true", name: str = "home", metric: str = "http_req_duration", second: int = 0
) -> str:
    tags = f'{{"expected_response":"{ok}","name":"{name}","status":"200"}}'
    data = f'{{"time":"2026-11-20T10:00:{second:02}.5Z","value":{value},"tags":{tags}}}'
    return f'{{"metric":"{metric}","type":"Point","data":{data}}}\n'


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


def gatling(total: object = 10, ok: object = 8, ko: object = 2) -> dict[str, Any]:
    both = {"total": 7, "ok": 5, "ko": 60000}
    return {
        "name": "All Requests", "numberOfRequests": {"total": total, "ok": ok, "ko": ko},
        "minResponseTime": both, "maxResponseTime": both, "meanResponseTime": both, "percentiles1": both, "percentiles2": both,
        "percentiles3": {"total": 3603, "ok": 3423, "ko": 60000}, "percentiles4": both,
        "meanNumberOfRequestsPerSecond": {"total": 1.5, "ok": 1, "ko": 0.5},
    }  # fmt: skip


class TestGatling:
    def test_the_total_over_good_and_failed_requests_is_taken(self) -> None:
        reading = read(gatling())
        found = numbers(reading)
        assert (found["load.requests"], found["load.failed"], found["load.p95"]) == (10, 2, 3603)
        assert "W_CLAIMED" in codes(reading)

    def test_groups_are_part_of_the_endpoints_name(self) -> None:
        leaf = {"type": "REQUEST", "name": "pay", "stats": gatling()}
        tree = {
            "type": "GROUP",
            "name": "All",
            "stats": gatling(),
            "contents": {"g": {"type": "GROUP", "name": "shop", "contents": {"r": leaf}}},
        }
        reading = read(tree)
        assert {dict(one.labels)["endpoint"] for one in reading.measurements if one.labels} == {"shop / pay"}
        script = f"var stats = {json.dumps(tree)}\n\nfunction fillStats(stat){{\n}}\n"
        assert numbers(read(script)) == numbers(reading)

    @pytest.mark.parametrize(
        ("document", "code"),
        [
            ({"numberOfRequests": {"total": 10, "ok": 10, "ko": 5}}, "E_COUNT_MISMATCH"),
            ({"percentiles3": {"total": "-"}}, "E_NO_SAMPLES"),
            (gatling(0, 0, 0), "E_NO_SAMPLES"),
            (gatling("-", "-", "-"), "E_NO_SAMPLES"),
            (gatling(-1, -1, 0), "E_NEGATIVE"),
            (gatling("many"), "E_WRONG_TYPE"),
        ],
    )
    def test_statistics_without_a_run_are_refused(self, document: dict[str, Any], code: str) -> None:
        assert refusal(document) == code

    def test_request_lines_of_both_log_layouts_are_samples(self) -> None:
        newer = "RUN\tSim\tsim\t1000\t \t3.9.5\nUSER\ts\tSTART\t1000\nREQUEST\tshop\tpay\t1000\t1250\tOK\t \nREQUEST\t\thome\t1100\t1500\tKO\tno\n"
        found = numbers(read(newer))
        assert (found["load.requests"], found["load.failed"], found["load.max"], found["load.users"]) == (
            2,
            1,
            400,
            1,
        )
        older = "RUN\tSim\t\tsim\t1000\t \t3.0.0\nREQUEST\tscenario\t7\t\thome\t1000\t1250\tOK\t \n"
        reading = read(older)
        assert {dict(one.labels)["endpoint"] for one in reading.measurements if one.labels} == {"home"}

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("RUN\tSim\tsim\t1000\t \t3.9.5\n", "E_NO_SAMPLES"),
            ("RUN\tS\ts\t1\t \t3.9.5\nREQUEST\t\thome\t1500\t1100\tOK\t \n", "E_NEGATIVE"),
            ("RUN\tS\ts\t1\t \t3.9.5\nREQUEST\t\thome\t15", "E_MALFORMED"),
            (b"\0\0\0\0\x063.14.3\0\0\0\x05a.b.C", "E_BINARY"),
        ],
    )
    def test_logs_without_a_run_are_refused(self, text: str | bytes, code: str) -> None:
        assert refusal(text) == code

    def test_the_simulations_own_assertions_are_counted(self) -> None:
        found = numbers(read({"simulation": "s", "assertions": [{"result": True}, {"result": False}]}))
        assert (found["load.thresholds.total"], found["load.thresholds.failed"]) == (2, 1)
        assert refusal({"simulation": "s", "assertions": []}) == "E_NO_SAMPLES"


class TestLocust:
    HEAD = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Requests/s,50%,95%,99.9%\n"

    def test_the_sum_of_the_rows_counts_and_a_lying_total_is_told(self) -> None:
        text = (
            self.HEAD
            + 'GET,"/a?x=1,2",40,3,5,5.5,4,5,9,10\nPOST,/b,60,1,5,5.5,6,5,8,10\n,Aggregated,100,0,5,5.5,10,5,9,10\n'
        )
        reading = read(text)
        found = numbers(reading)
        assert (found["load.requests"], found["load.failed"], found["load.p95"], found["load.p99.9"]) == (
            100,
            4,
            9,
            10,
        )
        assert "W_COUNT_MISMATCH" in codes(reading)

    def test_the_older_total_row_is_known(self) -> None:
        text = '"Method","Name","# requests","# failures","Median response time"\n"GET","/a",4,1,7\n"None","Total",4,1,7\n'
        assert numbers(read(text))["load.p50"] == 7

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ("GET,/a,4,0,5,5,1,5,9,10\n", "E_TRUNCATED"),
            (",Aggregated,0,0,0,0,0,N/A,N/A,N/A\n", "E_NO_SAMPLES"),
            (",Aggregated,4,5,0,0,0,1,1,1\n", "E_COUNT_MISMATCH"),
            (",Aggregated,-4,0,0,0,0,1,1,1\n", "E_NEGATIVE"),
            (",Aggregated,4,0,0,0,0,1,nan,1\n", "E_NONFINITE"),
            ('GET,"/a,4,0,5,5,1,5,9,10\n', "E_UNTERMINATED_QUOTE"),
            ("", "E_NO_ROWS"),
        ],
    )
    def test_unfit_statistics_are_refused(self, rows: str, code: str) -> None:
        assert refusal(self.HEAD + rows) == code

    def test_the_json_histogram_is_counted(self) -> None:
        entry = {"name": "/a", "method": "GET", "num_requests": 5, "num_none_requests": 1, "num_failures": 2,
                 "response_times": {"5": 3, "120": 1}, "start_time": 1000.5, "last_request_timestamp": 1003.5}  # fmt: skip
        found = numbers(read([entry]))
        assert (found["load.requests"], found["load.failed"], found["load.p95"], found["load.duration"]) == (
            5,
            2,
            120,
            3,
        )
        assert "W_COUNT_MISMATCH" in codes(read([{**entry, "num_requests": 9}]))
        assert (
            refusal(
                [
                    {
                        **entry,
                        "num_requests": 0,
                        "num_failures": 0,
                        "num_none_requests": 0,
                        "response_times": {},
                    }
                ]
            )
            == "E_NO_SAMPLES"
        )
        assert refusal([{**entry, "num_failures": 50}]) == "E_COUNT_MISMATCH"

    def test_the_history_gives_totals_and_users_but_no_percentile_of_the_run(self) -> None:
        head = "Timestamp,User Count,Type,Name,95%,Total Request Count,Total Failure Count,Total Median Response Time\n"
        text = head + "100,0,,Aggregated,N/A,0,0,0\n101,20,,Aggregated,5,10,1,4\n110,5,,Aggregated,9,30,2,6\n"
        found = numbers(read(text))
        assert (
            found["load.requests"],
            found["load.failed"],
            found["load.users"],
            found["load.duration"],
        ) == (30, 2, 20, 10)
        assert found["load.p50"] == 6
        assert "load.p95" not in found

    def test_failures_tell_nothing_of_the_requests(self) -> None:
        head = "Method,Name,Error,Occurrences,First Seen,Last Seen\n"
        found = numbers(read(head + 'GET,/a,"Bad, very",14,x,y\n'))
        assert found == {"load.failed": 14}
        assert refusal(head) == "E_NO_ROWS", "no row is no evidence of a good run"


WRK = """Running 10s test @ http://x
  2 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    42.28ms    3.67ms   1.50s    66.67%
    Req/Sec    16.33      7.51    25.00     66.67%
  Latency Distribution
     50%   40.25ms
     99%    1.10s
  1000 requests in 10.01s, 852.59KB read
"""
AB = """This is ApacheBench, Version 2.3
Document Path:          /
Concurrency Level:      10
Time taken for tests:   1.5 seconds
Complete requests:      200
Failed requests:        {failed}
   (Connect: 0, Receive: 0, Length: {length}, Exceptions: 0)
Non-2xx responses:      20
Requests per second:    133.33 [#/sec] (mean)
Percentage of the requests served within a certain time (ms)
  50%      5
  95%     12
 100%     20 (longest request)
"""
HEY = """
Summary:
  Total:\t2.5 secs
  Slowest:\t0.0548 secs
  Fastest:\t0.0037 secs
  Average:\t0.0445 secs
  Requests/sec:\t112.5

Response time histogram:
  0.004 [1]\t|

Latency distribution:
  95% in 0.0485 secs

Status code distribution:
  [200]\t270 responses
  [503]\t30 responses

Error distribution:
  [5]\tGet "http://x": dial tcp: refused
"""
SIEGE = """Transactions:                 90 hits
Availability:              90.00 %
Elapsed time:               5.50 secs
Response time:              0.02 secs
Transaction rate:          16.36 trans/sec
Concurrency:                9.50
Successful transactions:      90
Failed transactions:          10
Longest transaction:        0.10
Shortest transaction:       0.00
"""
VEGETA_TEXT = """Requests      [total, rate, throughput]         1200, 120.00, 65.87
Duration      [total, attack, wait]             10s, 9.9s, 145.082ms
Latencies     [min, mean, 50, 90, 95, 99, max]  90ms, 113ms, 100ms, 150ms, 1.5s, 2s, 1m1s
Bytes In      [total, mean]                     3714690, 3095.57
Success       [ratio]                           55.42%
Status Codes  [code:count]                      0:535  200:665
Error Set:
"""
VEGETA: dict[str, Any] = {
    "latencies": {"mean": 1_500_000, "50th": 1_000_000, "95th": 2_500_000, "99th": 3_000_000, "max": 4_000_000, "min": 500_000},
    "duration": 10_000_000_000, "requests": 100, "rate": 10, "success": 0.9, "status_codes": {"200": 80, "301": 10, "0": 4, "500": 6},
}  # fmt: skip
ARTILLERY = {
    "aggregate": {
        "counters": {"http.requests": 50, "http.codes.200": 40, "http.codes.503": 6, "errors.ETIMEDOUT": 4, "vusers.failed": 4},
        "summaries": {"http.response_time": {"min": 1, "max": 90, "median": 5, "p95": 60, "p999": 90}},
        "firstCounterAt": 1000, "lastCounterAt": 11_000,
    }
}  # fmt: skip
AUTOCANNON = {
    "requests": {"total": 95, "sent": 100}, "latency": {"p50": 3, "p97_5": 8, "p99": 9, "max": 10, "min": 1, "average": 4},
    "errors": 5, "timeouts": 5, "non2xx": 7, "2xx": 88, "duration": 10.5, "connections": 10,
}  # fmt: skip
OHA = {
    "summary": {"successRate": 0.9, "total": 10.5, "slowest": 0.5, "fastest": 0.001, "average": 0.02, "requestsPerSec": 9.5},
    "latencyPercentiles": {"p50": 0.01, "p95": 0.2, "p99.9": 0.4},
    "statusCodeDistribution": {"200": 90, "500": 5}, "errorDistribution": {"timeout": 5},
}  # fmt: skip
BOMBARDIER = {
    "spec": {"numberOfConnections": 12},
    "result": {"timeTakenSeconds": 2.5, "req1xx": 0, "req2xx": 80, "req3xx": 0, "req4xx": 4, "req5xx": 6, "others": 10,
               "latency": {"mean": 1500.0, "max": 9000, "percentiles": {"50": 1000, "95": 2500}}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "requests", "failed", "p95"),
    [
        (WRK, 1000, 0, None),
        (WRK + "  Non-2xx or 3xx responses: 20\n", 1000, 20, None),
        (WRK + "  Socket errors: connect 0, read 3, write 0, timeout 4\n", 1000, 7, None),
        (AB.format(failed=0, length=0), 200, 20, 12),
        (AB.format(failed=20, length=20), 200, 20, 12),
        (AB.format(failed=25, length=20), 200, 25, 12),
        (HEY, 305, 35, Decimal("48.5")),
        (SIEGE, 100, 10, None),
        (VEGETA_TEXT, 1200, 535, 1500),
        (VEGETA, 100, 10, Decimal("2.5")),
        (ARTILLERY, 50, 10, 60),
        (AUTOCANNON, 100, 12, None),
        (OHA, 100, 10, 200),
        (BOMBARDIER, 100, 20, Decimal("2.5")),
    ],
)
def test_failures_that_a_tool_lists_apart_are_added(
    document: Any, requests: int, failed: int, p95: Decimal | None
) -> None:
    found = numbers(read(document))
    assert (found["load.requests"], found["load.failed"]) == (requests, failed)
    assert found.get("load.p95") == p95, "a percentile that was not printed does not exist"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (WRK[: WRK.index("  1000")], "E_NO_SAMPLES"),
        (WRK.replace("1000 requests", "0 requests"), "E_NO_SAMPLES"),
        (WRK.replace("1.10s", "1.10parsecs"), "E_UNIT"),
        (WRK.replace("1.10s", "-1.10s"), "E_NEGATIVE"),
        (WRK.replace("1.10s", "-nan"), "E_NEGATIVE"),
        (AB[: AB.index("Complete")], "E_NO_SAMPLES"),
        (HEY[: HEY.index("Status code")], "E_NO_SAMPLES"),
        (HEY + HEY, "E_MALFORMED"),
        (SIEGE.replace("Failed transactions:          10\n", ""), "E_TRUNCATED"),
        (VEGETA_TEXT.replace("0:535  ", ""), "E_COUNT_MISMATCH"),
        ({**VEGETA, "requests": 5}, "E_COUNT_MISMATCH"),
        ({**VEGETA, "requests": 0, "status_codes": {}}, "E_NO_SAMPLES"),
        ({"aggregate": {"counters": {}}}, "E_NO_SAMPLES"),
        ({**AUTOCANNON, "errors": "5"}, "E_WRONG_TYPE"),
        ({**OHA, "statusCodeDistribution": {}, "errorDistribution": {}}, "E_NO_SAMPLES"),
        ("Percentage served,Time in ms\n0,1\n50,2\n", "E_TRUNCATED"),
        ("Percentage served,Time in ms\n50,2\n100,1\n", "E_CONTRADICTION"),
    ],
)
def test_output_of_an_unfinished_or_impossible_run_is_refused(document: Any, code: str) -> None:
    assert refusal(document) == code


def test_taurus_groups_and_total() -> None:
    group = '<Group label="{}"><succ value="{}"/><fail value="{}"/><perc value="0.25" param="95.0"/></Group>'
    text = f"<FinalStatus><TestDuration>3.5</TestDuration>{group.format('', 8, 2)}{group.format('home', 8, 2)}</FinalStatus>"
    found = numbers(read(text))
    assert (found["load.requests"], found["load.failed"], found["load.p95"]) == (10, 2, 250)
    assert refusal(f"<FinalStatus>{group.format('home', 8, 2)}</FinalStatus>") == "E_NO_SAMPLES"


def test_molotov_requests_and_scenarios() -> None:
    request = '{"ts": 100.5, "type": "request", "label": "/", "elapsed": 0.25, "responseCode": "404"}\n'
    text = (
        '{"ts": 100.0, "type": "workers", "value": 3}\n'
        + request
        + '{"ts": 101, "type": "scenario_success"}\n'
    )
    found = numbers(read(text))
    assert (found["load.requests"], found["load.failed"], found["load.max"], found["load.users"]) == (
        1,
        1,
        250,
        3,
    )
    assert found["load.scenarios.failed"] == 0


def test_hey_rows() -> None:
    head = "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n"
    found = numbers(read(head + "0.0254,0,0,0,0,0,200,0.1\n0.03,0,0,0,0,0,500,0.2\n"))
    assert (found["load.requests"], found["load.failed"], found["load.max"]) == (2, 1, 30)


WHOLE: tuple[Any, ...] = (
    JTL + row(1) + row(2, '"a,b"') + row(3, success="false"),
    '<testResults><httpSample t="1" ts="2" s="true" lb="a" rc="200" na="3"/></testResults>',
    k6(),
    nested(K6_METRICS),
    k6_line(1) + k6_line("2.5", ok="false"),
    gatling(),
    "RUN\tS\ts\t1\t \t3.9.5\nREQUEST\t\thome\t1000\t1100\tOK\t \n",
    TestLocust.HEAD + "GET,/a,4,1,5,5,1,5,9,10\n,Aggregated,4,1,5,5,1,5,9,10\n",
    {"Total": TestJMeterSummaries.ROW},
    *(
        WRK,
        AB.format(failed=0, length=0),
        HEY,
        SIEGE,
        VEGETA_TEXT,
        VEGETA,
        ARTILLERY,
        AUTOCANNON,
        OHA,
        BOMBARDIER,
    ),
    '<FinalStatus><Group label=""><succ value="8"/><fail value="2"/><perc value="0.25" param="95.0"/></Group></FinalStatus>',
)
SPLINTERS = (
    b"",
    b"-1",
    b"nan",
    b"9" * 400,
    b"1e400",
    b'"',
    b"null",
    b"[]",
    b"{}",
    b",",
    b"\n",
    b"\xff",
    b"0.5",
    b"\xd9\xa3",
    b"\x00",
)


@pytest.mark.parametrize("document", WHOLE)
@given(data=st.data())
def test_a_damaged_result_gives_a_refusal_or_a_reading_and_nothing_else(
    document: Any, data: st.DataObject
) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    raw = text.encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(start + 12, len(raw))))
    damaged = raw[:start] + data.draw(st.sampled_from(SPLINTERS)) + raw[end:]
    try:
        found = numbers(registry.read(Source.of(damaged)))
    except EvidenceError:
        return
    for metric, value in found.items():
        assert value.is_finite(), metric
        assert value >= 0, metric


@pytest.mark.parametrize("document", WHOLE)
def test_the_same_bytes_give_the_same_reading(document: Any) -> None:
    assert list(read(document).measurements) == list(read(document).measurements)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f'<?xml version="1.0" encoding="UTF-8{"9" * 50}"?><testResults/>', "E_ENCODING"),
        ('{"metrics":{"http_reqs":{"count":1e99999999999999999999}}}', "E_NONFINITE"),
        ("Percentage served,Time in ms\n" + "9" * 5_000 + ",1\n", "E_RANGE"),
    ],
)
def test_numbers_and_names_beyond_every_limit_are_refused(text: str, code: str) -> None:
    assert refusal(text) == code


class TestTheToolsOwnSpelling:
    """Details that only the tools' real output has."""

    def test_sieges_json_begins_on_the_line_of_its_brace(self) -> None:
        body = '{\t"transactions":\t\t\t          27,\n\t"availability":\t\t\t       90.00,\n\t"elapsed_time":\t\t\t 0.50,\n'
        body += '\t"transaction_rate":\t 54.00,\n\t"concurrency":\t 2.5,\n\t"longest_transaction":\t 0.10,\n\t"successful_transactions":\t 27,\n\t"failed_transactions":\t\t 3\n}\n'
        found = numbers(read(body))
        assert (found["load.requests"], found["load.failed"], found["load.rps"]) == (30, 3, 54)
        assert numbers(read("New configuration template added\n" + body))["load.requests"] == 30

    def test_hey_without_an_answer_has_failures_and_no_times(self) -> None:
        text = HEY.replace("0.0445", "NaN").replace("  [200]\t270 responses\n  [503]\t30 responses\n", "")
        found = numbers(read(text))
        assert (found["load.requests"], found["load.failed"]) == (5, 5)
        assert not {"load.p95", "load.min", "load.max", "load.mean"} & found.keys(), (
            "0 ms would pass any limit"
        )

    def test_autocannon_without_an_answer_has_failures_and_no_times(self) -> None:
        nothing = {
            **AUTOCANNON,
            "requests": {"total": 0},
            "errors": 9,
            "non2xx": 0,
            "latency": {"p99": 0, "max": 0},
        }
        found = numbers(read(nothing))
        assert (found["load.requests"], found["load.failed"]) == (9, 9)
        assert not {"load.p99", "load.max"} & found.keys()

    def test_autocannon_has_a_rate(self) -> None:
        found = numbers(read({**AUTOCANNON, "requests": {"total": 95}, "duration": 2.5}))
        assert found["load.rps"] == 38

    def test_a_run_of_apachebench_that_broke_off_is_named(self) -> None:
        broken = "This is ApacheBench, Version 2.3\n\nBenchmarking x (be patient)...apr_socket_recv: refused (111)\n"
        assert refusal(broken) == "E_NO_SAMPLES"

    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("Running 9 requests test @ http://x\n5 connections\n\n┌───┬───┐\n9 requests in 1s, 3 kB read\n", "--json"),
            ("http_req_duration..............: avg=1ms min=1ms p(90)=2ms p(95)=2ms\n", "--summary-export"),
            ("Bombarding http://x\nStatistics\n  Latency  1ms\n", "--format json"),
            ("Summary report @ 10:00:00\nhttp.codes.200: .... 5\n", "--output"),
            ("Type Name # reqs # fails | Avg\nGET /a 5 0 | 1\nAggregated 5 0 | 1\n", "--csv"),
            ("Date & Time,  Trans,  Elap Time,  Resp Time\n2026-01-01, 5, 1\n", "--json-output"),
            ("starttime\tseconds\tctime\tdtime\tttime\twait\nx\t1\t0\t1\t1\t1\n", "ab"),
        ],
    )  # fmt: skip
    def test_a_text_for_people_is_refused_with_the_option_that_helps(self, text: str, hint: str) -> None:
        with pytest.raises(EvidenceError) as caught:
            read(text)
        assert caught.value.code == "E_UNRECOGNISED"
        assert hint in (caught.value.hint or "")

    def test_locusts_history_beside_its_statistics_adds_users_and_counts_nothing_twice(self) -> None:
        stats = (
            "Type,Name,Request Count,Failure Count,Requests/s,95%\nGET,/a,40,2,4,80\n,Aggregated,40,2,4,80\n"
        )
        history = "Timestamp,User Count,Type,Name,Total Request Count,Total Failure Count\n"
        history += "100,5,,Aggregated,10,0\n110,20,,Aggregated,38,2\n"
        result, course = read(stats).records, read(history).records
        for both in (result.merge(course), course.merge(result), course.merge(result).merge(course)):  # type: ignore[arg-type,union-attr]
            found = {one.metric: one.value for one in both.measurements() if not one.labels}
            assert (found["load.requests"], found["load.failed"], found["load.p95"]) == (40, 2, 80)
            assert (found["load.users"], found["load.duration"], found["load.rps"]) == (20, 10, 4)
        endpoint = result.merge(course).select(["/a"])  # type: ignore[arg-type,union-attr]
        assert {one.metric: one.value for one in endpoint.measurements()}["load.users"] == 20
