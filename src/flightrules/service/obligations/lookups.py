"""What this room has to know of rooms above it: they say so when they are ready, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flightrules.service.obligations.models import Obligation
from flightrules.service.records.actor import Actor

__all__ = ["act_that_pays", "draft_of", "is_to_write", "learn_drafter", "learn_payer", "learn_writer"]

Drafter = Callable[[str], str]
Payer = Callable[[Obligation], str]
Writer = Callable[[Obligation, Actor, datetime], bool]

_asked: list[Drafter] = []
_pays: list[Payer] = []
_writes: list[Writer] = []


def learn_drafter(drafter: Drafter) -> None:
    """Who drafts what is owed after an event: of its ``kind/key`` the text, or an empty one."""
    _asked[:] = [drafter]


def learn_payer(payer: Payer) -> None:
    """Which debts an act of its own pays: the command of that act, or empty where a text does."""
    _pays[:] = [payer]


def act_that_pays(row: Obligation) -> str:
    """The act that this debt stands for, as a command, as long as it can be done; empty for none."""
    return _pays[0](row) if _pays else ""


def learn_writer(writer: Writer) -> None:
    """Who has to write down a word that was given."""
    _writes[:] = [writer]


def is_to_write(row: Obligation, by: Actor, at: datetime) -> bool:
    """Whether the word that is owed in writing is this person's to write."""
    return not _writes or _writes[0](row, by, at)


def draft_of(about: str) -> str:
    """The text that the product has for what is owed; empty where it has none."""
    return _asked[0](about) if _asked else ""
