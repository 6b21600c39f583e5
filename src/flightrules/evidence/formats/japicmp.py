"""japicmp XML: changes between two versions of a Java library.

The root names both versions, so a report without changes shows that the comparison ran.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.api_changes import API_CHANGE_DEFINITIONS, ApiChange, ApiChanges
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, head: Head) -> Reading:
    """Compatibility changes; one that keeps neither binary nor source compatibility breaks.

    Raises:
        EvidenceError: E_NO_BASELINE where the report names no old version, and what broken XML gives.
    """
    if not any(head.attributes.get(key) for key in ("oldJar", "oldVersion", "oldArchives")):
        hint = "name the old version to japicmp"
        raise EvidenceError(
            "E_NO_BASELINE", "the report names no old version", file=source.name, line=1, hint=hint
        )
    notices: list[Notice] = []
    changes = [
        change
        for node in stream(source, frozenset({"class"}), notices=notices)
        for part in node.walk()
        if (change := _change(node, part)) is not None
    ]
    return Reading(
        "japicmp",
        ApiChanges(changes),
        notices=tuple(notices),
        facts={"tool": "japicmp"},
        definitions=dict(API_CHANGE_DEFINITIONS),
    )


def _change(of_class: Node, node: Node) -> ApiChange | None:
    if node.tag != "compatibilityChange":
        return None
    breaks = "false" in (node.get("binaryCompatible"), node.get("sourceCompatible"))
    kind = node.get("type") or node.text
    where = of_class.get("fullyQualifiedName")
    return ApiChange(kind, where, f"line {node.line}", "breaking" if breaks else "harmless")
