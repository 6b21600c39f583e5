"""Signature blocks: the signer's printed name, the time with its zone, and the meaning of the signature.

All three belong to every human-readable form of a signed record (21 CFR 11.50); no option leaves a column
out. A name that was erased by law is said to be erased; the signature stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flightrules.reports.document import Cell, Column, Table, Text
from flightrules.reports.wording import count, moment
from flightrules.rules.role_words import role_words

__all__ = ["Openings", "name_of", "outcome_mark", "reason_of", "signature_table", "signed_at"]

Openings = Mapping[str, str]
"""What a commitment stands for, by the commitment; one that is missing was erased."""

_ERASED = "name erased"
_MARKS = {
    "GO": "pass",
    "CONDITIONAL GO": "waived",
    "GO BY OVERRIDE": "waived",
    "NO-GO": "fail",
    "DEFERRED": "stale",
    "CANCELLED": "none",
}


def outcome_mark(outcome: str) -> str:
    """The shape beside an outcome; an unknown one gets none."""
    return _MARKS.get(outcome, "none")


def name_of(signature: Mapping[str, Any], openings: Openings) -> str:
    """The printed name as it stood when it was signed."""
    return openings.get(signature["name"]["commitment"], _ERASED)


def reason_of(signature: Mapping[str, Any], openings: Openings) -> str:
    """What the signer wrote; empty where nothing was."""
    stated = signature["reason"]
    return "" if stated is None else openings.get(stated["commitment"], "reason erased")


def signed_at(signature: Mapping[str, Any]) -> str:
    """When it was signed, with the zone."""
    return moment(datetime.fromisoformat(signature["at"]))


def signature_table(title: str, signatures: Sequence[Mapping[str, Any]], openings: Openings) -> Table | Text:
    """One row a signature, in the order given; what does not count says why."""
    if not signatures:
        return Text("Nobody has signed.")
    columns = ("Role", "Printed name", "Signed at", "Meaning", "Remarks")
    rows = tuple(
        (
            Cell(role_words(one["role"])),
            Cell(name_of(one, openings)),
            Cell(signed_at(one)),
            Cell(one["meaning"]),
            Cell(reason_of(one, openings), note="; ".join(_remarks(one))),
        )
        for one in signatures
    )
    return Table(title, tuple(map(Column, columns)), rows)


def _remarks(one: Mapping[str, Any]) -> list[str]:
    """What the office says of a signature, apart from what its signer wrote."""
    said = []
    if one["person"] != one["holder"]:
        said.append(f"for the holder of the role, by {one['through']}")
    if one["conditions"]:
        said.append(f"on {count(len(one['conditions']), 'condition')}: {', '.join(one['conditions'])}")
    if one["carried"]:
        said.append(f"carried over by the rule {one['carried']}")
    if not one["counts"]:
        said.append(f"does not count: {one['why_not'].replace('_', ' ')}")
    said.append(f"{count(one['components'], 'component')} of identification")
    return said
