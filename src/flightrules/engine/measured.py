"""What a formula returns: the exact value, the numbers behind it, and what a reader should see beside it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flightrules.engine.facts import Changes, Found
from flightrules.engine.selection import Joined
from flightrules.engine.verdict import Status
from flightrules.rules.criterion import Criterion
from flightrules.rules.exceptions import Acceptance
from flightrules.rules.rulebook import Rulebook
from flightrules.values import field, frozen

__all__ = ["Measured", "Question", "Unmeasured"]


@frozen
class Question:
    """Everything that a formula may look at."""

    criterion: Criterion
    joined: Joined
    found: Found
    rulebook: Rulebook
    as_of: datetime
    changes: Changes | None = None
    acceptances: tuple[Acceptance, ...] = ()
    version: str = ""
    planned: int | None = None


@frozen
class Measured:
    """A value in the metric's unit. ``part`` of ``whole`` are given for rates, for the interval."""

    value: Decimal
    sentence: str
    part: int | None = None
    whole: int | None = None
    samples: int | None = None
    details: tuple[str, ...] = ()
    definitions: dict[str, str] = field(default_factory=dict)


@frozen
class Unmeasured:
    """No value, and why."""

    status: Status
    reason: str
    fix: str = ""
    details: tuple[str, ...] = ()
