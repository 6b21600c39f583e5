"""How the formats of common security scanners are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head

__all__ = ["SECURITY_CORE"]


def _is_sarif(head: Head) -> bool:
    if head.kind != "json" or "runs" not in head.paths:
        return False
    schema, version = head.values.get("$schema", ""), head.values.get("version", "")
    return (
        "sarif" in schema.lower() or head.any("runs[].tool", "runs[].results") or version[:2] in ("1.", "2.")
    )


SECURITY_CORE: tuple[Format, ...] = (Format("sarif", "SARIF 2.1.0", "security", "sarif", _is_sarif),)
