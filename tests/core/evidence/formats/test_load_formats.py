"""Other load results, tool by tool, and damage done to any of them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.formats.load_reports import (
    AB,
    ARTILLERY,
    AUTOCANNON,
    BOMBARDIER,
    FORTIO,
    GHZ,
    HEY,
    JMETER_ROW,
    JTL,
    K6_METRICS,
    LOCUST_HEAD,
    OHA,
    SIEGE,
    VEGETA,
    VEGETA_TEXT,
    WRK,
    codes,
    gatling,
    k6,
    k6_line,
    nested,
    numbers,
    read,
    refusal,
    row,
)
from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source


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
    HEAD = LOCUST_HEAD

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
        (SIEGE + " " * 200_000 + "x\n", 100, 10, None),  # so many spaces took hours
        ("[\x1b[1;33merror\x1b[0m] socket: unable to connect\n" + SIEGE, 100, 10, None),
        (VEGETA_TEXT, 1200, 535, 1500),
        (VEGETA, 100, 10, Decimal("2.5")),
        (ARTILLERY, 50, 10, 60),
        (AUTOCANNON, 100, 12, None),
        (OHA, 100, 10, 200),
        (BOMBARDIER, 100, 20, Decimal("2.5")),
        (GHZ, 200, 3, 8),
        (FORTIO, 40, 3, 5),
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
        ({**GHZ, "count": 0, "statusCodeDistribution": {}}, "E_NO_SAMPLES"),
        ({**GHZ, "count": 2}, "E_COUNT_MISMATCH"),
        ({**GHZ, "statusCodeDistribution": {"OK": "many"}}, "E_WRONG_TYPE"),
        ({**FORTIO, "RetCodes": {}, "DurationHistogram": {"Count": 0}}, "E_NO_SAMPLES"),
        ({**FORTIO, "RetCodes": {"200": -1}}, "E_NEGATIVE"),
        ({**FORTIO, "DurationHistogram": {}}, "E_MISSING_FIELD"),
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
    LOCUST_HEAD + "GET,/a,4,1,5,5,1,5,9,10\n,Aggregated,4,1,5,5,1,5,9,10\n",
    {"Total": JMETER_ROW},
    *(
        WRK,
        AB.format(failed=0, length=0),
        HEY,
        GHZ,
        FORTIO,
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


def test_answers_that_no_code_tells_of_have_failed() -> None:
    assert numbers(read({**FORTIO, "RetCodes": {"200": 30}}))["load.failed"] == 10
    assert numbers(read({**GHZ, "statusCodeDistribution": {"OK": 150}}))["load.failed"] == 50
    assert numbers(read({**GHZ, "statusCodeDistribution": None}))["load.failed"] == 200


def test_what_ghz_and_fortio_say_of_the_run() -> None:
    found = numbers(read(FORTIO))
    assert (found["load.users"], found["load.duration"], found["load.rps"]) == (4, 5, Decimal("8.5"))
    assert numbers(read(GHZ))["load.duration"] == 2
    assert "W_ABORTED" in codes(read({**GHZ, "endReason": "cancel"}))
    assert "W_ABORTED" not in codes(read({**GHZ, "endReason": "timeout"}))


class TestTheToolsOwnSpelling:
    """Details that only the tools' real output has."""

    def test_a_log_that_begins_with_a_date_in_brackets_is_text_and_known(self) -> None:
        log = (
            "[2026-01-02 03:04:05,678] host/INFO/locust.main: Starting\n"
            "Type  Name  # reqs  # fails | Avg\n      Aggregated  5  0(0.00%) | 3\n"
        )
        assert refusal(log) == "E_UNRECOGNISED"
        assert refusal("Label,# Samples,Average,Error %\nhome,100,10,1.000%\n") == "E_UNRECOGNISED"
        assert refusal("[2026-01-02T03:04:05Z] Nothing that is known") == "E_UNRECOGNISED"
        assert refusal("[2026,") == "E_TRUNCATED"

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
