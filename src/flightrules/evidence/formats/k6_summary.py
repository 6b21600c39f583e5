"""k6's end-of-test summary as JSON: ``--summary-export``, ``handleSummary`` data, and the newer schema.

Quirks: in ``--summary-export`` a threshold that is ``false`` is met, in ``handleSummary`` it is
``{"ok": true}``; for ``http_req_failed`` the *passes* are the failed requests; a threshold over no
sample is reported as met although nothing was measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Measurement, Notice, Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary
from flightrules.evidence.source import Source
from flightrules.values import field, frozen

__all__ = ["read"]

_PERCENTILE = re.compile(r"p\(?([0-9]{1,3}(?:\.[0-9]{1,6})?)\)?\Z")
_SUBMETRIC = re.compile(r"([^{]+)\{(?:name|url|group|endpoint):([^{},]+)\}\Z")
_NOT_A_TIME = frozenset({"thresholds", "count"})
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.failed": "requests that k6 counts in http_req_failed",
    "load.percentile.source": "http_req_duration, all requests",
}


@frozen
class _Metric:
    values: dict[str, Any]
    thresholds: dict[str, bool] = field(default_factory=dict)  # expression -> met


def read(source: Source, _head: Head) -> Reading:
    """The summary's totals, its sub-metrics per endpoint, checks and thresholds.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE, E_NUMBER.
    """
    document = require(decode(source), dict, "the document", source.name)
    metrics = _new_metrics(document, source) if "results" in document else _old_metrics(document, source)
    for name, metric in metrics.items():
        _check_values(name, metric.values, source)
    summary = _summary(metrics, document, source)
    notices: list[Notice] = []
    extra = (*_checks(metrics, source), *_thresholds(metrics, notices))
    if summary.total.failed is None:
        notices.append(Notice("W_NOT_TESTED", "http_req_failed is missing; failed requests are not known"))
    return Reading(
        "k6-summary",
        records=summary,
        extra=extra,
        notices=tuple(notices),
        facts=_facts(document),
        definitions=_DEFINITIONS,
    )


def _old_metrics(document: dict[str, Any], source: Source) -> dict[str, _Metric]:
    """``metrics`` as an object by name; values stand in the metric itself or under ``values``."""
    found: dict[str, _Metric] = {}
    for name, metric in require(document.get("metrics"), dict, "metrics", source.name).items():
        require(metric, dict, f"metrics.{name}", source.name)
        nested = "values" in metric
        values = require(metric["values"], dict, f"metrics.{name}.values", source.name) if nested else metric
        thresholds = require(metric.get("thresholds", {}), dict, f"metrics.{name}.thresholds", source.name)
        met = {text: _is_met(text, state, source) for text, state in thresholds.items()}
        found[name] = _Metric({key: value for key, value in values.items() if key != "thresholds"}, met)
    return found


def _is_met(text: str, state: Any, source: Source) -> bool:
    """``false`` is met in an export (it means: not crossed); an object says ``ok``."""
    if isinstance(state, dict):
        return bool(require(state.get("ok"), bool, f"threshold {text} ok", source.name))
    return not require(state, bool, f"threshold {text}", source.name)


def _new_metrics(document: dict[str, Any], source: Source) -> dict[str, _Metric]:
    """``results.metrics`` as a list of objects with a name."""
    results = require(document["results"], dict, "results", source.name)
    found: dict[str, _Metric] = {}
    for metric in require(results.get("metrics"), list, "results.metrics", source.name):
        require(metric, dict, "an item of results.metrics", source.name)
        name = require(metric.get("name"), str, "name of a metric", source.name)
        found[name] = _Metric(require(metric.get("values"), dict, f"{name}.values", source.name))
    for threshold in require(results.get("thresholds") or [], list, "results.thresholds", source.name):
        require(threshold, dict, "an item of results.thresholds", source.name)
        name = require(threshold.get("metric"), str, "metric of a threshold", source.name)
        text = require(threshold.get("source", "?"), str, "source of a threshold", source.name)
        ok = require(threshold.get("ok"), bool, f"threshold {text} ok", source.name)
        found.setdefault(name, _Metric({})).thresholds[text] = ok
    return found


def _check_values(name: str, values: dict[str, Any], source: Source) -> None:
    timed = name.startswith(("http_req_", "iteration_duration", "http_reqs", "iterations", "vus"))
    for key, value in values.items():
        if timed and value is not None and not isinstance(value, (dict, list)):
            amount(value, f"{name} {key}", source.name)


def _summary(metrics: dict[str, _Metric], document: dict[str, Any], source: Source) -> LoadSummary:
    requests = metrics.get("http_reqs")
    total = _row(metrics, "", source)
    if requests is None or total.requests is None:
        message = "the summary has no http_reqs count: no HTTP request was measured"
        code = "E_NO_SAMPLES" if requests is not None or not metrics else "E_MISSING_FIELD"
        raise EvidenceError(code, message, file=source.name, hint="check that the script sends requests")
    if total.requests == 0:
        raise EvidenceError(
            "E_NO_SAMPLES", "the run made no request", file=source.name, hint="check the script"
        )
    names = {found.group(2) for name in metrics if (found := _SUBMETRIC.match(name))}
    endpoints = {name: _row(metrics, name, source) for name in sorted(names)}
    return LoadSummary(
        total,
        {name: row for name, row in endpoints.items() if row.requests != 0},
        seconds=_seconds(document, requests, total.requests, source),
        rps=amount(requests.values["rate"], "http_reqs rate", source.name)
        if "rate" in requests.values
        else None,
        users=_users(metrics, source),
    )


def _row(metrics: dict[str, _Metric], endpoint: str, source: Source) -> LoadRow:
    chosen = {name: metric.values for name, metric in metrics.items() if "{" not in name}
    if endpoint:
        matches = ((_SUBMETRIC.match(name), metric) for name, metric in metrics.items())
        chosen = {
            found.group(1): metric.values for found, metric in matches if found and found.group(2) == endpoint
        }
    failed, seen = _rate(chosen.get("http_req_failed"), source)
    requests = seen
    if "count" in chosen.get("http_reqs", {}):
        requests = whole(chosen["http_reqs"]["count"], "http_reqs count", source.name)
    if requests is not None and failed is not None and failed > requests:
        message = f"{failed} failed of {requests} requests"
        raise EvidenceError("E_COUNT_MISMATCH", message, file=source.name)
    times = chosen.get("http_req_duration", {})
    return LoadRow(
        requests,
        failed,
        _percentiles(times, source) if requests else {},
        *(amount(times[key], key, source.name) if key in times else None for key in ("min", "max", "avg")),
    )


def _rate(values: dict[str, Any] | None, source: Source) -> tuple[int | None, int | None]:
    """How often a rate was true, and over how many samples."""
    if not values:
        return None, None
    name = source.name
    if "matches" in values:
        return whole(values["matches"], "matches", name), whole(values.get("total"), "total", name)
    passes = whole(values.get("passes"), "passes", name)
    return passes, passes + whole(values.get("fails"), "fails", name)


def _percentiles(times: dict[str, Any], source: Source) -> dict[Decimal, Decimal]:
    found: dict[Decimal, Decimal] = {}
    for key, value in times.items():
        match = _PERCENTILE.match(key)
        percentile = Decimal(50) if key == "med" else Decimal(match.group(1)) if match else None
        if percentile is not None and value is not None:
            found[percentile] = amount(value, f"http_req_duration {key}", source.name)
    return found


def _seconds(document: dict[str, Any], requests: _Metric, count: int, source: Source) -> Decimal | None:
    state, config = document.get("state"), document.get("config")
    if isinstance(state, dict) and "testRunDurationMs" in state:
        return amount(state["testRunDurationMs"], "state.testRunDurationMs", source.name) / 1000
    if isinstance(config, dict) and isinstance(config.get("duration"), (int, Decimal)):
        return amount(config["duration"], "config.duration", source.name)
    rate = requests.values.get("rate")
    if rate is None or not amount(rate, "http_reqs rate", source.name):
        return None
    return (count / amount(rate, "rate", source.name)).quantize(Decimal("0.001"))


def _users(metrics: dict[str, _Metric], source: Source) -> int | None:
    """The peak of active users: ``vus`` ``max``; ``vus_max`` only says how many were set aside."""
    for name, key in (("vus", "max"), ("vus_max", "max"), ("vus_max", "value")):
        value = metrics[name].values.get(key) if name in metrics else None
        if value is not None:
            return whole(value, f"{name} {key}", source.name)
    return None


def _checks(metrics: dict[str, _Metric], source: Source) -> Iterator[Measurement]:
    passed, total = _rate(metrics["checks"].values if "checks" in metrics else None, source)
    if passed is not None and total:
        yield Measurement("load.checks.total", Decimal(total))
        yield Measurement("load.checks.failed", Decimal(total - passed))


def _thresholds(metrics: dict[str, _Metric], notices: list[Notice]) -> Iterator[Measurement]:
    total = crossed = empty = 0
    for metric in metrics.values():
        hollow = _is_hollow(metric.values)
        for met in metric.thresholds.values():
            total += 1
            empty += hollow
            crossed += hollow or not met
    if empty:
        message = f"{empty} thresholds stand over no sample; k6 calls them met, here they are not"
        notices.append(Notice("W_THRESHOLD", message))
    if total:
        yield Measurement("load.thresholds.total", Decimal(total))
        yield Measurement("load.thresholds.failed", Decimal(crossed))


def _is_hollow(values: dict[str, Any]) -> bool:
    """Whether a rate or trend never got a sample; a counter of zero is a count."""
    counted = [values[key] for key in ("passes", "fails", "matches", "total") if key in values]
    if counted:
        return not any(counted)
    times = [values[key] for key in ("min", "max", "avg", "med") if key in values]
    return len(times) > 1 and not any(times)


def _facts(document: dict[str, Any]) -> dict[str, str]:
    facts = {"tool": "k6"}
    metadata = document.get("metadata")
    if isinstance(metadata, dict):
        for key, fact in (("k6_version", "tool_version"), ("generated_at", "taken_at")):
            if isinstance(metadata.get(key), str):
                facts[fact] = metadata[key]
    return facts
