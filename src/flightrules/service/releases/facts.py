"""What people state about a release, checked once: a window with its zone, free text kept from the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flightrules.service.door.refusals import InvalidError

__all__ = ["EDITABLE", "FREE_TEXT", "SHOWN_AS_DIGEST", "checked"]

EDITABLE = (
    "release_class",
    "track",
    "target",
    "build",
    "justification",
    "security_impact",
    "rollback_method",
    "rollback_owner",
    "rollback_minutes",
    "scope_in",
    "scope_out",
    "touches",
    "tickets",
    "opens_at",
    "closes_at",
    "zone",
)
"""What can be changed while a release is open; its product and version cannot."""

FREE_TEXT = frozenset(
    {
        "justification",
        "rollback_method",
        "rollback_owner",
        "scope_in",
        "scope_out",
        "security_impact",
        "tickets",
    }
)
"""What may name people, so the ledger holds a commitment to it instead."""

SHOWN_AS_DIGEST = FREE_TEXT | {"rollback_minutes"}
"""What those who sign are shown as one digest."""


_OF_THE_MACHINE = frozenset({"localtime", "Factory"})
"""Listed among the zones, and different on every machine."""


def checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, or why they make no sense together.

    Raises:
        InvalidError: E_ZONE, E_WINDOW.
    """
    found = dict(facts)
    zone: str = found.get("zone") or ""
    opens, closes = found.get("opens_at"), found.get("closes_at")
    if zone and (zone not in available_timezones() or zone in _OF_THE_MACHINE):
        raise InvalidError(
            "E_ZONE", f"{zone[:40]!r} is no time zone", hint="write an IANA name such as Europe/Berlin"
        )
    if (opens or closes) and not zone:
        raise InvalidError("E_ZONE", "a window needs the zone that people mean", hint="add zone")
    for name in ("opens_at", "closes_at"):
        if found.get(name):
            found[name] = _in_zone(found[name], zone)
    opens, closes = found.get("opens_at"), found.get("closes_at")
    if closes and (opens is None or closes <= opens):
        raise InvalidError("E_WINDOW", "the window closes before it opens")
    return found


def _in_zone(moment: datetime, zone: str) -> datetime:
    """A moment without offset is one on the clocks of the zone, if those clocks show it exactly once."""
    if moment.tzinfo is not None:
        return moment
    early = moment.replace(tzinfo=ZoneInfo(zone))
    if early.utcoffset() != early.replace(fold=1).utcoffset():
        raise InvalidError(
            "E_WINDOW",
            f"clocks in {zone} show {moment.isoformat()} twice or not at all",
            hint="write the offset from UTC",
        )
    return early
