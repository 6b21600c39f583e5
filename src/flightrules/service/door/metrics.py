"""What is counted of requests, for Prometheus; by route, never by address or path, which may hold secrets."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

__all__ = ["CONTENT_TYPE", "REGISTRY", "REQUESTS", "SECONDS", "exposition"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.5, 1.0, 2.5, 10.0)

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "flightrules_requests", "Requests answered", ("method", "route", "status"), registry=REGISTRY
)
SECONDS = Histogram(
    "flightrules_request_seconds", "Time to the answer", ("route",), registry=REGISTRY, buckets=_STEPS
)


def exposition(gauges: dict[str, tuple[str, float]]) -> bytes:
    """All counts of this service's processes on this machine, and gauges as ``name: (help, value)``."""
    moment = CollectorRegistry()
    for name, (meaning, value) in sorted(gauges.items()):
        Gauge(name, meaning, registry=moment).set(value)
    counted = REGISTRY
    if os.environ.get(_SHARED_FOLDER):
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(moment)
