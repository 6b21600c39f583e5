"""What is told: one text a kind, as a sentence and a list of facts; a channel decides how that looks.

Nothing but these texts has a meaning to a channel. What people and tools wrote goes into them as plain
values.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Template

__all__ = ["Kind", "Message", "plain", "required", "written"]

_VALUE_LIMIT = 1000
_SUBJECT_LIMIT = 150


class Kind(StrEnum):
    """The stages of a release, and what needs somebody."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    GO = "go"
    NO_GO = "no-go"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    TRIAL = "trial"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Message:
    """A notice as every channel gets it: one line, labelled facts, and a link of our own making."""

    kind: Kind
    subject: str
    facts: tuple[tuple[str, str], ...]
    link: str


@dataclass(frozen=True, slots=True)
class _Text:
    subject: Template
    facts: tuple[tuple[str, str], ...]

    def names(self) -> set[str]:
        return {*self.subject.get_identifiers(), *(name for _, name in self.facts)}


def _text(subject: str, *facts: tuple[str, str]) -> _Text:
    return _Text(Template(subject), facts)


_TEXTS: dict[Kind, _Text] = {
    Kind.BEFORE: _text(
        "$product $version is planned: $window",
        ("Scope", "scope"),
        ("Schedule", "window"),
        ("Known risks", "risks"),
        ("Readiness so far", "readiness"),
        ("Expected of you", "expected"),
    ),
    Kind.DURING: _text(
        "$product $version: $progress",
        ("Step", "step"),
        ("Against the plan", "plan"),
        ("Open issues", "issues"),
    ),
    Kind.AFTER: _text(
        "$product $version: $outcome",
        ("Outcome", "outcome"),
        ("Incidents", "incidents"),
        ("Stability", "stability"),
    ),
    Kind.GO: _text(
        "$product $version: $outcome",
        ("Decided by", "decided_by"),
        ("Conditions", "conditions"),
        ("Window", "window"),
    ),
    Kind.NO_GO: _text(
        "$product $version: $outcome",
        ("Not met", "unmet"),
        ("Said by", "decided_by"),
        ("What would change it", "remedy"),
        ("Who can be asked next", "escalation"),
    ),
    Kind.REMINDER: _text(
        "$product $version: $what is due $due",
        ("Waiting for", "whom"),
        ("Due", "due"),
        ("If nothing happens", "otherwise"),
    ),
    Kind.ESCALATION: _text(
        "$product $version: escalated to $level: $what",
        ("Level", "level"),
        ("What", "what"),
        ("Open since", "since"),
        ("Asked before", "asked"),
        ("Answer needed by", "due"),
    ),
    Kind.ALARM: _text(
        "Somebody may be guessing the proofs of $whom",
        ("What happened", "what"),
        ("At", "when"),
        ("Locked until", "until"),
        ("What to do", "remedy"),
    ),
    Kind.TRIAL: _text("$product: this channel works", ("Asked for by", "asked_by")),
}


def required(kind: Kind) -> frozenset[str]:
    """Names that the context of this kind must have; ``link`` may be added."""
    return frozenset(_TEXTS[kind].names())


def written(kind: Kind, context: Mapping[str, str], *, base_url: str) -> Message:
    """The message of a kind with its values filled in, each made plain first.

    Raises:
        LookupError: the context lacks a name that the text needs; a defect of the caller.
    """
    text = _TEXTS[kind]
    missing = sorted(text.names() - set(context))
    if missing:
        raise LookupError(f"a notice of the kind {kind} also needs {', '.join(missing)}")
    values = {name: plain(value) for name, value in context.items()}
    return Message(
        kind,
        plain(text.subject.substitute(values), limit=_SUBJECT_LIMIT),
        tuple((label, values[name] or "not stated") for label, name in text.facts),
        base_url.rstrip("/") + _path(context.get("link", "")),
    )


def plain(text: str, *, limit: int = _VALUE_LIMIT) -> str:
    """One line without control, direction or invisible characters, cut at ``limit`` with an ellipsis."""
    shown = "".join(" " if one in "\r\n\t\u2028\u2029" else one for one in text if _is_shown(one))
    joined = " ".join(shown.split())
    return joined if len(joined) <= limit else joined[: limit - 1] + "…"


def _is_shown(character: str) -> bool:
    return character in "\r\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def _path(link: str) -> str:
    """A path of our own, never another host."""
    return link if link.startswith("/") and not link.startswith("//") and "\\" not in link else "/"
