"""A criterion: metric, operator, threshold, scope, load, method, environment, build."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from flightrules.values import frozen

__all__ = ["Criterion", "Enforcement", "LoadCondition", "Operator", "Rule"]


class Operator(StrEnum):
    """How the actual value must stand to the threshold; every operator is exact at the boundary."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "="
    NOT_EQUAL = "!="
    MORE = ">"
    LESS = "<"


class Enforcement(StrEnum):
    """What a criterion that is not met does.

    ``blocking`` blocks and cannot be waived; ``waivable`` blocks until a valid waiver stands;
    ``advisory`` never blocks and shows what it would have blocked.
    """

    BLOCKING = "blocking"
    WAIVABLE = "waivable"
    ADVISORY = "advisory"


@frozen
class LoadCondition:
    """The load that the method must really have exercised, such as 200 users, 100 requests a second
    or (``projected``) 150 per cent of the projected load.
    """

    amount: Decimal
    unit: Literal["users", "rps", "projected"]


@frozen
class Criterion:
    """One sentence as values.

    ``metric`` is a name of the catalogue (``rules.metrics``). ``selectors`` narrow it, sorted by name:
    ``severity`` (``critical|high`` for findings, ``P1|P2`` for defects), ``impact``, ``suite``, ``standard``,
    ``checklist``, ``percentile``. ``requires`` names the fields that every counted record must carry
    (``mitigation``). ``condition`` is a filter that belongs to the method (``status != Done``).
    ``moment`` is free text such as ``the time of sign-off``. ``applies_when`` are release
    properties without which it is not applicable; ``tracked`` means that the sentence itself says that it
    does not block; ``note`` keeps a remark in brackets that has no other meaning.
    """

    metric: str
    operator: Operator
    threshold: Decimal
    unit: str
    selectors: tuple[tuple[str, str], ...] = ()
    requires: tuple[str, ...] = ()
    scope: str | None = None
    load: LoadCondition | None = None
    method: str | None = None
    condition: str | None = None
    environment: str | None = None
    build: str | None = None
    moment: str | None = None
    applies_when: tuple[str, ...] = ()
    tracked: bool = False
    note: str | None = None

    def selector(self, name: str) -> str | None:
        """The value of one selector."""
        return dict(self.selectors).get(name)


@frozen
class Rule:
    """A criterion as the rulebook holds it: with its id, its weight and what is asked of its evidence.

    ``lower_bound`` compares the lower end of the 95 % interval (the upper end where lower is better).
    ``minimum_samples`` is the least number of cases, requests or lines that may decide it.
    ``minimum_duration`` is in seconds, for load tests. ``applies_when`` names release properties
    (``touches: [auth, pii]``); without one of them the criterion is NOT APPLICABLE with that reason.
    """

    id: str
    sentence: str
    criterion: Criterion
    enforcement: Enforcement = Enforcement.BLOCKING
    category: str = ""
    owner: str | None = None
    rationale: str | None = None
    lower_bound: bool = False
    minimum_samples: int | None = None
    minimum_duration: Decimal | None = None
    applies_when: tuple[str, ...] = ()
    waivable_by: tuple[str, ...] = ()
    origin: str = ""  # profile or file:line that states it
