"""The nine points of an emergency, and what its track asks for beyond them: proved by facts, or by a word.

A point that can be measured is: the lock by the diff, tests by the gates. A person's word never stands
against a measurement. A word on the change counts as long as the change is the one that it was given on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flightrules.engine.relaxation import track_called
from flightrules.engine.verdict import Status
from flightrules.rules.criterion import Rule
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.track import Track
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.emergencies.changes import basis_of, lock_of, parts_in
from flightrules.service.emergencies.models import Classification, Confirmation
from flightrules.service.obligations.holders import seat_for
from flightrules.service.people.powers import Power, powers_of
from flightrules.service.people.seats import seats_apart
from flightrules.service.readiness.inputs import Inputs, inputs_of
from flightrules.service.readiness.queries import latest_run, standing_of
from flightrules.service.releases.queries import Release

__all__ = [
    "BY_WORD",
    "ON_CALL",
    "REVIEW_WITHIN",
    "ROLLBACK_BELOW",
    "Place",
    "Point",
    "points_of",
    "rules_here",
]

ON_CALL, REVIEW_WITHIN = timedelta(hours=2), timedelta(hours=48)
ROLLBACK_BELOW = timedelta(minutes=5)
_MET = frozenset({Status.PASS.value, Status.NOT_APPLICABLE.value})
_NAMED = 3


class Point(StrEnum):
    """The nine points, in their order."""

    CONFIRMED = "confirmed"
    SCOPE_LOCKED = "scope-locked"
    UNIT_TESTS = "unit-tests"
    REGRESSION = "regression"
    REVIEWED = "reviewed"
    QA_AGREED = "qa-agreed"
    ROLLBACK_TESTED = "rollback-tested"
    ON_CALL = "on-call"
    REVIEW_SCHEDULED = "review-scheduled"


TITLES: Mapping[str, str] = {
    Point.CONFIRMED: "P1 defect or CVE confirmed as needing action at once",
    Point.SCOPE_LOCKED: "Scope locked to the affected path",
    Point.UNIT_TESTS: "Unit tests of the changed code pass",
    Point.REGRESSION: "Targeted regression passes: smoke and the affected area",
    Point.REVIEWED: "Reviewed by an engineer who did not write it",
    Point.QA_AGREED: "The QA lead agreed by word; the written sign-off follows",
    Point.ROLLBACK_TESTED: "Rollback tested, and quick enough",
    Point.ON_CALL: "An engineer is on call afterwards",
    Point.REVIEW_SCHEDULED: "The review of the emergency is scheduled",
}
BY_WORD = frozenset({Point.UNIT_TESTS, Point.REGRESSION})
"""Points that a person may confirm with evidence, where no criterion of the gates measures them."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    Point.CONFIRMED: ("cve", "p1 "),
    Point.SCOPE_LOCKED: ("scope",),
    Point.UNIT_TESTS: ("unit test",),
    Point.REGRESSION: ("regression", "smoke"),
    Point.REVIEWED: ("review by", "reviewed"),
    Point.QA_AGREED: ("qa lead", "qa sign"),
    Point.ROLLBACK_TESTED: ("rollback", "roll-back"),
    Point.ON_CALL: ("on-call", "on call"),
    Point.REVIEW_SCHEDULED: ("post-incident", "pir", "review is scheduled", "review scheduled"),
}
_MEASURED: Mapping[str, tuple[str, ...]] = {
    Point.UNIT_TESTS: ("unit", "changed"),
    Point.REGRESSION: ("smoke", "regression", "affected"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One point as it stands.

    Attributes:
        point, title: which; a line that only the rulebook's list has is called ``extra-1`` and so on.
        met: whether it is proved or confirmed.
        why: what shows it, or what is missing.
        measured: whether it is told from what is there, so that nobody's word is asked.
        word: the confirmation that stands for it.
    """

    point: str
    title: str
    met: bool
    why: str
    measured: bool = False
    word: Confirmation | None = None


@dataclass(frozen=True)
class _Here:
    """What the points of one classification are asked of."""

    one: Classification
    release: Release
    track: Track
    book: Rulebook
    inputs: Inputs
    words: Mapping[str, list[Confirmation]]
    basis: str
    at: datetime


def rules_here(release: Release) -> tuple[Rulebook, Track]:
    """The rulebook in force and the track of the release; a bare one where the rulebook knows it no more."""
    edition = edition_in_force(release.product_id)
    book = rulebook_of(edition) if edition is not None else Rulebook()
    return book, track_called(book, release.track) or Track(release.track)


def points_of(one: Classification, at: datetime) -> list[Place]:
    """Every point of the list: the nine, then what the track's own list adds."""
    release = one.release
    book, track = rules_here(release)
    words: dict[str, list[Confirmation]] = {}
    for given in one.confirmations.order_by("at", "key"):
        words.setdefault(given.point, []).append(given)
    inputs = inputs_of(release)
    here = _Here(one, release, track, book, inputs, words, basis_of(release, inputs), at)
    found = [_placed(point, here, ask) for point, ask in _ASKED.items()]
    return [*found, *(_extra(name, title, here) for name, title in _extras(track))]


def _placed(point: Point, here: _Here, ask: Callable[[_Here], tuple[bool, str, bool]]) -> Place:
    met, why, measured = ask(here)
    return Place(point.value, TITLES[point], met, why, measured, _last(here, point))


def _confirmed(here: _Here) -> tuple[bool, str, bool]:
    return (
        True,
        f"{here.one.reference}, as it was classified in writing on {here.one.at:%Y-%m-%d %H:%M} UTC",
        True,
    )


def _locked(here: _Here) -> tuple[bool, str, bool]:
    check = lock_of(here.release, here.one.paths, here.inputs)
    if check.holds:
        what = "the changed path is" if len(check.paths) == 1 else f"all {len(check.paths)} changed paths are"
        return True, f"{what} locked in", True
    more = f" and {len(check.outside) - _NAMED} more" if len(check.outside) > _NAMED else ""
    said = f"changed outside the lock: {', '.join(check.outside[:_NAMED])}{more}"
    return False, check.fault or said, True


def _tests(point: Point) -> Callable[[_Here], tuple[bool, str, bool]]:
    def asked(here: _Here) -> tuple[bool, str, bool]:
        found = _criteria(here, point)
        if not found:
            return _word(here, point, "nothing measures it, and nobody has confirmed it with evidence")
        failing = [f"{name} {status or 'was not judged'}" for name, status in found if status not in _MET]
        if failing:
            return False, f"not met: {', '.join(failing)}", True
        return True, f"met: {', '.join(name for name, _ in found)}", True

    return asked


def _criteria(here: _Here, point: Point) -> list[tuple[str, str]]:
    """Criteria of the track's gates that measure the point, with their status in the last run that stands."""
    found: list[tuple[str, str]] = []
    exit_gate = here.book.exit_gate()
    for name in here.track.gates or ((exit_gate.id,) if exit_gate else ()):
        gate = here.book.gate(name)
        mine = [rule for rule in here.book.rules_of(gate) if _measures(rule, point)] if gate else []
        if not mine:
            continue
        run = latest_run(here.release, name)
        stands = run is not None and standing_of(run).stands
        statuses = run.statuses if run is not None and stands else {}
        found += [(rule.id, str(statuses.get(rule.id, ""))) for rule in mine]
    return found


def _measures(rule: Rule, point: Point) -> bool:
    criterion = rule.criterion
    if not criterion.metric.startswith("tests."):
        return False
    said = " ".join(
        (rule.id, criterion.scope or "", criterion.method or "", criterion.selector("suite") or "")
    ).casefold()
    return any(word in said for word in _MEASURED[point])


def _reviewed(here: _Here) -> tuple[bool, str, bool]:
    needed = here.track.independent_reviewers or 1
    signed = {given.by for given in here.words.get(Point.REVIEWED, ()) if given.basis == here.basis}
    parts = parts_in(here.release, here.one.authors)
    people = {one for one in signed - parts if _reviews(one, parts, here)}
    if len(people) >= needed:
        return True, f"signed by {len(people)} who did not write it", False
    return False, f"{len(people)} of {needed} engineers who did not write this change have signed", False


def _reviews(person: str, parts: frozenset[str], here: _Here) -> bool:
    """Whether the person is an engineer here still, and not by the grace of somebody with a part."""
    seats = seats_apart(person, here.release.product_id, here.at, apart=parts)
    return Power.BRING_EVIDENCE in powers_of(one.role for one in seats)


def _on_call(here: _Here) -> tuple[bool, str, bool]:
    given = _last(here, Point.ON_CALL)
    span = here.track.on_call_for or ON_CALL
    since = max(here.at, here.release.opens_at or here.at)
    if given is None or given.until is None:
        return False, "nobody is named who is on call afterwards", False
    if given.until < since + span:
        return False, f"on call until {given.until:%Y-%m-%d %H:%M} UTC, which is too short", False
    return True, f"until {given.until:%Y-%m-%d %H:%M} UTC", False


def _review(here: _Here) -> tuple[bool, str, bool]:
    given = _last(here, Point.REVIEW_SCHEDULED)
    if given is None or given.said_at is None:
        return False, "no date is set", False
    return True, f"on {given.said_at:%Y-%m-%d %H:%M} UTC", False


def _rollback(here: _Here) -> tuple[bool, str, bool]:
    met, why, _ = _word(here, Point.ROLLBACK_TESTED, "no test of it was recorded")
    given = _last(here, Point.ROLLBACK_TESTED)
    below = here.track.rollback_below or ROLLBACK_BELOW
    if not met or given is None or given.seconds is None:
        return False, why, False
    if timedelta(seconds=given.seconds) >= below:
        return (
            False,
            f"it took {given.seconds} s, and less than {int(below.total_seconds())} s is asked",
            False,
        )
    return True, f"in {given.seconds} s", False


def _qa_agreed(here: _Here) -> tuple[bool, str, bool]:
    met, why, measured = _word(here, Point.QA_AGREED, "nobody has recorded the QA lead's word")
    given = _last(here, Point.QA_AGREED)
    if met and given is not None and not _may_say(given.said_by, here):
        return False, "who gave the word may not speak for quality here any more", False
    return met, why, measured


def _may_say(person: str, here: _Here) -> bool:
    parts = parts_in(here.release, here.one.authors)
    roles = here.track.verbal_sign_off_by or ("qa_lead",)
    return person not in parts and any(
        seat_for(person, role, here.release.product_id, here.at, apart=parts) for role in roles
    )


def _word(here: _Here, point: str, missing: str) -> tuple[bool, str, bool]:
    given = _last(here, point)
    if given is None:
        return False, missing, False
    if given.basis != here.basis:
        return False, "it was given on another change: build, artefacts or diff have changed since", False
    return True, f"confirmed on {given.at:%Y-%m-%d %H:%M} UTC", False


def _last(here: _Here, point: str) -> Confirmation | None:
    given = here.words.get(point)
    return given[-1] if given else None


def _extras(track: Track) -> list[tuple[str, str]]:
    """Lines of the track's own list that none of the nine points is."""
    lines = [line for line in track.checklist if not any(_means(line, point) for point in Point)]
    return [(f"extra-{number}", line) for number, line in enumerate(lines, 1)]


def _means(line: str, point: Point) -> bool:
    said = f"{line.casefold()} "
    return any(word in said for word in _WORDS[point])


def _extra(name: str, title: str, here: _Here) -> Place:
    met, why, _ = _word(here, name, "nobody has confirmed it")
    return Place(name, title, met, why, measured=False, word=_last(here, name))


_ASKED: Mapping[Point, Callable[[_Here], tuple[bool, str, bool]]] = {
    Point.CONFIRMED: _confirmed,
    Point.SCOPE_LOCKED: _locked,
    Point.UNIT_TESTS: _tests(Point.UNIT_TESTS),
    Point.REGRESSION: _tests(Point.REGRESSION),
    Point.REVIEWED: _reviewed,
    Point.QA_AGREED: _qa_agreed,
    Point.ROLLBACK_TESTED: _rollback,
    Point.ON_CALL: _on_call,
    Point.REVIEW_SCHEDULED: _review,
}
