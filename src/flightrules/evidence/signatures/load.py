"""How load-test formats are recognised."""

from __future__ import annotations

import re

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head

__all__ = ["LOAD_FORMATS"]

_GATLING_LINE = re.compile(r"^(?:RUN|USER|REQUEST|GROUP|ASSERTION)\t", re.MULTILINE)
_SUMMARY_LINE = re.compile(
    r"(?:summary|Summary|Results)[^\n]{0,80}[=+]\s*\d+\s+in\s+[\d:.]+s?\s*=\s*[\d.,]+/s\s+Avg:"
)
_K6_METRICS = frozenset(
    f"metrics.{name}"
    for name in (
        "http_reqs http_req_duration http_req_failed http_req_waiting iterations iteration_duration vus "
        "vus_max checks data_received data_sent"
    ).split()
)
_K6_COLUMNS = frozenset({"metric_name", "timestamp", "metric_value"})
_BARE_ROW = re.compile(r"\d{13}[,;\t]\d+[,;\t][^\n]*[,;\t](?:true|false)(?:[,;\t\n]|\Z)")


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
)
