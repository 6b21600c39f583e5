"""What the rulebook's gates say of a deployment: those of the release, and those on the way up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from flightrules.rules.environments import Environment
from flightrules.rules.gate import Gate
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.track import ReleaseClass, Track
from flightrules.service.clearance.answer import Reason
from flightrules.service.people.powers import role_key
from flightrules.service.readiness.queries import latest_run, standing_of
from flightrules.service.releases.queries import Release

__all__ = ["class_of", "environment_of", "gates_named", "guards_of", "shut_gates", "track_of", "upstream_of"]

_OPEN = frozenset({"GO", "CONDITIONAL GO"})
_BLOCKS = re.compile(r"(?:deploy|deployment|promote|promotion|release|go-live) (?:to|into) (?P<name>.+)")


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
    wanted = _word(name)
    exact = next((one for one in book.environments if one.id == name), None)
    return exact or next((one for one in book.environments if wanted in _names(one)), None)


def upstream_of(book: Rulebook, environment: Environment) -> tuple[Environment, ...]:
    """All environments that must be passed before it, nearest first."""
    known = {one.id: one for one in book.environments}
    found: dict[str, Environment] = {}
    waiting = list(environment.requires_pass_in)
    while waiting:
        name = waiting.pop(0)
        if name in known and name not in found:
            found[name] = known[name]
            waiting += known[name].requires_pass_in
    return tuple(found.values())


def guards_of(book: Rulebook, environment: Environment) -> tuple[Gate, ...]:
    """The stage gates that keep a build out of an environment (``blocks: promotion to production``)."""
    names = _names(environment)
    return tuple(one for one in book.gates if one.kind == "stage" and _is_guard(one, names))


def gates_named(book: Rulebook, names: Iterable[str]) -> tuple[Gate, ...]:
    """The gates of these ids that hold criteria; the others only ask for signatures."""
    wanted = frozenset(names)
    return tuple(one for one in book.gates if one.id in wanted and one.criteria)


def shut_gates(release: Release, gates: Iterable[Gate], at: datetime) -> Iterator[Reason]:
    """Why a gate does not let the release through; nothing where all of them do."""
    for gate in gates:
        run = latest_run(release, gate.id)
        if run is None:
            fix = f"bring the evidence and run the gate {gate.id}"
            yield Reason("gate_shut", f"the gate {gate.id} was not judged", fix, waits=True)
        elif run.outcome not in _OPEN or run.advise:
            said = f"{run.outcome} (advice only)" if run.advise else run.outcome
            fix = "clear what blocks it and run it again"
            yield Reason("gate_shut", f"the gate {gate.id} is {said}", fix)
        else:
            because = list(standing_of(run).reasons)
            if run.stands_until is not None and run.stands_until <= at:
                because.append("what it rests on has expired")
            if because:
                text = f"the gate {gate.id} was {run.outcome}, but {'; '.join(because)}"
                yield Reason("gate_stale", text, f"run the gate {gate.id} again", waits=True)


def _is_guard(gate: Gate, names: frozenset[str]) -> bool:
    if gate.on_failure != "block" or not gate.criteria:
        return False
    said = _BLOCKS.fullmatch(_word(gate.blocks))
    return _word(gate.stage or "") in names or (said is not None and said["name"] in names)


def _keys(one: ReleaseClass | Track) -> frozenset[str]:
    return frozenset({role_key(one.id), role_key(one.title)})


def _names(environment: Environment) -> frozenset[str]:
    return frozenset(_word(one) for one in (environment.id, environment.title, *environment.also) if one)


def _word(text: str) -> str:
    return " ".join(text.casefold().split())
