"""How the formats of further security scanners are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["SECURITY_TAIL_FORMATS"]

SECURITY_TAIL_FORMATS: tuple[Format, ...] = ()
