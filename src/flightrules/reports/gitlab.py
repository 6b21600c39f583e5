"""The verdict as GitLab code quality: a JSON array that merge requests show beside the change."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flightrules.inert import json_safe, one_line
from flightrules.reports.origin import place_of
from flightrules.reports.remarks import Remark, remarks
from flightrules.reports.report import Report, Weight

__all__ = ["LIMIT", "render"]

LIMIT = 5000
_SEVERITIES = {Weight.BLOCKS: "blocker", Weight.ADVISES: "minor", Weight.WAIVED: "info"}


def render(report: Report) -> str:
    """The array, the most serious first, ending in a line end."""
    found = [_issue(one, report) for one in remarks(report)[:LIMIT]]
    return json_safe(json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True)) + "\n"


def _issue(remark: Remark, report: Report) -> dict[str, Any]:
    file, line = place_of(remark.origin, report)
    named = f"{report.verdict.product}\n{report.verdict.gate}\n{remark.check}"
    return {
        "check_name": one_line(f"flightrules/{remark.check.partition('/')[0]}"),
        "description": one_line(remark.sentence),
        "fingerprint": hashlib.sha256(named.encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": _SEVERITIES[remark.weight],
        "location": {"path": file, "lines": {"begin": line}},
    }
