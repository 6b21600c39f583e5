"""How coverage formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head

__all__ = ["COVERAGE_FORMATS"]


def _clover(head: Head) -> bool:
    return head.root == "coverage" and (
        "clover" in head.attributes or {"project", "metrics"} <= head.elements
    )


def _cobertura(head: Head) -> bool:
    """Any other ``coverage`` root without a namespace; so an empty one is called an empty report."""
    return head.kind == "xml" and head.root == "coverage" and not head.namespace


def _jacoco(head: Head) -> bool:
    known = {"sessioninfo", "package", "group", "sourcefile", "counter"}
    return head.root == "report" and not head.namespace and not known.isdisjoint(head.elements)


def _lcov(head: Head) -> bool:
    records = [line for line in head.lines[:200] if line.strip() and not line.startswith("#")]
    return head.kind == "text" and any(line.startswith("SF:") for line in records[:20])


COVERAGE_FORMATS: tuple[Format, ...] = (
    Format("cobertura", "Cobertura XML", "coverage", "cobertura", _cobertura),
    Format("jacoco", "JaCoCo XML", "coverage", "jacoco", _jacoco),
    Format("lcov", "lcov tracefile", "coverage", "lcov", _lcov),
)
