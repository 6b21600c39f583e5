"""Environments and the order in which a build must pass through them."""

from __future__ import annotations

from flightrules.rules.record import Field, MapOf, Record
from flightrules.rules.shape import Choice
from flightrules.rules.vocabulary import FLAG, IDS, LINE, WORDS
from flightrules.values import frozen

__all__ = [
    "ENVIRONMENTS",
    "Environment",
    "cycle",
    "environment_named",
    "names_of_place",
    "plain_name",
    "promotion_order",
    "same_place",
]


@frozen
class Environment:
    """A place where builds run. A build enters only after it passed in every one of ``requires_pass_in``."""

    id: str
    title: str = ""
    also: tuple[str, ...] = ()
    requires_pass_in: tuple[str, ...] = ()
    parity_with: tuple[str, ...] = ()
    data: str = ""
    exclusive: bool = False
    production: bool = False


ENVIRONMENTS: MapOf[Environment] = MapOf(
    "environments",
    Record(
        "an environment",
        "A place where builds run, and what must be passed before.",
        Environment,
        (
            Field("title", LINE, "Its name in reports.", default=""),
            Field("also", WORDS, "Further names that sentences and evidence use.", default=()),
            Field("requires_pass_in", IDS, "Environments that must be passed before.", default=()),
            Field("parity_with", IDS, "Environments that it must be configured like.", default=()),
            Field("data", Choice("masked", "synthetic", "production"), "What data it holds.", default=""),
            Field("exclusive", FLAG, "Not shared by releases that conflict.", default=False),
            Field("production", FLAG, "Users are here.", default=False),
        ),
        partial=True,
    ),
)


def cycle(environments: tuple[Environment, ...]) -> tuple[str, ...]:
    """The environments that wait for each other, in a circle; empty when the order is sound."""
    waits = {one.id: one.requires_pass_in for one in environments}
    done: set[str] = set()
    for start in waits:
        trail = _walk(start, waits, done)
        if trail:
            return trail
    return ()


def _walk(start: str, waits: dict[str, tuple[str, ...]], done: set[str]) -> tuple[str, ...]:
    path: list[str] = []
    stack: list[tuple[str, bool]] = [(start, False)]
    while stack:
        name, leaving = stack.pop()
        if leaving:
            path.pop()
            done.add(name)
        elif name in path:
            return (*path[path.index(name) :], name)
        elif name not in done:
            path.append(name)
            stack.append((name, True))
            stack += [(other, False) for other in reversed(waits.get(name, ()))]
    return ()


def promotion_order(environments: tuple[Environment, ...]) -> tuple[str, ...]:
    """The environments so that each comes after all that it requires; the order written breaks ties."""
    waiting = {one.id: set(one.requires_pass_in) for one in environments}
    order: list[str] = []
    while ready := [name for name, needs in waiting.items() if needs <= set(order)]:
        order.append(ready[0])
        del waiting[ready[0]]
    return tuple(order)


def environment_named(environments: tuple[Environment, ...], name: str) -> Environment | None:
    """The environment that is called so: by its id, else by its title or one of its other names."""
    exact = next((one for one in environments if one.id == name), None)
    if exact is not None:
        return exact
    wanted = plain_name(name)
    return next((one for one in environments if wanted in names_of_place(one)), None)


def same_place(environments: tuple[Environment, ...], one: str, other: str) -> bool:
    """Whether two names mean one environment; names that the rulebook does not know have to be equal."""
    if one.casefold() == other.casefold():
        return True
    known = environment_named(environments, one) if one else None
    return known is not None and known is environment_named(environments, other)


def names_of_place(environment: Environment) -> frozenset[str]:
    """All names of an environment, as ``plain_name`` spells them."""
    return frozenset(plain_name(one) for one in (environment.id, environment.title, *environment.also) if one)


def plain_name(text: str) -> str:
    """A name without what does not matter: case and repeated spaces."""
    return " ".join(text.casefold().split())
