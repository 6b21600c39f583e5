"""What a team's own history says about how it decides: detectors, each with the rows behind what it says.

A detector answers one of three: ``found``, ``clean``, or ``too little to tell``. No history is never a clean
one. People are named by their keys; a caller that may show names puts them in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from flightrules.engine.operators import shown
from flightrules.values import field, frozen

__all__ = [
    "Acceptance",
    "Decision",
    "Detection",
    "GateRun",
    "History",
    "Hotfix",
    "Limits",
    "Row",
    "SignOff",
    "State",
    "Trigger",
    "Waiver",
    "detect",
]


class State(StrEnum):
    """What a detector can answer."""

    FOUND = "found"
    CLEAN = "clean"
    TOO_LITTLE = "too little to tell"


@frozen
class Decision:
    """One release that was let go. ``record`` is ``written``, ``late``, ``pending`` or ``missing``."""

    key: str
    version: str
    at: datetime
    record: str
    is_emergency: bool = False
    skipped: tuple[str, ...] = ()
    has_checklist: bool = True


@frozen
class SignOff:
    """One signature. ``opened_at`` is when its person was handed what was signed; None where never."""

    key: str
    person: str
    role: str
    choice: str
    at: datetime
    opened_at: datetime | None


@frozen
class Hotfix:
    """One emergency: paths outside its lock; ``is_proven`` is false where no change was shown."""

    key: str
    version: str
    outside: tuple[str, ...]
    is_proven: bool = True


@frozen
class Acceptance:
    """A defect shipped on purpose with one release, and by when it was to be mended."""

    defect: str
    version: str
    at: datetime
    resolution_target: date


@frozen
class Waiver:
    """A criterion set aside for one release."""

    criterion: str
    version: str
    at: datetime


@frozen
class GateRun:
    """One gate judged for one release; an alert gate never blocks and is left out by the caller."""

    gate: str
    version: str
    outcome: str
    at: datetime


@frozen
class Trigger:
    """One rollback trigger of the rulebook in force.

    ``threshold`` is all that decides whether it fires, how long and how soon among it; empty where no machine
    could tell.
    """

    name: str
    signal: str
    tier: str
    threshold: str
    action: str = "rollback"


@frozen
class Limits:
    """Where the detectors speak up. The first two are the sources' numbers, the rest our choice."""

    decisions_reviewed: int = 3
    emergency_share: Decimal = Decimal(10)
    emergency_minimum: int = 10  # releases, before a share means anything
    reading_time: timedelta = timedelta(seconds=30)
    signatures_minimum: int = 10  # of one person, before never saying no means anything
    runs_minimum: int = 20  # of one gate, before never failing means anything
    renewals: int = 3  # releases in a row with one criterion waived


@frozen
class History:
    """All that is looked at, in any order."""

    decisions: tuple[Decision, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    hotfixes: tuple[Hotfix, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    runs: tuple[GateRun, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    limits: Limits = field(default_factory=Limits)


@frozen
class Row:
    """One thing behind a finding: what it is (``kind/key`` or a name), and what about it."""

    subject: str
    what: str


@frozen
class Detection:
    """One detector's answer: a sentence with its numbers, the rows behind it, and what to do."""

    id: str
    title: str
    state: State
    sentence: str
    rows: tuple[Row, ...] = ()
    advice: str = ""


def detect(history: History) -> tuple[Detection, ...]:
    """Every detector's answer, in the order of their ids."""
    return tuple(
        _answered(number, title, advice, look(history)) for number, title, advice, look in _DETECTORS
    )


_Answer = tuple[State, str, tuple[Row, ...]]


def _answered(number: str, title: str, advice: str, answer: _Answer) -> Detection:
    state, sentence, rows = answer
    return Detection(number, title, state, sentence, rows, advice if state is State.FOUND else "")


def _said(rows: Iterable[Row], one: str, many: str, clean: str) -> _Answer:
    kept = tuple(rows)
    said = one if len(kept) == 1 else f"{len(kept)} {many}"
    return (State.FOUND, said, kept) if kept else (State.CLEAN, clean, ())


def _unwritten(history: History) -> _Answer:
    last = sorted(history.decisions, key=lambda one: one.at)[-history.limits.decisions_reviewed :]
    if not last:
        return State.TOO_LITTLE, "nothing was decided yet", ()
    rows = [Row(f"decision/{one.key}", f"{one.version}: the record is {one.record}") for one in last]
    bad = [row for row, one in zip(rows, last, strict=True) if one.record not in ("written", "pending")]
    alone = len(last) == 1
    return _said(
        bad,
        "the last decision lacks a record in time"
        if alone
        else f"1 of the last {len(last)} decisions lacks a record in time",
        f"of the last {len(last)} decisions lack a record in time",
        "the last decision has its record" if alone else f"the last {len(last)} decisions have their records",
    )


def _rollback(history: History) -> _Answer:
    acting = [one for one in history.triggers if (one.tier, one.action) == ("act", "rollback")]
    told = [one for one in acting if one.threshold]
    if not told:
        rows = tuple(Row(f"trigger/{one.name}", "no threshold that a machine could read") for one in acting)
        return State.FOUND, "no trigger says at what value the release is rolled back", rows
    by_signal: dict[str, set[str]] = defaultdict(set)
    for one in told:
        by_signal[one.signal].add(one.threshold)
    rows = tuple(
        Row(f"trigger/{one.name}", f"{one.signal}: {one.threshold}")
        for one in told
        if len(by_signal[one.signal]) > 1
    )
    return _said(rows, "", "triggers answer differently for one signal", "each signal has one answer")


def _emergencies(history: History) -> _Answer:
    total, limits = len(history.decisions), history.limits
    emergencies = [one for one in history.decisions if one.is_emergency]
    if total < limits.emergency_minimum:
        return State.TOO_LITTLE, f"{len(emergencies)} of {total} releases were emergencies", ()
    share = Decimal(100 * len(emergencies)) / total
    said = (
        f"{len(emergencies)} of {total} releases were emergencies ({shown(share, limits.emergency_share)} %)"
    )
    if share <= limits.emergency_share:
        return State.CLEAN, said, ()
    return State.FOUND, said, tuple(Row(f"decision/{one.key}", one.version) for one in emergencies)


def _outside_lock(history: History) -> _Answer:
    if not history.hotfixes:
        return State.TOO_LITTLE, "there was no emergency", ()
    rows = [
        Row(f"release/{one.key}", f"{one.version}: {path}")
        for one in history.hotfixes
        for path in one.outside
    ]
    rows += [
        Row(f"release/{one.key}", f"{one.version}: no change was shown, so the lock is not proven")
        for one in history.hotfixes
        if not one.is_proven
    ]
    return _said(
        rows,
        "1 change lies outside its lock or was not shown",
        "changes lie outside their lock or were not shown",
        "every hotfix stayed within its lock",
    )


def _shipped_again(history: History) -> _Answer:
    if not history.acceptances:
        return State.TOO_LITTLE, "no defect was ever accepted", ()
    rows: list[Row] = []
    targets: dict[str, date] = {}
    for one in sorted(history.acceptances, key=lambda one: (one.at, one.defect)):
        promised = targets.get(one.defect)
        if promised is not None and one.at.date() > promised:
            rows.append(Row(f"defect/{one.defect}", f"{one.version}: it was to be mended by {promised}"))
        targets[one.defect] = min(one.resolution_target, promised or one.resolution_target)
    return _said(
        rows,
        "1 acceptance came after the defect was to be mended",
        "acceptances came after the defect was to be mended",
        "no defect outlived its target",
    )


def _skipped(history: History) -> _Answer:
    with_lists = [one for one in history.decisions if one.has_checklist]
    if not with_lists:
        return State.TOO_LITTLE, "no release that went out had a checklist", ()
    rows = [
        Row(f"decision/{one.key}", f"{one.version}: {item}") for one in with_lists for item in one.skipped
    ]
    return _said(
        rows,
        "1 point of a checklist was skipped",
        "points of checklists were skipped",
        "every point was ticked before the release went out",
    )


def _rubber_stamps(history: History) -> _Answer:
    if not history.sign_offs:
        return State.TOO_LITTLE, "nobody has signed yet", ()
    limits = history.limits
    rows = [row for one in history.sign_offs if (row := _unread(one, limits.reading_time)) is not None]
    per_person: dict[str, list[SignOff]] = defaultdict(list)
    for one in history.sign_offs:
        per_person[one.person].append(one)
    for person, given in sorted(per_person.items()):
        if len(given) >= limits.signatures_minimum and not any(one.choice == "no-go" for one in given):
            rows.append(Row(f"person/{person}", f"{len(given)} signatures and never a no-go"))
    number = len(history.sign_offs)
    return _said(
        rows,
        "1 sign that signing is a formality",
        "signs that signing is a formality",
        f"{number} {'signature' if number == 1 else 'signatures'}, all read first",
    )


def _unread(one: SignOff, reading_time: timedelta) -> Row | None:
    subject = f"sign-off/{one.key}"
    if one.opened_at is None:
        return Row(subject, f"{one.role}: what was signed was never opened")
    if one.at - one.opened_at < reading_time:
        seconds = int((one.at - one.opened_at).total_seconds())
        return Row(subject, f"{one.role}: signed {seconds} s after it was opened")
    return None


def _over_engineering(history: History) -> _Answer:
    rows = [*_never_failed(history), *_always_waived(history)]
    enough = any(number >= history.limits.runs_minimum for number in _runs(history).values())
    if not rows and not enough and not history.waivers:
        return State.TOO_LITTLE, "no gate has been judged often enough", ()
    return _said(
        rows,
        "1 gate or criterion never decided anything",
        "gates or criteria never decided anything",
        "every gate has decided something",
    )


def _runs(history: History) -> Counter[str]:
    return Counter(one.gate for one in history.runs)


def _never_failed(history: History) -> Iterable[Row]:
    failed = {one.gate for one in history.runs if one.outcome not in ("GO", "CONDITIONAL GO")}
    for gate, number in sorted(_runs(history).items()):
        if number >= history.limits.runs_minimum and gate not in failed:
            yield Row(f"gate/{gate}", f"judged {number} times, never shut")


def _always_waived(history: History) -> Iterable[Row]:
    order = [one.version for one in sorted(history.decisions, key=lambda one: one.at)]
    waived: dict[str, set[str]] = defaultdict(set)
    for one in history.waivers:
        waived[one.criterion].add(one.version)
    wanted = history.limits.renewals
    for criterion, versions in sorted(waived.items()):
        last = order[-wanted:]
        if len(last) == wanted and set(last) <= versions:
            yield Row(f"criterion/{criterion}", f"waived in each of the last {wanted} releases")


_DETECTORS: tuple[tuple[str, str, str, Callable[[History], _Answer]], ...] = (
    (
        "P2",
        "Decisions without a record",
        "Write the record now and have the QA lead confirm it; the clock is two hours.",
        _unwritten,
    ),
    (
        "P3",
        "No single answer to when we roll back",
        "Agree on one threshold a signal in the rulebook's rollback triggers.",
        _rollback,
    ),
    (
        "P5",
        "Too many emergencies",
        "Make the standard track faster, or the criteria of the emergency track stricter.",
        _emergencies,
    ),
    ("P6", "Hotfix outside its lock", "Take what is outside into a standard release.", _outside_lock),
    (
        "P7",
        "A defect shipped past its target",
        "Mend it before the next release, or have product and quality agree on a new date in writing.",
        _shipped_again,
    ),
    ("P8", "Skipped points", "Tick them with evidence, or take them off the checklist.", _skipped),
    (
        "P9",
        "Signatures as formality",
        "Ask whether this role has to sign, and what its holder looks at before.",
        _rubber_stamps,
    ),
    (
        "P10",
        "Gates that decide nothing",
        "Raise the threshold, make the criterion advisory, or take it out.",
        _over_engineering,
    ),
)
