"""Jira's XML export of a filter: an RSS feed whose ``issue`` element tells how many were found.

Older servers write no ``statusCategory``; there a resolution other than the id -1 means done.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.text import count
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.defects import Defect, DefectList, State
from flightrules.evidence.records.jira import JIRA_STATES, custom_meaning, jira_reading
from flightrules.evidence.records.tracker_answers import partial
from flightrules.evidence.source import Source

__all__ = ["read"]

_UNRESOLVED = "-1"


def read(source: Source, _head: Head) -> Reading:
    """All items of a complete export."""
    notices: list[Notice] = []
    found, announced, items = DefectList(), None, 0
    for node in stream(source, frozenset({"issue", "item"}), notices=notices):
        if node.tag == "issue":
            announced = node
        else:
            items += 1
            found.add(_defect(node, source.name))
    if announced is None:
        raise partial(source.name, "the export does not say how many issues were found", items)
    total = count(announced.get("total"), "issue.total", source.name, announced.line)
    if total > items or announced.get("start", "0") != "0":
        raise partial(source.name, f"the filter found {total} issues, the export holds {items}", items)
    return jira_reading("jira-xml", found, notices)


def _defect(item: Node, name: str) -> Defect:
    key = item.text_of("key")
    if not key:
        raise EvidenceError("E_MISSING_FIELD", "an item has no key", file=name, line=item.line)
    labels = item.find("labels")
    custom = _custom(item)
    return Defect(
        id=key,
        title=item.text_of("summary"),
        severity=custom.pop("severity", "") or item.text_of("priority"),
        state=_state(item),
        type=item.text_of("type"),
        url=item.text_of("link"),
        labels=tuple(sorted({label.text for label in labels.all("label")})) if labels else (),
        fields=_fields(item, custom),
        created=item.text_of("created"),
        updated=item.text_of("updated"),
    )


def _state(item: Node) -> State:
    category = item.find("statusCategory")
    if category is not None:
        return JIRA_STATES.get(category.get("key"), "unknown")
    resolution = item.find("resolution")
    if resolution is None:
        return "unknown"
    return "open" if resolution.get("id") == _UNRESOLVED else "done"


def _fields(item: Node, custom: dict[str, str]) -> tuple[tuple[str, str], ...]:
    found = [("component", node.text) for node in item.all("component")]
    found += [("fix_version", node.text) for node in item.all("fixVersion")]
    owner = item.find("assignee")
    if owner is not None and owner.get("username") != _UNRESOLVED:
        found.append(("owner", owner.text))
    found.append(("resolution_target", item.text_of("due")))
    found = [pair for pair in found if pair[0] not in custom]
    return tuple(sorted(pair for pair in [*found, *custom.items()] if pair[1]))


def _custom(item: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    fields = item.find("customfields")
    for field in fields.all("customfield") if fields is not None else ():
        meaning = custom_meaning(field.text_of("customfieldname"))
        values = field.find("customfieldvalues")
        if meaning and values is not None:
            found[meaning] = ", ".join(value.text for value in values.children if value.text)
    return {meaning: value for meaning, value in found.items() if value}
