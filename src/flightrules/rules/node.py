"""The tree that strict YAML becomes: texts, lists and mappings, each knowing where it was written."""

from __future__ import annotations

from flightrules.errors import RulebookError

__all__ = ["Mapping", "Node", "Origin", "Removed", "Sequence", "Text", "fault", "to_plain"]


class Origin:
    """One file: its name and its text."""

    __slots__ = ("_lines", "name", "text")

    def __init__(self, name: str, text: str = "") -> None:
        self.name = name
        self.text = text
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines of the file, split once."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines


class Node:
    """Something written in a file, at a 1-based line and column."""

    __slots__ = ("column", "line", "origin")
    kind = "value"

    def __init__(self, origin: Origin, line: int, column: int) -> None:
        self.origin = origin
        self.line = line
        self.column = column

    @property
    def where(self) -> str:
        """``file:line``, or the profile's name for what a profile states."""
        return f"{self.origin.name}:{self.line}"


class Text(Node):
    """A scalar exactly as written. ``style`` is empty for a plain one, else the quote or block mark."""

    __slots__ = ("style", "value")
    kind = "a single value"

    def __init__(self, origin: Origin, line: int, column: int, value: str, style: str = "") -> None:
        super().__init__(origin, line, column)
        self.value = value
        self.style = style

    @property
    def is_missing(self) -> bool:
        """Nothing stands here, or a word that says so."""
        return not self.style and self.value in ("", "~", "null", "Null", "NULL")

    def position_of(self, offset: int) -> tuple[int, int]:
        """Where the character of that offset stands in the file, also in a text folded over lines."""
        wanted = sum(1 for character in self.value[:offset] if not character.isspace())
        lines = self.origin.lines
        line, column = self.line - 1, self.column - 1
        if self.style in ("|", ">"):
            line, column = line + 1, 0
        elif self.style:
            column += 1
        while line < len(lines):
            for at in range(column, len(lines[line])):
                if lines[line][at].isspace():
                    continue
                if wanted == 0:
                    return line + 1, at + 1
                wanted -= 1
            line, column = line + 1, 0
        return self.line, self.column


class Sequence(Node):
    """A list."""

    __slots__ = ("items",)
    kind = "a list"

    def __init__(self, origin: Origin, line: int, column: int, items: list[Node] | None = None) -> None:
        super().__init__(origin, line, column)
        self.items: list[Node] = items if items is not None else []


class Mapping(Node):
    """Keys and values; the key's own node is kept for positions."""

    __slots__ = ("entries",)
    kind = "a mapping"

    def __init__(
        self, origin: Origin, line: int, column: int, entries: dict[str, tuple[Text, Node]] | None = None
    ) -> None:
        super().__init__(origin, line, column)
        self.entries: dict[str, tuple[Text, Node]] = entries if entries is not None else {}

    def get(self, key: str) -> Node | None:
        """The value of a key."""
        found = self.entries.get(key)
        return found[1] if found is not None else None


class Removed(Node):
    """An entry of a profile that the rulebook takes out, with the reason."""

    __slots__ = ("reason",)
    kind = "a removal"

    def __init__(self, origin: Origin, line: int, column: int, reason: str) -> None:
        super().__init__(origin, line, column)
        self.reason = reason


def fault(code: str, message: str, node: Node, hint: str | None = None) -> RulebookError:
    """An error at a node's place."""
    return RulebookError(code, message, file=node.origin.name, line=node.line, column=node.column, hint=hint)


def to_plain(node: Node) -> object:
    """The tree as dicts, lists and texts, as other tools see it."""
    if isinstance(node, Mapping):
        return {key: to_plain(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [to_plain(item) for item in node.items]
    return node.value if isinstance(node, Text) else None
