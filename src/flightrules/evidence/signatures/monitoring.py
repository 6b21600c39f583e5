"""How monitoring snapshots are recognised."""

from __future__ import annotations

import re

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head
from flightrules.evidence.records.monitoring_answers import other_answer
from flightrules.patterns import late

__all__ = ["MONITORING_FORMATS"]

_EXPOSITION = late(
    r"^# (?:TYPE [a-zA-Z_:][\w:]* (?:counter|gauge|histogram|summary|untyped|unknown|info|stateset"
    r"|gaugehistogram)\b|HELP [a-zA-Z_:][\w:]* )",
    re.MULTILINE | re.ASCII,
)


def _is_prometheus(head: Head) -> bool:
    if head.kind != "json":
        return False
    refused = head.has("status", "errorType") and head.values.get("status") == "error"
    return refused or head.has("status", "data", "data.resultType")


def _is_datadog(head: Head) -> bool:
    if head.kind != "json":
        return False
    v1 = head.has("status", "series") and (
        head.any("series[].pointlist") or head.values.get("status") == "ok"
    )
    kinds = ("scalar_response", "timeseries_response")
    return v1 or head.values.get("data.type") in kinds or head.has("data.attributes.columns")


def _is_graphite(head: Head) -> bool:
    return head.kind == "json" and head.has("[].target", "[].datapoints")


def _is_openmetrics(head: Head) -> bool:
    return head.kind == "text" and bool(_EXPOSITION.search(head.text))


def _is_no_series(head: Head) -> bool:
    return head.kind in ("json", "ndjson") and other_answer(head) is not None


MONITORING_FORMATS: tuple[Format, ...] = (
    Format("prometheus", "Prometheus API answer", "monitoring", "prometheus", _is_prometheus),
    Format("datadog", "Datadog query answer", "monitoring", "datadog", _is_datadog),
    Format("graphite", "Graphite render answer", "monitoring", "graphite", _is_graphite),
    Format("openmetrics", "OpenMetrics or Prometheus text", "monitoring", "openmetrics", _is_openmetrics),
    Format(
        "monitoring-other",
        "alerts, targets and logs of monitoring systems (refused by name)",
        "monitoring",
        "monitoring_refusals",
        _is_no_series,
    ),
)
