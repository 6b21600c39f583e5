"""The way of a build from environment to environment: which gate guards one, and which is judged in one."""

from __future__ import annotations

from flightrules.rules.environments import Environment, names_of_place, plain_name
from flightrules.rules.gate import Gate
from flightrules.rules.rulebook import Rulebook

__all__ = [
    "guards_of",
    "is_guard",
    "is_place_of",
    "judged_in",
    "upstream_of",
]

_ENTRIES = frozenset({"deploy", "deployment", "promote", "promotion", "release", "go-live"})


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
    return tuple(one for one in book.gates if is_guard(one, environment))


def is_guard(gate: Gate, environment: Environment) -> bool:
    """Whether the gate keeps a build out of the environment."""
    if gate.kind != "stage" or gate.on_failure != "block" or not gate.criteria:
        return False
    names = names_of_place(environment)
    return plain_name(gate.stage or "") in names or _entered(gate.blocks) in names


def is_place_of(gate: Gate, environment: Environment) -> bool:
    """Whether the gate says how a build stands in the environment: by ``environment``, else by ``stage``."""
    stated = gate.place or (gate.stage if gate.kind == "stage" else None)
    return stated is not None and plain_name(stated) in names_of_place(environment)


def judged_in(book: Rulebook, environment: Environment) -> tuple[Gate, ...]:
    """The gates with criteria that are judged in an environment; all of them open is a pass there."""
    return tuple(one for one in book.gates if one.criteria and is_place_of(one, environment))


def _entered(blocks: str) -> str:
    """The name in ``promotion to production``; empty where nothing is entered."""
    verb, _, rest = plain_name(blocks).partition(" ")
    into, _, name = rest.partition(" ")
    return name if verb in _ENTRIES and into in ("to", "into") else ""
