"""Lighthouse JSON, also inside a PageSpeed Insights answer.

The failed audits of the accessibility category are the rules; the elements that they list are the violations.
Manual and inapplicable audits decide nothing. A report without this category is no accessibility evidence.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Measurement, Notice, Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.violations import VIOLATION_DEFINITIONS, Violation, Violations, violation
from flightrules.evidence.source import Source

__all__ = ["read"]

_VITALS = (
    ("lighthouse.lcp", "largest-contentful-paint", "ms"),
    ("lighthouse.cls", "cumulative-layout-shift", "1"),
    ("lighthouse.inp", "interaction-to-next-paint", "ms"),
    ("lighthouse.tbt", "total-blocking-time", "ms"),
    ("lighthouse.fcp", "first-contentful-paint", "ms"),
    ("lighthouse.speed_index", "speed-index", "ms"),
)


def read(source: Source, _head: Head) -> Reading:
    """Violations of the accessibility audits; scores of all categories (0 to 1) as ``lighthouse.score``;
    what the audits of the page's speed measured, such as ``lighthouse.lcp``.

    Raises:
        EvidenceError: E_SCAN_FAILED where the page could not be judged, E_API_ERROR for a PageSpeed refusal,
            E_NO_RUNS where no accessibility audit ran, E_REFERENCE, E_RANGE, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    document = mapping(decode(source, free_text=True), "the report", name)
    report = (
        mapping(document.get("lighthouseResult"), "lighthouseResult", name)
        if "lighthouseResult" in document
        else document
    )
    _refuse_failure(report, name)
    audits = mapping(report.get("audits"), "audits", name)
    categories = mapping(report.get("categories"), "categories", name)
    notices: list[Notice] = []
    records = _violations(categories, audits, text(report, "requestedUrl"), notices, name)
    scores = tuple(_scores(categories, notices, name))
    if records is None and not scores:
        raise EvidenceError(
            "E_NO_RUNS", "no category was judged", file=name, hint="run the accessibility category"
        )
    facts = {
        "tool": "lighthouse",
        "tool_version": text(report, "lighthouseVersion"),
        "taken_at": text(report, "fetchTime"),
    }
    return Reading(
        "lighthouse",
        records,
        extra=(*scores, *_vitals(audits, notices, name)),
        notices=tuple(notices),
        facts={key: value for key, value in facts.items() if value},
        definitions=dict(VIOLATION_DEFINITIONS),
    )


def _refuse_failure(report: dict[str, Any], name: str) -> None:
    error = report.get("runtimeError")
    if isinstance(error, dict) and text(error, "code") not in ("", "NO_ERROR"):
        message = f"Lighthouse failed: {text(error, 'code')} {text(error, 'message')}"[:200].strip()
        raise EvidenceError(
            "E_SCAN_FAILED", message, file=name, hint="check that the page loads, and repeat the run"
        )


def _violations(
    categories: dict[str, Any], audits: dict[str, Any], url: str, notices: list[Notice], name: str
) -> Violations | None:
    category = categories.get("accessibility")
    if category is None:
        notices.append(
            Notice("W_NOT_TESTED", "the report has no accessibility category; only scores are read")
        )
        return None
    found: list[Violation] = []
    judged = manual = 0
    for reference in objects(mapping(category, "accessibility", name).get("auditRefs"), "auditRefs", name):
        key = require(reference.get("id"), str, "an auditRef's id", name)
        audit = audits.get(key)
        if audit is None:
            raise EvidenceError("E_REFERENCE", f"the audit {key!r} is not in the report", file=name)
        kind = text(mapping(audit, key, name), "scoreDisplayMode")
        if kind == "error":
            raise EvidenceError(
                "E_SCAN_FAILED", f"the audit {key!r} failed: {text(audit, 'errorMessage')[:150]}", file=name
            )
        manual += kind == "manual"
        if kind in ("binary", "numeric"):
            judged += 1
            found.extend(_of_audit(key, audit, url, name))
    if not judged:
        raise EvidenceError(
            "E_NO_RUNS", "no accessibility audit was judged", file=name, hint="check that the page loaded"
        )
    if manual:
        notices.append(Notice("W_NOT_TESTED", f"{manual} audits need a person"))
    return Violations(found)


def _of_audit(key: str, audit: dict[str, Any], url: str, name: str) -> list[Violation]:
    score = audit.get("score")
    if score is None:
        raise EvidenceError("E_MISSING_FIELD", f"the audit {key!r} has no score", file=name)
    if require(score, (int, Decimal), f"{key}.score", name) >= 1:
        return []
    details = mapping(audit.get("details"), f"{key}.details", name, optional=True)
    debug = mapping(details.get("debugData"), "debugData", name, optional=True)
    tags = (
        [tag for tag in debug.get("tags") or () if isinstance(tag, str)]
        if isinstance(debug.get("tags"), list)
        else []
    )
    impact, title = text(debug, "impact"), text(audit, "title")
    items = objects(details.get("items"), f"{key}.items", name, optional=True)
    targets = [text(item, "node", "selector") or text(item, "node", "path") for item in items] or [""]
    return [violation(key, impact, tags, url, target, title) for target in targets]


def _scores(categories: dict[str, Any], notices: list[Notice], name: str) -> list[Measurement]:
    found = []
    for key, category in categories.items():
        score = mapping(category, key, name).get("score")
        if score is None:
            notices.append(Notice("W_NOT_TESTED", f"the category {key!r} has no score"))
            continue
        value = Decimal(require(score, (int, Decimal), f"{key}.score", name))
        if not 0 <= value <= 1:
            raise EvidenceError(
                "E_RANGE", f"the score of {key!r} is {value}; scores lie between 0 and 1", file=name
            )
        found.append(Measurement("lighthouse.score", value, labels=(("category", key),)))
    return found


def _vitals(audits: dict[str, Any], notices: list[Notice], name: str) -> list[Measurement]:
    """What was measured of the page; an audit without a number measured nothing."""
    found = []
    for metric, key, unit in _VITALS:
        if key not in audits:
            continue
        value = mapping(audits[key], key, name).get("numericValue")
        if value is None:
            notices.append(Notice("W_NOT_TESTED", f"the audit {key!r} measured nothing"))
            continue
        number = Decimal(require(value, (int, Decimal), f"{key}.numericValue", name))
        if number < 0:
            raise EvidenceError("E_RANGE", f"the audit {key!r} measured {number}", file=name)
        found.append(Measurement(metric, number, unit))
    return found
