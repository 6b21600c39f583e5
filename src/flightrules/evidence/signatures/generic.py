"""How generic formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["GENERIC_FORMATS"]

GENERIC_FORMATS: tuple[Format, ...] = ()
