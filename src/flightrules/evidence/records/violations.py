"""Accessibility violations: one for each element that breaks a rule, with impact and standards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Measurement, labelled
from flightrules.evidence.records.findings import fingerprint

__all__ = ["IMPACTS", "STANDARDS", "VIOLATION_DEFINITIONS", "Violation", "Violations", "violation"]

IMPACTS = ("critical", "serious", "moderate", "minor", "unknown")
_VERSIONS = ("2.0", "2.1", "2.2")
_LEVELS = ("A", "AA", "AAA")
STANDARDS = tuple(f"WCAG {version} {level}" for version in _VERSIONS for level in _LEVELS)
_TAG = re.compile(r"wcag(2|21|22)(a{1,3})")

VIOLATION_DEFINITIONS = {
    "a11y.violations": "elements that break a rule; one element that breaks two rules counts twice",
    "standard": "a violation counts under every WCAG version and level that it keeps the page from meeting: "
    "one of level A also under AA, one of 2.0 also under 2.1; a rule without any tag counts under all",
}


class Violation(NamedTuple):
    """One element that breaks one rule; ``fingerprint`` stays the same over runs."""

    rule: str
    impact: str
    standards: tuple[str, ...]
    fingerprint: str
    where: str
    title: str


class Violations:
    """The violations of one or several pages or reports.

    Joining is a union of multisets, as for findings: what two reports both hold counts once.
    """

    __slots__ = ("live",)

    def __init__(self, live: list[Violation]) -> None:
        self.live = live

    def merge(self, other: Violations) -> Violations:
        """The violations of both; the same report handed in twice changes nothing."""
        return Violations(sorted((Counter(self.live) | Counter(other.live)).elements()))

    def measurements(self) -> Iterator[Measurement]:
        """``a11y.violations`` in total, by impact (zeros included) and by standard."""
        yield Measurement("a11y.violations", Decimal(len(self.live)))
        impacts = Counter(one.impact for one in self.live)
        for impact in IMPACTS:
            yield Measurement("a11y.violations", Decimal(impacts[impact]), labels=labelled(impact=impact))
        standards = Counter(standard for one in self.live for standard in one.standards)
        for standard in STANDARDS:
            yield Measurement(
                "a11y.violations", Decimal(standards[standard]), labels=labelled(standard=standard)
            )

    def select(self, *, impacts: Collection[str] = (), standards: Collection[str] = ()) -> Violations:
        """Only violations of these impacts and of these standards; nothing given means any.

        A violation without a known impact stays, so that it is never taken for a mild one.
        """
        return Violations(
            [
                one
                for one in self.live
                if (not impacts or one.impact in impacts or one.impact == "unknown")
                and (not standards or not set(standards).isdisjoint(one.standards))
            ]
        )

    def new_against(self, baseline: Violations | None) -> Violations:
        """The violations that the baseline does not hold, compared as multisets of fingerprints.

        Raises:
            EvidenceError: E_NO_BASELINE where there is none.
        """
        if baseline is None:
            message = f"{len(self.live)} violations have nothing to be compared with"
            raise EvidenceError("E_NO_BASELINE", message, hint="name a baseline report")
        before = Counter(one.fingerprint for one in baseline.live)
        new = []
        for one in sorted(self.live, key=lambda found: (-IMPACTS.index(found.impact), found)):
            if before[one.fingerprint]:
                before[one.fingerprint] -= 1
            else:
                new.append(one)
        return Violations(sorted(new))

    def titles(self, limit: int) -> list[str]:
        """The gravest violations in words, at most ``limit``."""
        ranked = sorted(self.live, key=lambda one: (IMPACTS.index(one.impact), one))
        return [f"{one.impact} {one.rule} at {one.where}: {one.title}" for one in ranked[:limit]]


def violation(rule: str, impact: str, tags: Collection[str], page: str, target: str, title: str) -> Violation:
    """A violation with a fingerprint of rule, page and element, and the standards that its tags name."""
    standards = _broken(tags) if tags else STANDARDS
    known = impact.lower() if impact.lower() in IMPACTS else "unknown"
    where = f"{page} {target}".strip()[:300]
    return Violation(
        rule[:200], known, standards, fingerprint("a11y", rule, page, target), where, title[:200]
    )


def _broken(tags: Collection[str]) -> tuple[str, ...]:
    """Every standard that includes a criterion which one of the tags names (``wcag21aa``)."""
    found: set[str] = set()
    for tag in tags:
        match = _TAG.fullmatch(tag)
        if match:
            versions = _VERSIONS[("2", "21", "22").index(match[1]) :]
            found |= {
                f"WCAG {version} {level}" for version in versions for level in _LEVELS[len(match[2]) - 1 :]
            }
    return tuple(sorted(found))
