"""What load tools print for people: refused by name, with the option that writes the same for a program."""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.records.load_consoles import console
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, head: Head) -> Reading:
    """Always raises E_UNRECOGNISED with the option that writes a report."""
    what, instead = console(head.text) or ("a load tool's text", "have the tool write JSON or CSV")
    raise EvidenceError(
        "E_UNRECOGNISED",
        f"this is {what}, made for people to read",
        file=source.name,
        line=1,
        column=1,
        hint=instead,
    )
