"""How load formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["LOAD_FORMATS"]

LOAD_FORMATS: tuple[Format, ...] = ()
