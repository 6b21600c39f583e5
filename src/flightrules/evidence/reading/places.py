"""Where something stands in an artefact, found only when a refusal needs it."""

from __future__ import annotations

from flightrules.evidence.source import Source

__all__ = ["line_ends"]


def line_ends(source: Source, offset: int) -> int:
    """How many line ends stand before a byte of the artefact; it is read again in pieces."""
    found = 0
    for chunk in source.chunks():
        if offset <= 0:
            break
        found += chunk.count(b"\n", 0, offset)
        offset -= len(chunk)
    return found
