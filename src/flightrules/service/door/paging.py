"""Lists by pages: ``?limit=&after=``, where ``after`` is the key of the last row of the page before.

A page by key neither skips nor repeats a row when others are added meanwhile, and costs the same at any
depth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Field, Schema

from flightrules.service.door.schemas import Shown

__all__ = ["Page", "PageAsked", "page_of"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)


class PageAsked(Schema):
    """Which page is asked for."""

    limit: int = Field(50, ge=1, le=500, description="rows on one page")
    after: str | None = Field(None, max_length=64, description="`next` of the page before")


class Page(Shown, Generic[T]):
    """Rows, and the key to ask the next page with; no key, no further page."""

    items: list[T]
    next: str | None


def page_of(
    rows: QuerySet[M], asked: PageAsked, shown: Callable[[M], Any], *, key: str = "pk", cast: type = str
) -> dict[str, Any]:
    """The page of ``rows`` in the order of ``key``.

    Raises:
        InvalidError: E_PAGE, when ``after`` is no key of this list.
    """
    ordered = rows.order_by(key)
    if asked.after is not None:
        ordered = ordered.filter(**{f"{key}__gt": _key(asked.after, cast)})
    found = list(ordered[: asked.limit + 1])
    more = len(found) > asked.limit
    found = found[: asked.limit]
    return {"items": [shown(row) for row in found], "next": str(getattr(found[-1], key)) if more else None}


def _key(text: str, cast: type) -> Any:
    from flightrules.service.door.refusals import InvalidError

    try:
        return cast(text)
    except ValueError:
        raise InvalidError(
            "E_PAGE", "`after` is no key of this list", hint="take `next` of the page before"
        ) from None
