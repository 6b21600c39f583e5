"""How monitoring formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["MONITORING_FORMATS"]

MONITORING_FORMATS: tuple[Format, ...] = ()
