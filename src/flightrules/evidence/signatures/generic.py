"""How our own generic format is recognised: by its first field, which no other tool writes."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head

__all__ = ["GENERIC_FORMATS"]


def _generic(head: Head) -> bool:
    return (
        head.kind == "json"
        and head.has("flightrules")
        and head.values.get("flightrules", "").startswith("evidence/")
    )


GENERIC_FORMATS: tuple[Format, ...] = (
    Format("generic", "Flightrules generic evidence", "generic", "generic", _generic),
)
