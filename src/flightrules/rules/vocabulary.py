"""Shapes that many parts of the rulebook share, made once."""

from __future__ import annotations

from flightrules.rules.record import ListOf
from flightrules.rules.shape import Duration, Flag, Name, Paragraph, Timestamp, Whole

__all__ = [
    "COUNT",
    "DURATION",
    "FLAG",
    "ID",
    "IDS",
    "LINE",
    "LINES",
    "MOMENT",
    "ROLE",
    "ROLES",
    "TEXT",
    "WORDS",
]

TEXT = Paragraph()
LINE = Paragraph("one line of text", limit=300)
LINES = ListOf(LINE, most=1000)
ID = Name("a name")
IDS = ListOf(ID, most=1000)
WORDS = ListOf(Name("a name", spaced=True), most=1000)
ROLE = Name("a role")
ROLES = ListOf(ROLE, most=100)
FLAG = Flag()
COUNT = Whole()
DURATION = Duration()
MOMENT = Timestamp()
