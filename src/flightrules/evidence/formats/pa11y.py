"""pa11y (a list of issues) and pa11y-ci (issues by page) JSON reports.

An issue's code names the standard that was tested, not the level that is broken; it counts under every one.
Errors are violations; warnings and notices need a person. pa11y writes ``[]`` for a page without issues,
which no other empty list differs from: only a source that declares this format can mean it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.violations import VIOLATION_DEFINITIONS, Violation, Violations, violation
from flightrules.evidence.source import Source

__all__ = ["read"]

_TYPES = ("error", "warning", "notice")


def read(source: Source, _head: Head) -> Reading:
    """Violations, one for each issue of type error.

    Raises:
        EvidenceError: E_NO_RUNS for no page at all, E_SCAN_FAILED for a page that could not be judged,
            E_ENUM, E_COUNT_MISMATCH, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    document = decode(source, free_text=True)
    issues = list(_of_page(document, "", name) if isinstance(document, list) else _of_pages(document, name))
    found = [one for kind, one in issues if kind == "error"]
    others = len(issues) - len(found)
    notices = (Notice("W_NOT_TESTED", f"{others} warnings and notices need a person"),) if others else ()
    facts = {"tool": "pa11y"}
    return Reading(
        "pa11y", Violations(found), notices=notices, facts=facts, definitions=dict(VIOLATION_DEFINITIONS)
    )


def _of_pages(document: Any, name: str) -> Iterator[tuple[str, Violation]]:
    report = mapping(document, "the report", name)
    if "issues" in report and "results" not in report:
        yield from _of_page(report["issues"], text(report, "pageUrl"), name)
        return
    pages = mapping(report.get("results"), "results", name)
    if not pages:
        raise EvidenceError("E_NO_RUNS", "the report holds no page", file=name, hint="check the list of URLs")
    errors = 0
    for url, issues in pages.items():
        for kind, one in _of_page(issues, url, name):
            errors += kind == "error"
            yield kind, one
    declared = report.get("errors")
    if declared is not None and whole(declared, "errors", name) > errors:
        message = f"the report announces {declared} errors and lists {errors}"
        raise EvidenceError("E_COUNT_MISMATCH", message, file=name, hint="write the report again, complete")


def _of_page(value: Any, url: str, name: str) -> Iterator[tuple[str, Violation]]:
    for issue in require(value, list, "issues", name):
        if isinstance(issue, dict) and "code" not in issue and "message" in issue:
            message = f"pa11y could not judge {url or 'the page'}: {text(issue, 'message')[:150]}"
            raise EvidenceError(
                "E_SCAN_FAILED", message, file=name, hint="check that the page loads, and repeat the run"
            )
        found = mapping(issue, "an issue", name)
        kind = require(found.get("type"), str, "an issue's type", name)
        if kind not in _TYPES:
            raise EvidenceError("E_ENUM", f"the type {kind[:40]!r} is none of {', '.join(_TYPES)}", file=name)
        code = require(found.get("code"), str, "an issue's code", name)
        impact = text(found, "runnerExtras", "impact")
        yield kind, violation(code, impact, (), url, text(found, "selector"), text(found, "message"))
