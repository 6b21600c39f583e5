"""Bandit's JSON. Files that it could not parse stand in ``errors``; ``metrics`` tell how much was read."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_NUMBERED = re.compile(r"(\d+) (.*)")


def read(source: Source, _head: Head) -> Reading:
    """Count the results.

    Raises:
        EvidenceError: E_SCAN_FAILED where no file could be parsed, E_NO_RUNS where no line was read,
            E_MISSING_FIELD, E_WRONG_TYPE.
    """
    scan = Scan("Bandit", source.name)
    report = mapping(decode(source), "the report", source.name)
    for result in objects(report.get("results"), "results", source.name):
        scan.add(
            text(result, "test_id"),
            severity(text(result, "issue_severity")),
            path=text(result, "filename"),
            line=text(result, "line_number"),
            title=text(result, "issue_text"),
            identity=[_code(result)],
        )
    errors = objects(report.get("errors"), "errors", source.name, optional=True)
    totals = mapping(
        mapping(report.get("metrics"), "metrics", source.name).get("_totals"), "_totals", source.name
    )
    if scan.empty:
        unread = {text(one, "filename") for one in errors}
        if errors and not report["metrics"].keys() - unread - {"_totals"}:
            raise scan.failed(f"Bandit could parse none of {len(errors)} files")
        if not totals.get("loc"):
            raise scan.no_run("Bandit read no line of code")
    scan.not_tested(len(errors), "files could not be parsed")
    _tell_hidden(totals, scan)
    scan.compare(_declared(totals, scan), "metrics._totals", len(scan.live))
    scan.fact(taken_at=text(report, "generated_at"))
    return scan.reading("bandit")


def _code(result: dict[str, Any]) -> str:
    """The lines of the finding; Bandit shows their neighbours too, which change without it."""
    wanted = result.get("line_range")
    numbers = {f"{one}" for one in wanted if isinstance(one, int)} if isinstance(wanted, list) else set()
    code = text(result, "code")
    shown = [(one.group(1), one.group(2)) for one in map(_NUMBERED.match, code.splitlines()) if one]
    own = [line for number, line in shown if number in (numbers or {text(result, "line_number")})]
    return " ".join(" ".join(own or [line for _, line in shown] or [code]).split())


def _tell_hidden(totals: dict[str, Any], scan: Scan) -> None:
    """Bandit counts what ``nosec`` comments hide and does not list it."""
    counts = [totals.get(key) for key in ("nosec", "skipped_tests")]
    hidden = sum(one for one in counts if isinstance(one, int) and not isinstance(one, bool) and one > 0)
    if hidden:
        scan.note(
            "W_SUPPRESSED", f"nosec comments hide {hidden} findings, which Bandit counts and does not list"
        )


def _declared(totals: dict[str, Any], scan: Scan) -> int:
    """What the totals announce; where they hold no numbers nothing is compared."""
    counts = [value for key, value in totals.items() if key.startswith("SEVERITY.")]
    known = [one for one in counts if isinstance(one, (int, Decimal)) and not isinstance(one, bool)]
    return int(sum(known)) if known else len(scan.live)
