"""The verdict as GitLab code quality: a JSON array that merge requests show beside the change."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flightrules.reports.origin import place_of
from flightrules.reports.plain import json_safe, one_line
from flightrules.reports.report import Report, Weight, sorted_results, standing, weight_of

__all__ = ["LIMIT", "render"]

LIMIT = 5000
_SEVERITIES = {Weight.BLOCKS: "blocker", Weight.ADVISES: "minor", Weight.WAIVED: "info"}


def render(report: Report) -> str:
    """The array, the most serious first, ending in a line end."""
    verdict = report.verdict
    found = [
        _issue(
            f"known-defect/{line.id}",
            f"{line.id} ({line.severity}) {line.title}: {line.reason}",
            Weight.ADVISES if verdict.advise else Weight.BLOCKS,
            "",
            report,
        )
        for line in verdict.defects
        if line.blocks
    ]
    found += [
        _issue(
            f"passed-before/{one.environment}",
            f"no pass in {one.environment} is shown: {one.reason}",
            Weight.ADVISES if verdict.advise else Weight.BLOCKS,
            "",
            report,
        )
        for one in verdict.upstream
        if not one.passed
    ]
    for result in sorted_results(report):
        weight = weight_of(result, verdict)
        if weight is not Weight.NOTHING:
            found.append(_issue(result.rule.id, standing(result), weight, result.rule.origin, report))
    found.sort(key=lambda one: list(_SEVERITIES.values()).index(one["severity"]))
    return json_safe(json.dumps(found[:LIMIT], ensure_ascii=False, indent=2, sort_keys=True)) + "\n"


def _issue(check: str, said: str, weight: Weight, origin: str, report: Report) -> dict[str, Any]:
    file, line = place_of(origin, report)
    named = f"{report.verdict.product}\n{report.verdict.gate}\n{check}"
    return {
        "check_name": one_line(f"flightrules/{check.partition('/')[0]}"),
        "description": one_line(said),
        "fingerprint": hashlib.sha256(named.encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": _SEVERITIES[weight],
        "location": {"path": file, "lines": {"begin": line}},
    }
