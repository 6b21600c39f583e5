"""How accessibility formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["ACCESSIBILITY_FORMATS"]

ACCESSIBILITY_FORMATS: tuple[Format, ...] = ()
