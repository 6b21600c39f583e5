"""Types of what is sent to the REST door: every text has a cap and holds nothing unfit to store or show.

NUL breaks PostgreSQL's text, a lone surrogate breaks UTF-8, and other control characters forge lines in logs,
mails and reports. All are refused (422), never repaired: what was agreed must be what was sent.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from flightrules.service.door.refusals import InvalidError

__all__ = ["Address", "Asked", "Key", "Line", "LocalMoment", "Moment", "Name", "Prose", "Shown", "WebLink"]

_YEARS = range(1970, 9000)  # before and after, sums with time spans and zones leave the calendar
_LAYOUT = frozenset("\n\t")
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Asked(Schema):
    """Base of request bodies: a member that nobody declared is refused, so that none is set by accident."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """Base of what is answered: rows that our own code has put together, checked once as they are made.

    Not the framework's ``Schema``, which asks for each member through a getter of its own and does so again
    for every row of a list: a list of twenty notices took 3.8 ms of processor time with it, 2.5 without.
    """


def _one_line(text: str) -> str:
    for character in text:
        _refuse_unfit(character)
        if unicodedata.category(character) in ("Cc", "Zl", "Zp"):
            raise ValueError("one line, without control characters")
    return text


def _lines(text: str) -> str:
    for character in text:
        _refuse_unfit(character)
        if unicodedata.category(character) == "Cc" and character not in _LAYOUT:
            raise ValueError("no control characters but line feed and tab")
    return text


def _refuse_unfit(character: str) -> None:
    if unicodedata.category(character) == "Cs":
        raise ValueError("no lone surrogates")
    if character in _OVERRIDES:
        raise ValueError("no characters that turn the reading direction round")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("not blank")
    return text


def _link(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise ValueError("a link begins with https:// or http://")
    if any(character.isspace() for character in text):
        raise ValueError("a link holds no blanks")
    return text


def _on_the_calendar(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise ValueError(f"a year from {_YEARS.start} to {_YEARS.stop - 1}")
    return moment


def _zoned(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise InvalidError("E_TIME", "a moment has no zone", hint="write 2026-11-21T09:00:00Z")
    return moment


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$", max_length=60)]
"""A slug that people choose once: lower-case letters, digits and hyphens."""

Name = Annotated[
    str, StringConstraints(max_length=120), AfterValidator(_one_line), AfterValidator(_not_blank)
]
"""What a thing is called."""

Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_one_line)]
"""One line of free text; may be empty."""

Prose = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_lines)]
"""Free text with line breaks: reasons, descriptions, mitigations."""

Address = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"), AfterValidator(_one_line)
]
"""An e-mail address."""

WebLink = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_one_line), AfterValidator(_link)]
"""A link to a ticket or a page; nothing that a browser would run."""

LocalMoment = Annotated[datetime, AfterValidator(_on_the_calendar)]
"""A moment with its offset, or as the clocks of a zone show it that is stated beside it."""

Moment = Annotated[LocalMoment, AfterValidator(_zoned)]
"""A moment with its offset from UTC."""
