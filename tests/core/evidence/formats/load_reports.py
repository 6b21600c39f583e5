"""Load results as their tools write them, and how the stories read one."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

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


def k6_line(
    value: object, *, ok: str = "true", name: str = "home", metric: str = "http_req_duration", second: int = 0
) -> str:
    tags = f'{{"expected_response":"{ok}","name":"{name}","status":"200"}}'
    data = f'{{"time":"2026-11-20T10:00:{second:02}.5Z","value":{value},"tags":{tags}}}'
    return f'{{"metric":"{metric}","type":"Point","data":{data}}}\n'


def gatling(total: object = 10, ok: object = 8, ko: object = 2) -> dict[str, Any]:
    both = {"total": 7, "ok": 5, "ko": 60000}
    return {
        "name": "All Requests", "numberOfRequests": {"total": total, "ok": ok, "ko": ko},
        "minResponseTime": both, "maxResponseTime": both, "meanResponseTime": both, "percentiles1": both, "percentiles2": both,
        "percentiles3": {"total": 3603, "ok": 3423, "ko": 60000}, "percentiles4": both,
        "meanNumberOfRequestsPerSecond": {"total": 1.5, "ok": 1, "ko": 0.5},
    }  # fmt: skip


JMETER_ROW: dict[str, Any] = {
    "transaction": "Total", "sampleCount": 10, "errorCount": 1, "meanResTime": 5.5, "medianResTime": 5.0, "minResTime": 1.0,
    "maxResTime": 9.0, "pct1ResTime": 7.0, "pct2ResTime": 8.0, "pct3ResTime": 9.0, "throughput": 2.5,
}  # fmt: skip
LOCUST_HEAD = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Requests/s,50%,95%,99.9%\n"
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

GHZ = {
    "date": "2026-01-02T03:04:05Z",
    "endReason": "normal",
    "options": {"call": "shop.Cart.Add", "total": 200, "concurrency": 50},
    "count": 200,
    "total": 2_000_000_000,
    "average": 5_000_000,
    "fastest": 1_000_000,
    "slowest": 9_000_000,
    "rps": 100.5,
    "errorDistribution": {"rpc error: code = Unavailable": 3},
    "statusCodeDistribution": {"OK": 197, "Unavailable": 3},
    "latencyDistribution": [
        {"percentage": 50, "latency": 4_500_000},
        {"percentage": 95, "latency": 8_000_000},
    ],
}
FORTIO = {
    "RunType": "HTTP",
    "StartTime": "2026-01-02T03:04:05Z",
    "ActualQPS": 8.5,
    "ActualDuration": 5_000_000_000,
    "NumThreads": 4,
    "Version": "1.60.3",
    "DurationHistogram": {
        "Count": 40,
        "Min": 0.001,
        "Max": 0.01,
        "Avg": 0.002,
        "Percentiles": [{"Percentile": 50, "Value": 0.002}, {"Percentile": 95, "Value": 0.005}],
    },
    "RetCodes": {"200": 36, "301": 1, "503": 2, "-1": 1},
}
