"""The checks that testssl.sh lists, in both of its spellings, turned into findings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flightrules.errors import EvidenceError
from flightrules.evidence.records.scan import Scan

__all__ = ["add_checks"]

_LEVELS = {
    "CRITICAL": "critical",
    "HIGH": "high",
    "MEDIUM": "medium",
    "LOW": "low",
    "INFO": "info",
    "WARN": "unknown",
}
_PASSED = ("OK", "DEBUG")
_RATING = re.compile(
    r"(?:rating_(?:spec|doc)|overall_grade|grade_cap_reason_\d+|final_score|.*_score(?:_weighted)?)\Z"
)


def add_checks(scan: Scan, checks: Sequence[dict[str, str]]) -> None:
    """Add what did not pass: one finding for each CVE of a check, one for a check without.

    A check is a dict with ``id``, ``severity``, ``finding``, ``cve`` and ``place``.

    Raises:
        EvidenceError: E_SCAN_FAILED, E_PARTIAL, E_NO_RUNS, E_ENUM.
    """
    if not checks:
        raise scan.no_run("the report holds no check")
    for one in checks:
        level = one["severity"].strip().upper()
        if level == "FATAL":
            raise scan.failed(f"testssl.sh reports: {one['finding'][:120]}")
        if one["id"] == "scanTime" and "interrupt" in one["finding"].lower():
            raise scan.partial("the scan was interrupted")
        if level in _PASSED or _RATING.match(one["id"]) or one["id"] == "scanTime":
            continue
        if level not in _LEVELS:
            raise EvidenceError(
                "E_ENUM", f"{one['id'][:40]}: unknown severity {level[:40]!r}", file=scan.name
            )
        for cve in one.get("cve", "").split() or [""]:
            scan.add(one["id"], _LEVELS[level], path=one["place"], title=one["finding"], identity=[cve])
    scan.define(
        finding="one for each CVE of a check that did not pass, one for a check without; "
        "the lines that compute the overall grade are left out",
        severity="the tool's word; WARN, a check that could not be made, is unknown",
    )
