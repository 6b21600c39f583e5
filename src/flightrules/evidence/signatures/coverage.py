"""How coverage formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["COVERAGE_FORMATS"]

COVERAGE_FORMATS: tuple[Format, ...] = ()
