"""Times as reports write them: ISO 8601 in many spellings, RFC 1123, with and without a zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

from flightrules.evidence.measurement import Notice
from flightrules.patterns import late

__all__ = ["earliest", "moment"]

_ISO = late(
    r"\s*(\d{4})[-/]?(\d{2})[-/]?(\d{2})[T ]\s*(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9})\d*)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?\s*\Z",
    re.ASCII,
)
_RFC = late(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (GMT|UTC|[+-]\d{4})\Z",
    re.ASCII,
)
_AMERICAN = late(r"(\d{2})/(\d{2})/(\d{4}) (\d{2}):(\d{2}):(\d{2})\Z", re.ASCII)
_SHORT = late(  # a day alone, minutes alone, or all in one row
    r"(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2}))?(?:[.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?(?:\[[\w/+-]+\])?\Z",
    re.ASCII,
)
_EPOCH = late(r"(\d{10})(?:\.\d+|\d{3})?\Z", re.ASCII)
_C = late(r"(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})\Z", re.ASCII)
_JAVA = late(
    r"([A-Z][a-z]{2})[a-z]* (\d{1,2}), (\d{4}),? (\d{1,2}):(\d{2}):(\d{2})[ \u00a0\u202f](AM|PM)\Z", re.ASCII
)
_GERMAN = late(r"(\d{1,2})\.(\d{1,2})\.(\d{4}),? (\d{2}):(\d{2})(?::(\d{2}))?\Z", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH_YEAR = 1970
_LONGEST = 80
_SAMPLE = 1000


def moment(text: str) -> tuple[datetime | None, bool]:
    """The instant and whether it named a zone; without one it is read as UTC, None if unreadable."""
    text = text.strip()
    if len(text) > _LONGEST:  # what would take the patterns long is no time
        return None, False
    iso = _ISO.match(text)
    try:
        if iso is not None:
            year, month, day, hour, minute, second = (int(part) for part in iso.groups()[:6])
            micro = int((iso.group(7) or "0").ljust(6, "0")[:6])
            return datetime(
                year, month, day, hour, minute, second, micro, tzinfo=_zone(iso.group(8))
            ), iso.group(8) is not None
        return _other(text)
    except ValueError:
        return None, False


def earliest(texts: Iterable[str]) -> tuple[dict[str, str], list[Notice]]:
    """``taken_at`` as a fact, from all times that an artefact states, with what there is to say.

    The earliest is used: evidence is as old as its oldest part. 1970 is a placeholder, not a time.
    """
    found: list[tuple[datetime, bool]] = []
    unreadable = ""
    for text in sorted({text for text in texts if text.strip()})[:_SAMPLE]:
        at, zoned = moment(text)
        if at is None:
            at, zoned = _loose(text.strip()[: _LONGEST + 1])
        if at is None:
            unreadable = unreadable or text
        elif at.year > _EPOCH_YEAR:
            found.append((at, zoned))
    notices = (
        [Notice("W_TIME", f"the time {unreadable[:40]!r} cannot be read and is left out")]
        if unreadable
        else []
    )
    if not found:
        return {}, notices
    at, zoned = min(found)
    if not zoned:
        notices.append(
            Notice("W_NAIVE_TIME", f"the time {at:%Y-%m-%dT%H:%M:%S} has no zone and is read as UTC")
        )
    return {"taken_at": at.isoformat().replace("+00:00", "Z")}, notices


def _loose(text: str) -> tuple[datetime | None, bool]:
    """Times that say less, or say it in the words of one place; a day alone is its beginning."""
    try:
        if epoch := _EPOCH.match(text):
            return datetime.fromtimestamp(int(epoch[1]), UTC), True
        if short := _SHORT.match(text):
            *parts, zone = short.groups(default="")
            return _at(parts, _zone(zone or None)), bool(zone)
        parts = _local(text)
        return _at(parts) if parts else None, False
    except ValueError:
        return None, False


def _local(text: str) -> list[str]:
    """Year, month, day and clock of a time in words; nothing where it is none."""
    if c := _C.match(text):
        month, day, hour, minute, second, year = c.groups()
        return [year, _month(month), day, hour, minute, second]
    if java := _JAVA.match(text):
        month, day, year, hour, minute, second, half = java.groups()
        hours = int(hour) % 12 + (12 if half == "PM" else 0)
        return [year, _month(month), day, str(hours), minute, second]
    if german := _GERMAN.match(text):
        day, month, year, hour, minute, second = german.groups(default="0")
        return [year, month, day, hour, minute, second]
    return []


def _month(name: str) -> str:
    return str(_MONTHS.index(name) + 1)


def _at(parts: Iterable[str], zone: timezone = UTC) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


def _zone(text: str | None) -> timezone:
    if text is None or text in ("Z", "UTC", "GMT"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > len("+01") else 0
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1))


def _other(text: str) -> tuple[datetime | None, bool]:
    rfc = _RFC.match(text)
    if rfc is not None:
        day, month, year, hour, minute, second, zone = rfc.groups()
        number = _MONTHS.index(month) + 1
        return datetime(
            int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=_zone(zone)
        ), True
    american = _AMERICAN.match(text)
    if american is not None:
        month, day, year, hour, minute, second = (int(part) for part in american.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC), False
    return None, False
