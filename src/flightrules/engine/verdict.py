"""What the engine returns: a status per criterion and an outcome for the gate, each with its reasons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from flightrules.rules.criterion import Enforcement, Rule
from flightrules.rules.exceptions import Acceptance, Waiver
from flightrules.values import field, frozen, late_but_for

__all__ = [
    "Condition",
    "CriterionResult",
    "DefectLine",
    "EvidenceUse",
    "Interval",
    "Outcome",
    "Status",
    "Upstream",
    "Verdict",
]


class Status(StrEnum):
    """How one criterion stands. Only PASS and WAIVED let a blocking criterion through."""

    PASS = "PASS"  # noqa: S105 -- a status, not a password
    FAIL = "FAIL"
    WAIVED = "WAIVED"
    NO_DATA = "NO DATA"
    STALE = "STALE"
    NOT_MEASURED_AS_STATED = "NOT MEASURED AS STATED"
    NOT_APPLICABLE = "NOT APPLICABLE"
    ERROR = "ERROR"


class Outcome(StrEnum):
    """How the gate stands. HOLD waits for data; NO-GO waits for nothing."""

    GO = "GO"
    CONDITIONAL_GO = "CONDITIONAL GO"
    NO_GO = "NO-GO"
    HOLD = "HOLD"


@frozen
class Interval:
    """A 95 % Wilson score interval of a rate, in per cent, and the numbers behind it."""

    low: Decimal
    high: Decimal
    successes: int
    total: int


@frozen
class EvidenceUse:
    """One artefact that a result rests on, or that was refused (``refusal`` holds code and sentence)."""

    method: str
    path: str
    digest: str
    size: int
    format: str
    taken_at: datetime | None
    environment: str | None
    build: str | None
    bound: str
    claimed: bool = False
    refusal: str | None = None
    notices: tuple[str, ...] = ()


@late_but_for("rule", "status")
@frozen
class CriterionResult:
    """One criterion's result.

    ``actual`` is exact, ``None`` when nothing was measured. ``reason`` is one sentence with numbers.
    ``fix`` says how to clear it. ``details`` are further lines (worst files, failing tests, refused
    evidence). ``definitions`` are the formula choices behind the number. ``blocks`` is true when this
    result keeps the gate shut; ``would_block`` when it would, were it not advisory.

    The engine may decide the status alone and leave the rest for when it is asked for.
    """

    rule: Rule
    status: Status
    actual: Decimal | None
    unit: str
    reason: str
    fix: str = ""
    details: tuple[str, ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()
    interval: Interval | None = None
    excluded: tuple[str, ...] = ()  # quarantined tests that were left out
    evidence: tuple[EvidenceUse, ...] = ()
    waiver: Waiver | None = None
    blocks: bool = False
    would_block: bool = False
    _later: Callable[[CriterionResult], CriterionResult] | None = field(init=False)

    @property
    def enforcement(self) -> Enforcement:
        """How much it weighs."""
        return self.rule.enforcement


@frozen
class DefectLine:
    """One open defect and what was decided on it."""

    id: str
    title: str
    severity: str
    state: str
    decision: str
    acceptance: Acceptance | None
    blocks: bool
    reason: str
    url: str = ""
    missing: tuple[str, ...] = ()


@frozen
class Condition:
    """What must hold for a CONDITIONAL GO, checkable by a machine: ``kind`` and its parameters."""

    kind: str  # waiver-valid-until, acceptance-valid-until, control-in-place, ...
    text: str
    parameters: tuple[tuple[str, str], ...] = ()


@frozen
class Upstream:
    """How the build stands in an environment that it must have passed in before.

    ``status`` is PASS, FAIL, STALE or NO DATA; ``by_record`` tells that a verdict was brought along, and
    ``claimed`` that nobody's signature on it was verified.
    """

    environment: str
    status: Status
    reason: str
    by_record: bool = False
    claimed: bool = False

    @property
    def passed(self) -> bool:
        """Whether the pass is shown."""
        return self.status is Status.PASS


@late_but_for()
@frozen
class Verdict:
    """The engine's answer for one gate, complete enough to be read, signed and verified alone."""

    gate: str
    outcome: Outcome
    results: tuple[CriterionResult, ...]
    defects: tuple[DefectLine, ...]
    conditions: tuple[Condition, ...]
    blockers: tuple[str, ...]  # sentences, most serious first
    rulebook_digest: str
    evidence: tuple[EvidenceUse, ...]
    as_of: datetime
    advise: bool = False
    waivers: tuple[Waiver, ...] = ()
    quarantined: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()  # evidence found that no criterion uses
    not_looked_for: tuple[str, ...] = ()
    # subject of the verdict
    product: str = ""
    version: str = ""
    artefact_digest: str | None = None
    warnings: tuple[str, ...] = ()  # what a reader must know before relying on it
    environment: str = ""  # where the build is, where that was stated
    upstream: tuple[Upstream, ...] = ()  # where it has to have passed before
    _later: Callable[[Verdict], Verdict] | None = field(init=False)
