"""Checklists of a release: made from the shipped ones or a team's own, each item with owner and evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.readiness.models import ChecklistItem
from flightrules.service.readiness.shipped_checklists import SHIPPED
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = ["change_item", "start_checklist"]


@act
def start_checklist(
    *, release: str, checklist: str, items: Sequence[str], by: Actor, at: datetime
) -> list[ChecklistItem]:
    """Give a release a checklist: a shipped one by its name, or the items of a team's own.

    Items of a list that is there already are added behind it.

    Raises:
        InvalidError: E_CHECKLIST, for a name that is not shipped and comes without items.
        ConflictError: E_CHECKLIST_STARTED, when nothing would be added.
    """
    row = locked(release, by, at)
    require(by, Power.MANAGE_READINESS, product=row.product_id, at=at)
    require_open(row)
    wanted = tuple(items) or SHIPPED.get(checklist, ())
    if not wanted:
        raise InvalidError(
            "E_CHECKLIST",
            f"no checklist {checklist[:60]!r} is shipped",
            hint=f"give its items, or name one of {', '.join(SHIPPED)}",
        )
    here = ChecklistItem.objects.filter(release=row, checklist=checklist)
    known = set(here.values_list("text", flat=True))
    new = [text for text in dict.fromkeys(wanted) if text not in known]
    if not new:
        raise ConflictError("E_CHECKLIST_STARTED", f"the release has the checklist {checklist!r}").about(
            product_stream(row.product_id), f"release/{row.key}"
        )
    last: int = here.aggregate(last=Max("place"))["last"] or 0
    made = ChecklistItem.objects.bulk_create(
        ChecklistItem(release=row, checklist=checklist, place=last + at_place, text=text)
        for at_place, text in enumerate(new, 1)
    )
    append(
        stream=product_stream(row.product_id),
        tag=Tag.CHECKLIST_CHANGED,
        by=by,
        at=at,
        subject=f"release/{row.key}",
        data={"checklist": checklist, "items": [one.text for one in made]},
    )
    return made


@act
def change_item(*, key: str, changes: Mapping[str, Any], by: Actor, at: datetime) -> ChecklistItem:
    """Give an item an owner or evidence, tick it or take the tick away; ``done`` among the changes ticks.

    Raises:
        InvalidError: E_CHECKLIST_OWNER, for a tick on what nobody answers for.
    """
    release = ChecklistItem.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if release is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(release), by, at)
    require(by, Power.MANAGE_READINESS, product=row.product_id, at=at)
    require_open(row)
    item = ChecklistItem.objects.select_for_update().get(pk=key)
    for name in ("owner", "evidence"):
        if name in changes:
            setattr(item, name, changes[name])
    done = changes.get("done")
    if done and not item.owner.strip():
        raise InvalidError(
            "E_CHECKLIST_OWNER", "somebody has to answer for it before it is done", hint="state the owner"
        )
    if done is not None:
        item.done_at, item.done_by = (at, by.key) if done else (None, "")
    item.revision += 1
    item.save()
    texts = "\n".join(f"{name}: {changes[name]}" for name in ("owner", "evidence") if name in changes)
    append(
        stream=product_stream(row.product_id),
        tag=Tag.CHECKLIST_CHANGED,
        by=by,
        at=at,
        subject=f"checklist-item/{item.key}",
        data={
            "checklist": item.checklist,
            "place": item.place,
            "done": item.done_at is not None,
            **({"texts": commit_to(texts, about=by.key)} if texts else {}),
        },
    )
    return item
