"""Loads a rulebook strictly: read, put over its profile, converted, checked."""

from __future__ import annotations

from flightrules.errors import RulebookError
from flightrules.rules.consistency import check_references, complete_gates, own_names_win
from flightrules.rules.gate import Gate
from flightrules.rules.language import RULEBOOK
from flightrules.rules.node import Mapping, Node
from flightrules.rules.record import Reported
from flightrules.rules.resolve import profile_node, resolve
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.secrets import refuse_secrets
from flightrules.rules.shape import Collected
from flightrules.rules.strict_yaml import load
from flightrules.values import replace

__all__ = ["load_outline", "load_rulebook", "profile_rulebook"]

_OUTLINED = ("authority", "gates")


def load_rulebook(
    data: bytes, name: str = ".flightrules.yml", *, collect: list[RulebookError] | None = None
) -> Rulebook:
    """Read, merge with its profile, convert and check a rulebook.

    Args:
        data: the file's bytes.
        name: the file's name, for positions.
        collect: gets every error instead of the first being raised; the rulebook that comes back then lacks
            what was refused and is fit for lint alone.

    Raises:
        RulebookError: with a stable code, file, line, column and what to do.
    """
    try:
        node = load(data, name)
        refuse_secrets(node)
        return _converted(node, name, Collected(collect))
    except RulebookError as error:
        if collect is None:
            raise
        collect.append(error)
        return Rulebook(origin=name)


def load_outline(data: bytes, name: str = ".flightrules.yml") -> Rulebook:
    """Who may do what and which gates there are, of a rulebook that was loaded whole before.

    No criterion is understood here, which is most of the work: with 10,000 of them it is an eighth. A gate
    holds the criteria that it names itself; nothing refers to anything that was looked for.

    Raises:
        RulebookError: as ``load_rulebook``, for the parts that are read.
    """
    collected = Collected()
    merged = resolve(load(data, name), collected)
    values = {}
    for key in _OUTLINED:
        node = merged.get(key)
        if node is not None:
            section = RULEBOOK.by_key[key]
            values[section.argument] = section.shape.read(node, collected)
    values.setdefault("gates", ())
    gates = values["gates"] or (Gate("exit", "Exit criteria", "exit", (), blocks="sign-off", origin=name),)
    return Rulebook(origin=name, **{**values, "gates": gates})


def profile_rulebook(profile: str, *, mode: str = "advise") -> Rulebook:
    """A shipped profile as a rulebook of its own; what ``check`` uses where there is none.

    Raises:
        RulebookError: E_PROFILE when no profile has that name.
    """
    node = profile_node(profile)
    return replace(_converted(node, f"profile {profile}", Collected()), mode=mode)


def _converted(node: Node, name: str, collected: Collected) -> Rulebook:

    merged: Mapping = resolve(node, collected)
    try:
        values = RULEBOOK.read_fields(merged, collected)
    except Reported:
        return Rulebook(origin=name)
    values.pop("language", None)
    book = Rulebook(origin=name, removals=tuple(collected.removals), **values)
    book = own_names_win(complete_gates(book, collected))
    check_references(book, merged, collected)
    return book
