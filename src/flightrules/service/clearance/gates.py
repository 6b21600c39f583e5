"""What the rulebook's gates say of a deployment: those of the release, and those on the way up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from flightrules.rules.environments import Environment, environment_named
from flightrules.rules.gate import Gate
from flightrules.rules.promotion import guards_of, judged_in, upstream_of
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.track import ReleaseClass, Track
from flightrules.service.clearance.answer import Reason
from flightrules.service.people.powers import role_key
from flightrules.service.readiness.queries import Standings, latest_run
from flightrules.service.releases.queries import Release

__all__ = [
    "class_of",
    "environment_of",
    "gates_named",
    "guards_of",
    "path_gates",
    "shut_gates",
    "track_of",
    "unspoken",
    "upstream_of",
]

_OPEN = frozenset({"GO", "CONDITIONAL GO"})


def class_of(book: Rulebook, release: Release) -> ReleaseClass | None:
    """The class of a release, by id or title, however it is spelt."""
    wanted = role_key(release.release_class)
    return next((one for one in book.classes if wanted and wanted in _keys(one)), None)


def track_of(book: Rulebook, release: Release) -> Track | None:
    """The track of a release, in the same way."""
    wanted = role_key(release.track)
    return next((one for one in book.tracks if wanted and wanted in _keys(one)), None)


def environment_of(book: Rulebook, name: str) -> Environment | None:
    """The environment that is called so, by its id or by one of its other names."""
    return environment_named(book.environments, name)


def path_gates(book: Rulebook, environment: Environment) -> tuple[Gate, ...]:
    """Every gate that a build must have behind it to enter: those that keep it out of this environment or of
    one before, and those that are judged in one before.
    """
    before = upstream_of(book, environment)
    found = {gate.id: gate for one in (environment, *before) for gate in guards_of(book, one)}
    return tuple((found | {gate.id: gate for one in before for gate in judged_in(book, one)}).values())


def unspoken(book: Rulebook, environment: Environment) -> tuple[str, ...]:
    """Environments that must be passed before it, of which no gate says what it takes to pass there."""
    return tuple(one.id for one in upstream_of(book, environment) if not judged_in(book, one))


def gates_named(book: Rulebook, names: Iterable[str]) -> tuple[Gate, ...]:
    """The gates of these ids that hold criteria; the others only ask for signatures."""
    wanted = frozenset(names)
    return tuple(one for one in book.gates if one.id in wanted and one.criteria)


def shut_gates(release: Release, gates: Iterable[Gate], at: datetime) -> Iterator[Reason]:
    """Why a gate does not let the release through; nothing where all of them do."""
    standings = Standings(release)
    for gate in gates:
        run = latest_run(release, gate.id)
        if run is None:
            fix = f"{_first(release)}bring the evidence and run the gate {gate.id}"
            yield Reason("gate_shut", f"the gate {gate.id} was not judged", fix, waits=True)
        elif run.outcome not in _OPEN or run.advise:
            said = f"{run.outcome} (advice only)" if run.advise else run.outcome
            fix = f"{_first(release)}clear what blocks it and run it again"
            yield Reason("gate_shut", f"the gate {gate.id} is {said}", fix)
        else:
            because = list(standings.of(run).reasons)
            if run.stands_until is not None and run.stands_until <= at:
                because.append("what it rests on has expired")
            if because:
                text = f"the gate {gate.id} was {run.outcome}, but {'; '.join(because)}"
                yield Reason("gate_stale", text, f"run the gate {gate.id} again", waits=True)


def _first(release: Release) -> str:
    """A decided release takes no more: it goes back into test, and is decided again."""
    return "have it reopened, " if release.state == Release.State.DECIDED else ""


def _keys(one: ReleaseClass | Track) -> frozenset[str]:
    return frozenset({role_key(one.id), role_key(one.title)})
