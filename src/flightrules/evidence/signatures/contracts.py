"""How contracts formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["CONTRACT_FORMATS"]

CONTRACT_FORMATS: tuple[Format, ...] = ()
