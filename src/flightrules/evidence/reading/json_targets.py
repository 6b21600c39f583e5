"""Where in a document the arrays stand whose items are wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Each", "Target", "targets"]

Each = Callable[[Any], None]
"""What is called with each item of an array."""


class Target:
    """What is wanted at one path: stream the array here, or walk on to keys or items."""

    __slots__ = ("callback", "item", "keys")

    def __init__(self) -> None:
        self.callback: Each | None = None
        self.item: Target | None = None
        self.keys: dict[str, Target] = {}


def targets(arrays: Mapping[str, Each]) -> Target:
    """The paths as a tree: ``runs[].results`` is a key in every item of ``runs``, ``[]`` the document."""
    root = Target()
    for path, callback in arrays.items():
        node = root
        for step in re.findall(r"\[\]|[^.\[\]]+", "" if path == "[]" else path):
            if step == "[]":
                node.item = node.item or Target()
                node = node.item
            else:
                node = node.keys.setdefault(step, Target())
        node.callback = callback
    return root
