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

_COMPATIBLE = ("binaryCompatible", "sourceCompatible")


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
        change for node in stream(source, frozenset({"class"}), notices=notices) for change in _of_class(node)
    ]
    return Reading(
        "japicmp",
        ApiChanges(changes),
        notices=tuple(notices),
        facts={"tool": "japicmp"},
        definitions=dict(API_CHANGE_DEFINITIONS),
    )


def _of_class(node: Node) -> list[ApiChange]:
    """The changes of a class, and the class itself where it is said to break and no change of it does."""
    changes = [_change(node, one) for one in node.walk() if one.tag == "compatibilityChange"]
    if _breaks(node, node) and not any(one.level == "breaking" for one in changes):
        changes.append(ApiChange("CLASS", node.get("fullyQualifiedName"), f"line {node.line}", "breaking"))
    return changes


def _change(of_class: Node, node: Node) -> ApiChange:
    kind = node.get("type") or node.text
    level = "breaking" if _breaks(node, of_class) else "harmless"
    return ApiChange(kind, of_class.get("fullyQualifiedName"), f"line {node.line}", level)


def _breaks(node: Node, of_class: Node) -> bool:
    """Whether either kind of compatibility is gone; old versions state it of the class alone."""
    return any((node.get(key) or of_class.get(key)) not in ("true", "") for key in _COMPATIBLE)
