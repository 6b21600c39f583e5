"""Load results: requests, failures, and the 95th percentile, per endpoint and over all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contenders import reading
from contenders.reading import Numbers, Work, floor_read

__all__ = ["floor_read", "ours_jmeter", "ours_k6", "peer_json_lines", "peer_orjson_lines", "peer_pandas"]


_NAMES = {"requests": "load.requests", "failed": "load.failed", "p95_us": "load.p95"}


def ours_jmeter() -> Work:
    return reading.ours("jmeter_csv", _NAMES, 1000)


def ours_k6() -> Work:
    return reading.ours("k6_ndjson", _NAMES, 1000)


def peer_pandas() -> Work:
    import numpy as np
    import pandas as pd

    def work(path: str) -> Numbers:
        table = pd.read_csv(path, usecols=["label", "elapsed", "success"])
        table.groupby("label").elapsed.quantile([0.5, 0.9, 0.95, 0.99])
        failed = (~table.success).groupby(table.label).sum()
        p95 = np.quantile(table.elapsed, 0.95, method="inverted_cdf")
        return {"requests": len(table), "failed": int(failed.sum()), "p95_us": int(p95 * 1000)}

    return work


def _lines(decode: Callable[[bytes], Any]) -> Work:
    def work(path: str) -> Numbers:
        durations: dict[str, list[float]] = {}
        failed = 0
        with open(path, "rb") as file:
            for line in file:
                point = decode(line)
                if point["type"] != "Point":
                    continue
                data = point["data"]
                if point["metric"] == "http_req_duration":
                    durations.setdefault(data["tags"]["name"], []).append(data["value"])
                elif point["metric"] == "http_req_failed":
                    failed += data["value"] != 0
        every = sorted(value for values in durations.values() for value in values)
        for values in durations.values():
            values.sort()
        p95 = every[-(-len(every) * 95 // 100) - 1]
        return {"requests": len(every), "failed": failed, "p95_us": round(p95 * 1000)}

    return work


def peer_json_lines() -> Work:
    import json

    return _lines(json.loads)


def peer_orjson_lines() -> Work:
    import orjson

    return _lines(orjson.loads)
