"""How trackers formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["TRACKER_FORMATS"]

TRACKER_FORMATS: tuple[Format, ...] = ()
