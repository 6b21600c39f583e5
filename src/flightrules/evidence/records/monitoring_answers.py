"""Answers of monitoring systems that hold no series: how they are told, and what to ask instead."""

from __future__ import annotations

from flightrules.evidence.head import Head

__all__ = ["other_answer"]

_QUERY = "keep the answer of /api/v1/query"
_FIRING = _QUERY + """ to count(ALERTS{alertstate="firing"}) or 0 * sum(prometheus_rule_group_rules)"""
_COUNTED = "write how many are open in the generic format, or as a table of defects"
_RANGE = "keep the answer of Prometheus' API, or write the values in the generic format"

_ANSWERS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("status", "data.alerts"), "Prometheus' list of alerts", _FIRING),
    (("status", "data.groups"), "Prometheus' list of rules", _FIRING),
    (("status", "data.activeTargets"), "Prometheus' list of targets", _QUERY + " to min(up)"),
    (("[].fingerprint", "[].status.state", "[].startsAt"), "Alertmanager's list of alerts", _FIRING),
    (("[].alerts", "[].receiver"), "Alertmanager's list of groups", _FIRING),
    (("groupKey", "alerts", "receiver"), "a message of Alertmanager", _FIRING),
    (("MetricDataResults",), "CloudWatch's answer", _RANGE),
    (("Label", "Datapoints"), "CloudWatch's answer", _RANGE),
    (("results[].series[].columns", "results[].statement_id"), "InfluxDB's answer", _RANGE),
    (("metric", "values", "timestamps"), "VictoriaMetrics' export", _RANGE),
    (("data.actor",), "New Relic's answer", _RANGE),
    (("result[].metricId", "result[].data"), "Dynatrace's answer", _RANGE),
    (("took", "timed_out", "_shards", "hits"), "Elasticsearch's answer", _RANGE),
    (("incidents[].incident_number",), "PagerDuty's list of incidents", _COUNTED),
    (("data[].tinyId", "data[].acknowledged"), "Opsgenie's list of alerts", _COUNTED),
    (("page.time_zone", "status.indicator"), "Statuspage's summary", _COUNTED),
    (("[].shortId", "[].userCount", "[].status"), "Sentry's list of issues", _COUNTED),
)
"""JSON paths that stand together, what the document is, and what to use in its place."""


def other_answer(head: Head) -> tuple[str, str] | None:
    """What the answer is and what to use in its place; ``None`` for everything else."""
    return next((one[1:] for one in _ANSWERS if head.has(*one[0])), None) or _grafana(head)


def _grafana(head: Head) -> tuple[str, str] | None:
    frames = any(path.startswith("results.") and path.endswith(".frames[].schema") for path in head.paths)
    return ("Grafana's answer in frames", _RANGE) if frames else None
