"""How accessibility formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head

__all__ = ["ACCESSIBILITY_FORMATS"]


def _axe(head: Head) -> bool:
    one_page = head.has("testEngine") and head.any("violations", "error")
    pages = head.has("[].testEngine", "[].violations")
    raw = head.has("[].id", "[].result") and head.any("[].violations", "[].passes", "[].inapplicable")
    violations = head.has("[].id", "[].helpUrl", "[].nodes") and head.any("[].impact", "[].tags")
    bare = (
        head.has("violations")
        and head.any("passes", "inapplicable", "incomplete")
        and not head.has("results")
    )
    return one_page or pages or raw or violations or bare


def _lighthouse(head: Head) -> bool:
    return head.any("lighthouseVersion", "lighthouseResult", "lighthouseResult.lighthouseVersion")


def _pa11y(head: Head) -> bool:
    issues = head.has("[].code", "[].selector", "[].context")
    pages = head.has("results", "total", "passes", "errors")
    page = head.has("pageUrl", "issues")
    return issues or page or (pages and not head.has("results[]"))


def _wave(head: Head) -> bool:
    return head.has("status.success", "categories.error", "statistics")


ACCESSIBILITY_FORMATS: tuple[Format, ...] = (
    Format("axe", "axe-core JSON", "accessibility", "axe", _axe),
    Format("lighthouse", "Lighthouse JSON", "accessibility", "lighthouse", _lighthouse),
    Format("pa11y", "pa11y and pa11y-ci JSON", "accessibility", "pa11y", _pa11y),
    Format("wave", "WAVE JSON", "accessibility", "wave", _wave),
)
