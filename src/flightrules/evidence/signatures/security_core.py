"""How the formats of common security scanners are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["SECURITY_CORE"]

SECURITY_CORE: tuple[Format, ...] = ()
