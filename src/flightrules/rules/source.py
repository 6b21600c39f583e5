"""Where evidence comes from: a method's name, its format, its files and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["EvidenceSource", "Scope"]


@dataclass(frozen=True, slots=True)
class EvidenceSource:
    """One method of measurement.

    ``also`` are further names of the method as sentences may write it. ``paths`` are globs relative to the
    rulebook. ``covers`` are the scopes that the whole artefact measures. ``columns`` maps our field names to
    a CSV's. ``baseline`` are globs of the report that NEW compares with. ``build_required`` refuses evidence
    whose build is unknown. ``compare_with`` is the git base for new-code coverage.
    """

    name: str
    format: str | None
    paths: tuple[str, ...]
    also: tuple[str, ...] = ()
    environment: str | None = None
    max_age: timedelta | None = None
    covers: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    baseline: tuple[str, ...] = ()
    build_required: bool = False
    compare_with: str | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the product, and how to find it in evidence: globs over tests, endpoints, files, labels."""

    name: str
    tests: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
