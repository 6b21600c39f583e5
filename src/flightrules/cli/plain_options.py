"""Plain command lines without argparse, which loads four modules and costs 6 ms.

A command declares its arguments on an ``argparse`` parser. ``PlainOptions`` takes the same declarations and
reads a line that holds nothing but whole long options with plain values; for every other line (help, faults,
short forms, files) it answers ``None``, and argparse reads it and says what is wrong.
"""

from __future__ import annotations

from types import SimpleNamespace

__all__ = ["PlainOptions"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

_ACTIONS = ("store", "store_true", "append")


class PlainOptions:
    """The declarations of one command; a group of arguments is the whole again."""

    def __init__(self) -> None:
        self._options: dict[str, tuple[str, str, Any]] = {}
        self._defaults: dict[str, Any] = {}
        self._plain = True

    def add_argument_group(self, *_: str) -> Self:
        """Groups only matter to the help."""
        return self

    def add_mutually_exclusive_group(self) -> Self:
        """What excludes each other is for argparse to say."""
        self._plain = False
        return self

    def add_argument(self, *names: str, action: str = "store", **more: Any) -> None:
        """Take one declaration; what goes beyond plain options leaves the whole command to argparse."""
        asked = {"nargs", "type", "required", "const"} & set(more)
        if asked or action not in _ACTIONS or not all(name.startswith("--") for name in names):
            self._plain = False
            return
        target = more.get("dest") or names[0].removeprefix("--").replace("-", "_")
        self._defaults[target] = more.get("default", False if action == "store_true" else None)
        for name in names:
            self._options[name] = (action, target, more.get("choices"))

    def read(self, words: list[str]) -> SimpleNamespace | None:
        """The values as argparse would give them; ``None`` where argparse has to be asked."""
        if not self._plain:
            return None
        found: dict[str, Any] = dict(self._defaults)
        rest = iter(words)
        for word in rest:
            name, sign, value = word.partition("=")
            if name not in self._options:
                return None
            action, target, choices = self._options[name]
            if action == "store_true":
                if sign:
                    return None
                found[target] = True
                continue
            value = value if sign else next(rest, "")
            if not value or value.startswith("-") or (choices is not None and value not in choices):
                return None
            found[target] = [*found[target], value] if action == "append" else value
        return SimpleNamespace(**found)
