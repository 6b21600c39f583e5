"""How security formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["SECURITY_FORMATS"]

SECURITY_FORMATS: tuple[Format, ...] = ()
