"""SARIF and Jira: large JSON documents, of which each contender finds the records and what they say."""

from __future__ import annotations

from typing import Any

from contenders import reading
from contenders.reading import Numbers, Work

__all__ = [
    "floor_simdjson_jira",
    "floor_simdjson_sarif",
    "ours_jira",
    "ours_sarif",
    "peer_json_jira",
    "peer_json_sarif",
    "peer_orjson_jira",
    "peer_sarif_tools",
]


def ours_sarif() -> Work:
    severities = "+".join(
        f"findings.{word}" for word in ("critical", "high", "medium", "low", "info", "unknown")
    )
    return reading.ours("sarif", {"results": f"{severities}+findings.suppressed", "live": severities})


def ours_jira() -> Work:
    return reading.ours("jira_search", {"issues": "defects.listed", "open_bugs": "defects.open"})


def _of_sarif(document: Any) -> Numbers:
    results = [result for run in document["runs"] for result in run["results"]]
    return {"results": len(results), "live": sum("suppressions" not in result for result in results)}


def _of_jira(document: Any) -> Numbers:
    issues = document["issues"]
    fields = [issue["fields"] for issue in issues]
    found = sum(
        one["issuetype"]["name"] == "Bug" and one["status"]["statusCategory"]["key"] != "done"
        for one in fields
    )
    return {"issues": len(issues), "open_bugs": found}


def peer_sarif_tools() -> Work:
    """Counts suppressed results too, so that it is held to the number of all."""
    from sarif.loader import load_sarif_file

    def work(path: str) -> Numbers:
        report = load_sarif_file(path).get_report()
        counts = [report.get_issue_count_for_severity(one) for one in report.get_severities()]
        return {"results": sum(counts)}

    return work


def _whole(load: Any, count: Any) -> Work:
    def work(path: str) -> Numbers:
        with open(path, "rb") as file:
            return count(load(file.read()))

    return work


def peer_json_sarif() -> Work:
    import json

    return _whole(json.loads, _of_sarif)


def peer_json_jira() -> Work:
    import json

    return _whole(json.loads, _of_jira)


def peer_orjson_jira() -> Work:
    import orjson

    return _whole(orjson.loads, _of_jira)


def _simdjson() -> Work:
    """Parses, and builds no object."""
    import simdjson

    def work(path: str) -> Numbers:
        with open(path, "rb") as file:
            simdjson.Parser().parse(file.read())
        return {}

    return work


floor_simdjson_sarif = _simdjson
floor_simdjson_jira = _simdjson
