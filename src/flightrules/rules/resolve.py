"""Puts a rulebook over its profile, and a profile over its parents, before anything is converted."""

from __future__ import annotations

import os

from flightrules.errors import RulebookError
from flightrules.rules.authority import AUTHORITY, PRESETS
from flightrules.rules.language import RULEBOOK
from flightrules.rules.node import Mapping, Node, Text, fault
from flightrules.rules.shape import Collected, nearest
from flightrules.rules.strict_yaml import load

__all__ = ["PROFILES", "profile_node", "profile_text", "resolve"]

PROFILES = ("web-feature", "api-service", "go-live", "emergency")
_FOLDER = os.path.join(os.path.dirname(__file__), "profiles")
_CHAIN_LIMIT = 4


def profile_text(name: str) -> bytes:
    """The YAML of a shipped profile.

    Raises:
        RulebookError: E_PROFILE.
    """
    if name not in PROFILES:
        raise RulebookError(
            "E_PROFILE", f"no profile is called {name!r}", hint=f"known are {', '.join(PROFILES)}"
        )
    return _shipped(name)


def profile_node(name: str) -> Mapping:
    """A shipped profile as a tree, positions naming the profile.

    Raises:
        RulebookError: E_PROFILE.
    """
    node = load(profile_text(name), f"profile {name}")
    return _mapping(node)


def resolve(node: Node, collected: Collected) -> Mapping:
    """The tree that stands: authority preset, profile, rulebook, each over the one before it."""
    own = _mapping(node)
    chain = _chain(own, collected)
    merged: Node = chain[0]
    for over in chain[1:]:
        merged = RULEBOOK.merge(merged, over)
    return _with_authority(_mapping(merged))


def _mapping(node: Node) -> Mapping:
    if not isinstance(node, Mapping):
        raise fault(
            "E_WRONG_TYPE", f"a rulebook is a mapping, not {node.kind}", node, "begin with `flightrules: 1`"
        )
    return node


def _chain(own: Mapping, collected: Collected) -> list[Mapping]:
    """The rulebook and what it extends, the most general first."""
    chain = [own]
    while (named := _extends(chain[0], collected)) is not None:
        chain.insert(0, profile_node(named))
        if len(chain) > _CHAIN_LIMIT:  # shipped profiles never extend in a circle; their test says so
            break
    return chain


def _extends(mapping: Mapping, collected: Collected) -> str | None:
    node = mapping.get("extends")
    if node is None:
        return None
    value = node.value.strip() if isinstance(node, Text) else ""
    if value in PROFILES:
        return value
    if "/" in value or "\\" in value or value.endswith((".yml", ".yaml")):
        error = fault(
            "E_PATH_OUTSIDE",
            f"{value[:80]!r} is not a shipped profile",
            node,
            f"known are {', '.join(PROFILES)}",
        )
    else:
        close = nearest(value, PROFILES)
        hint = f"did you mean {close!r}?" if close else f"known are {', '.join(PROFILES)}"
        error = fault("E_PROFILE", f"no profile is called {value[:60]!r}", node, hint)
    collected.report(error)
    return None


def _with_authority(merged: Mapping) -> Mapping:
    """Authority starts from the catalogue of roles and, where one is named, from a preset."""
    stated = merged.get("authority")
    below: Node = load(_shipped("roles"), "the catalogue of roles")
    preset = _preset(stated)
    if preset is not None:
        below = AUTHORITY.merge(below, load(_shipped(preset), f"preset {preset}"))
    if stated is None or isinstance(stated, Mapping):
        whole = AUTHORITY.merge(below, stated) if isinstance(stated, Mapping) else below
        entries = dict(merged.entries)
        key = (
            entries["authority"][0]
            if stated is not None
            else Text(merged.origin, merged.line, merged.column, "authority")
        )
        entries["authority"] = (key, whole)
        return Mapping(merged.origin, merged.line, merged.column, entries)
    return merged


def _preset(stated: Node | None) -> str | None:
    node = stated.get("preset") if isinstance(stated, Mapping) else None
    value = node.value.strip() if isinstance(node, Text) else None
    return value if value in PRESETS else None


def _shipped(name: str) -> bytes:
    with open(os.path.join(_FOLDER, f"{name}.yml"), "rb") as file:
        return file.read()
