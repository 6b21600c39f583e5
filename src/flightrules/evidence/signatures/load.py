"""How load-test formats are recognised."""

from __future__ import annotations

import re

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head
from flightrules.evidence.records.load_consoles import console
from flightrules.patterns import late

__all__ = ["LOAD_FORMATS"]

_GATLING_LINE = late(r"^(?:RUN|USER|REQUEST|GROUP|ASSERTION)\t", re.MULTILINE)
_SUMMARY_LINE = late(
    r"(?:summary|Summary|Results)[^\n]{0,80}[=+]\s*\d+\s+in\s+[\d:.]+s?\s*=\s*[\d.,]+/s\s+Avg:"
)
_K6_METRICS = frozenset(
    f"metrics.{name}"
    for name in (
        "http_reqs",
        "http_req_duration",
        "http_req_failed",
        "http_req_waiting",
        "iterations",
        "iteration_duration",
        "vus",
        "vus_max",
        "checks",
        "data_received",
        "data_sent",
    )
)
_K6_COLUMNS = frozenset({"metric_name", "timestamp", "metric_value"})
_BARE_ROW = late(r"\d{13}[,;\t]\d+[,;\t][^\n]*[,;\t](?:true|false)(?:[,;\t\n]|\Z)")


def _first(head: Head) -> str:
    return next((line for line in head.text.splitlines() if line.strip()), "")


def _cells(head: Head) -> frozenset[str]:
    """The first line's cells, under whatever delimiter."""
    line = _first(head)
    delimiter = max(",;\t", key=line.count)
    return frozenset(cell.strip().strip('"') for cell in line.split(delimiter))


def _is_jmeter_csv(head: Head) -> bool:
    """By the column that only JMeter has, or as rows of JMeter's that lack their header."""
    return head.kind == "text" and ("elapsed" in _cells(head) or bool(_BARE_ROW.match(_first(head))))


def _is_jmeter_xml(head: Head) -> bool:
    return head.kind == "xml" and head.root == "testResults"


def _is_jmeter_statistics(head: Head) -> bool:
    return head.kind == "json" and any(path.endswith(".pct1ResTime") for path in head.paths)


def _is_k6_summary(head: Head) -> bool:
    if head.kind != "json":
        return False
    newer = head.has("results.metrics[].name", "results.metrics[].values")
    bare = (
        head.complete and head.has("metrics") and head.paths <= {"metrics", "root_group", "options", "state"}
    )
    return newer or not head.paths.isdisjoint(_K6_METRICS) or bare


def _is_k6_ndjson(head: Head) -> bool:
    kind = head.kind == "ndjson" or (head.kind == "json" and head.complete)
    return kind and head.has("metric", "type", "data") and head.values.get("type") in ("Point", "Metric")


def _is_gatling_stats(head: Head) -> bool:
    if head.kind == "json":
        return any(path.endswith(("numberOfRequests", "percentiles3")) for path in head.paths)
    return (
        head.kind == "text" and head.text.lstrip().startswith("var stats") and "numberOfRequests" in head.text
    )


def _is_gatling_assertions(head: Head) -> bool:
    return head.kind == "json" and head.has("simulation", "assertions")


def _is_gatling_log(head: Head) -> bool:
    return head.kind == "text" and bool(_GATLING_LINE.match(head.text))


def _is_locust_stats(head: Head) -> bool:
    cells = _cells(head)
    counts = cells >= {"Request Count", "Failure Count"} or cells >= {"# requests", "# failures"}
    return head.kind == "text" and "Name" in cells and counts


def _is_locust_failures(head: Head) -> bool:
    return head.kind == "text" and _cells(head) >= {"Method", "Name", "Error", "Occurrences"}


def _is_locust_history(head: Head) -> bool:
    return head.kind == "text" and _cells(head) >= {"Timestamp", "User Count", "Total Request Count"}


def _is_locust_json(head: Head) -> bool:
    named = head.has("[].num_requests", "[].response_times") or head.has(
        "stats[].num_requests", "stats[].response_times"
    )
    return head.kind == "json" and named


def _is_jmeter_summariser(head: Head) -> bool:
    return head.kind == "text" and bool(_SUMMARY_LINE.search(head.text))


def _is_k6_csv(head: Head) -> bool:
    return head.kind == "text" and _cells(head) >= _K6_COLUMNS


def _is_wrk(head: Head) -> bool:
    """By its first lines; the text of autocannon begins alike, but is drawn as tables."""
    text = head.text
    marks = ("Running ", " test @ ", " connections")
    return head.kind == "text" and all(mark in text for mark in marks) and not _is_autocannon_text(head)


def _is_autocannon_text(head: Head) -> bool:
    return head.kind == "text" and " test @ " in head.text and "┬" in head.text


def _is_hey(head: Head) -> bool:
    marks = ("Summary:", "Requests/sec:", "Response time histogram:")
    return (
        head.kind == "text"
        and all(mark in head.text for mark in marks)
        and "success rate" not in head.text.lower()
    )


def _is_hey_csv(head: Head) -> bool:
    return head.kind == "text" and _cells(head) >= {"response-time", "status-code", "DNS+dialup"}


def _is_ab(head: Head) -> bool:
    table = "Server Software:" in head.text or "Document Path:" in head.text
    banner = head.text.lstrip().startswith("This is ApacheBench")
    return head.kind == "text" and (banner or ("Concurrency Level:" in head.text and table))


def _is_ab_csv(head: Head) -> bool:
    return head.kind == "text" and _cells(head) >= {"Percentage served", "Time in ms"}


def _is_vegeta_json(head: Head) -> bool:
    return head.kind == "json" and head.has("latencies", "status_codes", "requests", "success")


def _is_vegeta_encode(head: Head) -> bool:
    return head.kind in ("json", "ndjson") and head.has("attack", "seq", "code", "latency", "bytes_in")


def _is_vegeta_text(head: Head) -> bool:
    return head.kind == "text" and bool(re.match(r"\s*Requests\s+\[total", head.text))


def _is_siege(head: Head) -> bool:
    lowered = head.text.lower()
    summary = all(mark in lowered for mark in ("transactions", "availability", "concurrency", "longest"))
    bare = head.kind == "json" and head.has("transactions", "availability", "elapsed_time")
    return bare or (head.kind == "text" and summary)


def _is_artillery(head: Head) -> bool:
    second = head.has("aggregate.counters")
    return head.kind == "json" and (second or head.has("aggregate.requestsCompleted", "aggregate.codes"))


def _is_autocannon(head: Head) -> bool:
    return head.kind == "json" and head.has("non2xx", "latency", "requests.total", "connections")


def _is_oha(head: Head) -> bool:
    return head.kind == "json" and head.has("summary.successRate", "statusCodeDistribution")


def _is_bombardier(head: Head) -> bool:
    return head.kind == "json" and head.has("spec", "result.req2xx", "result.latency")


def _is_ghz(head: Head) -> bool:
    return head.kind == "json" and head.has("count", "options.call", "statusCodeDistribution")


def _is_fortio(head: Head) -> bool:
    return head.kind == "json" and head.has("DurationHistogram", "RetCodes")


def _is_console(head: Head) -> bool:
    return head.kind == "text" and console(head.text) is not None


def _is_taurus_xml(head: Head) -> bool:
    return head.kind == "xml" and head.root == "FinalStatus"


def _is_molotov(head: Head) -> bool:
    kinds = ("workers", "request", "scenario_success", "scenario_failure")
    return head.kind == "ndjson" and head.has("ts", "type") and head.values.get("type") in kinds


def _is_iago(head: Head) -> bool:
    return head.kind == "text" and " stats: {" in head.text and '"client' in head.text


LOAD_FORMATS: tuple[Format, ...] = (
    Format(
        "k6-summary",
        "k6 summary (export, handleSummary, machine-readable)",
        "performance",
        "k6_summary",
        _is_k6_summary,
    ),
    Format("k6-ndjson", "k6 samples (--out json)", "performance", "k6_ndjson", _is_k6_ndjson),
    Format("k6-csv", "k6 samples (--out csv)", "performance", "k6_csv", _is_k6_csv),
    Format(
        "gatling-stats", "Gatling statistics (JSON, JS)", "performance", "gatling_stats", _is_gatling_stats
    ),
    Format(
        "gatling-assertions",
        "Gatling assertions",
        "performance",
        "gatling_assertions",
        _is_gatling_assertions,
    ),
    Format("gatling-log", "Gatling simulation.log (text)", "performance", "gatling_log", _is_gatling_log),
    Format("jmeter-xml", "JMeter results (JTL, XML)", "performance", "jmeter_xml", _is_jmeter_xml),
    Format(
        "jmeter-statistics",
        "JMeter dashboard statistics.json",
        "performance",
        "jmeter_statistics",
        _is_jmeter_statistics,
    ),
    Format("locust-stats-csv", "Locust statistics (CSV)", "performance", "locust_csv", _is_locust_stats),
    Format(
        "locust-failures-csv", "Locust failures (CSV)", "performance", "locust_failures", _is_locust_failures
    ),
    Format("locust-history-csv", "Locust history (CSV)", "performance", "locust_history", _is_locust_history),
    Format("locust-json", "Locust statistics (JSON)", "performance", "locust_json", _is_locust_json),
    Format("jmeter-csv", "JMeter results (JTL, CSV)", "performance", "jmeter_csv", _is_jmeter_csv),
    Format(
        "jmeter-summariser",
        "JMeter log with summary lines",
        "performance",
        "jmeter_summariser",
        _is_jmeter_summariser,
    ),
    Format("wrk", "wrk, wrk2", "performance", "wrk", _is_wrk),
    Format("hey", "hey (text)", "performance", "hey", _is_hey),
    Format("hey-csv", "hey samples (CSV)", "performance", "hey_csv", _is_hey_csv),
    Format("ab", "ApacheBench (text)", "performance", "ab", _is_ab),
    Format("ab-percentiles-csv", "ApacheBench percentiles (CSV)", "performance", "ab_csv", _is_ab_csv),
    Format("vegeta-json", "vegeta report (JSON)", "performance", "vegeta_json", _is_vegeta_json),
    Format("vegeta-encode", "vegeta encode (JSON Lines)", "performance", "vegeta_encode", _is_vegeta_encode),
    Format("vegeta-text", "vegeta report (text)", "performance", "vegeta_text", _is_vegeta_text),
    Format("siege", "Siege statistics", "performance", "siege", _is_siege),
    Format("artillery", "Artillery report (JSON)", "performance", "artillery", _is_artillery),
    Format("autocannon", "autocannon (JSON)", "performance", "autocannon", _is_autocannon),
    Format("oha", "oha (JSON)", "performance", "oha", _is_oha),
    Format("bombardier", "bombardier (JSON)", "performance", "bombardier", _is_bombardier),
    Format("ghz", "ghz (JSON)", "performance", "ghz", _is_ghz),
    Format("fortio", "Fortio (JSON)", "performance", "fortio", _is_fortio),
    Format("taurus-xml", "Taurus final statistics (XML)", "performance", "taurus_xml", _is_taurus_xml),
    Format("molotov", "Molotov results (JSON Lines)", "performance", "molotov", _is_molotov),
    Format("iago-log", "Iago statistics log", "performance", "iago", _is_iago),
    Format(
        "load-console", "texts of load tools (refused by name)", "performance", "load_refusals", _is_console
    ),
)
