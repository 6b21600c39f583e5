"""The message of a decided no-go: status, what blocks, the risk, the way to GO, the alternatives.

It is read in under two minutes. What nobody has stated is named as not stated; nothing is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flightrules.reports.decision_record import agreement, header, sentence, title
from flightrules.reports.document import Banner, Bullets, Document, Section, Text
from flightrules.reports.signatures import Openings, outcome_mark, reason_of, signature_table
from flightrules.reports.wording import count

__all__ = ["document"]

_LINES = 6
_SILENT = "effect on users and revenue not stated"
_UNSTATED = "Effect on users and revenue is not stated."


def document(record: Mapping[str, Any], openings: Openings) -> Document:
    """The message; for a decision that lets the release go it says that there is none to send."""
    going = record["outcome"] in ("GO", "CONDITIONAL GO", "GO BY OVERRIDE")
    return Document(
        title=title(record),
        kind="No-go message",
        header=header(record),
        agreement=agreement(record),
        banner=Banner(
            record["outcome"],
            outcome_mark(record["outcome"]),
            "There is no no-go to send." if going else sentence(record, openings),
            label="Decision",
        ),
        sections=() if going else _sections(record, openings),
        foot=f"Decision {record['decision']}",
    )


def _sections(record: Mapping[str, Any], openings: Openings) -> tuple[Section, ...]:
    reasons = [one["text"] for one in record["reasons"]]
    said = reason_of(record["decided"], openings)
    blocking = [text for gate in record["gates"] for text in gate["blockers"]] or reasons
    bad = [one for one in record["defects"] if one["decision"] == "blocks"]
    return (
        Section(
            1,
            "Status",
            (Text(_status(record, len(blocking) or len(reasons))), Text(said or "No reason was written.")),
        ),
        Section(2, "What blocks", (_some(blocking, "Nothing is recorded beside the reason above."),)),
        Section(3, "Risk if shipped", (_some(_risks(record, bad), _UNSTATED),)),
        Section(4, "What it takes to get to GO", tuple(_way(record, blocking))),
        Section(5, "Alternatives", tuple(_ways_out(holds_defects=bool(bad)))),
        Section(6, "Signature", (signature_table("Decision", [record["decided"]], openings),)),
    )


def _status(record: Mapping[str, Any], blocking: int) -> str:
    where = record["target"]["environment"] or "production"
    held = f": {count(blocking, 'item stands', 'items stand')} against it" if blocking else ""
    return f"{title(record)} does not go to {where} now{held}."


def _risks(record: Mapping[str, Any], bad: list[Mapping[str, Any]]) -> list[str]:
    """What shipping would do, in the words of the records; what nobody stated is said to be not stated."""
    stakes = record.get("at_stake")
    if stakes is None:
        return [f"{one['number']} ({one['severity']}) {one['title']} would reach users" for one in bad]
    said = [(one["what"], one["affected_users"], one["business_impact"]) for one in stakes]
    return [f"{what}: {'; '.join(filter(None, effect)) or _SILENT}" for what, *effect in said]


def _way(record: Mapping[str, Any], blocking: list[str]) -> Iterator[Bullets | Text]:
    yield _some(record["remediation"], "A new poll.")
    if blocking:
        yield Text("Effort and dates are not in the record; ask the owners of what blocks.")


def _ways_out(*, holds_defects: bool) -> Iterator[Bullets | Text]:
    what = "the part that holds the defects" if holds_defects else "what does not meet the criteria"
    ways = (
        "Delay: take a new window, mend what blocks, judge the gate again and open a new poll.",
        f"Release without {what}: flag off, or descoped.",
        "Release to a small share of users first; this too takes an override.",
        "Ship and accept the risk: an override names every item above and takes two signatures.",
    )
    yield Bullets(ways, numbered=True)
    instead = f"if the business cannot absorb that, release without {what} (2)"
    yield Text(f"Recommendation: delay (1); {instead}.", strong=True)


def _some(lines: list[str], none: str) -> Bullets | Text:
    if not lines:
        return Text(none)
    more = (f"and {len(lines) - _LINES} more, in the decision record",) if len(lines) > _LINES else ()
    return Bullets((*lines[:_LINES], *more))
