"""JMeter's tables, XML and summaries: what is counted, what is refused, and how a wrong reader says GO."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.evidence.formats.load_reports import (
    JMETER_ROW,
    JTL,
    codes,
    numbers,
    read,
    refusal,
    row,
)
from flightrules.errors import EvidenceError


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
    ROW = JMETER_ROW

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
