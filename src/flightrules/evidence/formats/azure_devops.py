"""Azure DevOps work items: a batch with fields, the list of ``az boards query``, or the bare answer of a WIQL
query (ids without states).
"""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, maybe_partial, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (200,)
_QUERY_SIZES = (1000, 20_000)
# The answer holds names, not categories: only the names of the shipped processes are known for sure.
# "Resolved" waits for verification and has a category of its own, so it is not done.
_STATES: dict[str, State] = {
    "new": "open",
    "active": "open",
    "approved": "open",
    "committed": "open",
    "proposed": "open",
    "resolved": "open",
    "to do": "open",
    "doing": "open",
    "in progress": "open",
    "closed": "done",
    "done": "done",
    "completed": "done",
    "removed": "done",
}
_COMMON = "Microsoft.VSTS.Common."


def read(source: Source, _head: Head) -> Reading:
    """Work items of one complete answer; an empty WIQL answer is evidence of none."""
    name = source.name
    document = decode(source)
    if isinstance(document, list):
        listed = items(document, "work items", name)
        return _reading(listed, notices=maybe_partial(len(listed), _QUERY_SIZES))
    answer = Item(document, "answer", name)
    if "workItems" in answer:
        found = items(answer.value["workItems"], "workItems", name)
        as_of = answer.text("asOf")
        facts = {"taken_at": as_of} if as_of else {}
        return tracker_reading("azure-devops-work-items", map(_bare, found), tool="Azure DevOps", facts=facts)
    found = items(answer.value.get("value"), "value", name)
    count = answer.get("count", int)
    if count is not None and count > len(found):
        raise partial(name, f"the answer announces {count} work items and holds {len(found)}", len(found))
    return _reading(found, notices=maybe_partial(len(found), _PAGE_SIZES))


def _reading(found: list[Item], *, notices: tuple[Notice, ...] = ()) -> Reading:
    return tracker_reading(
        "azure-devops-work-items", map(_defect, found), tool="Azure DevOps", notices=notices
    )


def _bare(item: Item) -> Defect:
    return Defect(id=item.identity("id"), url=item.text("url"))


def _defect(item: Item) -> Defect:
    fields = Item(item.value.get("fields"), f"{item.what}.fields", item.name)
    tags = fields.text("System.Tags").split(";")
    return Defect(
        id=item.identity("id"),
        title=fields.text("System.Title"),
        severity=fields.text(_COMMON + "Severity", _COMMON + "Priority"),
        state=_STATES.get(fields.text("System.State").casefold(), "unknown"),
        type=fields.text("System.WorkItemType"),
        url=item.text("url"),
        labels=tuple(sorted({tag.strip() for tag in tags} - {""})),
        fields=_fields(fields),
        created=fields.text("System.CreatedDate"),
        updated=fields.text("System.ChangedDate"),
    )


def _fields(fields: Item) -> tuple[tuple[str, str], ...]:
    found = (
        ("owner", fields.name_of("System.AssignedTo", "displayName", "uniqueName")),
        ("component", fields.text("System.AreaPath")),
        ("fix_version", fields.text("System.IterationPath")),
        (
            "resolution_target",
            fields.text("Microsoft.VSTS.Scheduling.DueDate", "Microsoft.VSTS.Scheduling.TargetDate"),
        ),
    )
    return tuple((key, value) for key, value in found if value)
