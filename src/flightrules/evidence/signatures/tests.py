"""How tests formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format

__all__ = ["TEST_FORMATS"]

TEST_FORMATS: tuple[Format, ...] = ()
