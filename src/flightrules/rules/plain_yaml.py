"""The plain part of YAML that nearly every rulebook keeps to, read without loading a YAML library.

Block mappings and lists, scalars on one line (plain, or quoted without escapes), lists and mappings in
brackets on one line, comments. What is read here is read as the library reads it, to the position: a property
holds that. Whatever else is met (a scalar over two lines, an anchor, a tag, a tab, a fault of any kind) gives
``None`` for the whole text, and the library reads it and says what is wrong. Loading the library takes 14 ms,
an eighth of a small check.
"""

from __future__ import annotations

import re

from flightrules.rules.node import Mapping, Node, Origin, Sequence, Text

__all__ = ["plain_tree"]

_SIZE_LIMIT = 1 << 18
_DEPTH_LIMIT = 24
_KEY = r"[A-Za-z0-9_](?:[A-Za-z0-9_./()+ \-]{0,200}[A-Za-z0-9_./()+\-])?"
_QUOTED = r"'[^']*'|\"[^\"\\]*\""
_COMMENT = r"(?: +#.*)? *"
_ENTRY = re.compile(rf"({_KEY}):(?: +(?=[^ #])(.*))?(?(2)|{_COMMENT})")
_SCALAR = re.compile(
    rf"(?:({_QUOTED})|((?:[A-Za-z0-9_./<=$+(]|-(?=[A-Za-z0-9]))(?:[^:#]|:(?=[^ ])|(?<=[^ ])#)*?)){_COMMENT}"
)
_FLOW_PLAIN = r"(?:[A-Za-z0-9_./<=$+(]|-(?=[A-Za-z0-9]))(?:[^:#,?\[\]{}]|:(?=[A-Za-z0-9_/.]))*"
_FLOW_ENTRY = re.compile(rf"({_KEY}): +(?=[^ ])")
_FLOW_SCALAR = re.compile(rf"(?:({_QUOTED})|({_FLOW_PLAIN}))(?= *[,\]}}])")
_NOTHING = re.compile(_COMMENT)
_SPACES = re.compile(" *")


class _Other(Exception):  # noqa: N818 -- no fault: the text is to be read by the library
    """Something that is not plain."""


def plain_tree(origin: Origin) -> Mapping | None:
    """The tree of a text that is plain throughout; ``None`` for every other."""
    if len(origin.text) > _SIZE_LIMIT:
        return None
    try:
        return _Reader(origin).document()
    except _Other:
        return None


class _Reader:
    """Lines with content, one after the other; ``at`` is the next one."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.lines: list[tuple[int, int, str]] = []  # line number, indentation, text
        self.at = 0
        for number, text in enumerate(origin.lines, 1):
            if not text.isprintable():
                raise _Other
            content = text.lstrip(" ")
            if content and content[0] != "#":
                self.lines.append((number, len(text) - len(content), text))

    def document(self) -> Mapping:
        """The whole text, which must be a mapping that starts at the margin."""
        if not self.lines or self.lines[0][1] != 0:
            raise _Other
        tree = self._mapping(0, 0)
        if self.at < len(self.lines):
            raise _Other
        return tree

    def _indent(self) -> int:
        """Indentation of the next line; -1 after the last."""
        return self.lines[self.at][1] if self.at < len(self.lines) else -1

    def _mapping(self, indent: int, depth: int, start: int | None = None) -> Mapping:
        """Entries at one indentation; ``start`` is where the first stands behind a dash."""
        number, _, _ = self.lines[self.at]
        tree = Mapping(self.origin, number, indent + 1)
        while start is not None or self._indent() == indent:
            number, _, text = self.lines[self.at]
            found = _ENTRY.fullmatch(text, indent)
            start = None
            if found is None or found[1] in tree.entries or depth > _DEPTH_LIMIT:
                raise _Other
            key = Text(self.origin, number, indent + 1, found[1])
            self.at += 1
            if found[2] is not None:
                value = self._on_line(number, text, found.start(2), indent, depth)
            else:
                value = self._below(number, found.end(1) + 1, indent, depth)
            tree.entries[found[1]] = (key, value)
        if self._indent() > indent:
            raise _Other
        return tree

    def _below(self, number: int, column: int, indent: int, depth: int) -> Node:
        """What stands under a key: a deeper block, a list (perhaps at the key's own margin), or nothing."""
        below = self._indent()
        if below >= indent and self._is_item(below):
            return self._sequence(below, depth + 1)
        if below > indent:
            return self._mapping(below, depth + 1)
        return Text(self.origin, number, column + 1, "")

    def _is_item(self, indent: int) -> bool:
        return self.lines[self.at][2].startswith("- ", indent)

    def _sequence(self, indent: int, depth: int) -> Sequence:
        number, _, _ = self.lines[self.at]
        tree = Sequence(self.origin, number, indent + 1)
        while self._indent() == indent and self._is_item(indent):
            tree.items.append(self._item(indent, depth))
        if self._indent() > indent:
            raise _Other
        return tree

    def _item(self, indent: int, depth: int) -> Node:
        number, _, text = self.lines[self.at]
        at = _past_spaces(text, indent + 1)
        if at < len(text) and _ENTRY.fullmatch(text, at):
            return self._mapping(at, depth + 1, at)
        self.at += 1
        if self._indent() > indent:
            raise _Other
        return self._on_line(number, text, at, indent, depth)

    def _on_line(self, number: int, text: str, at: int, indent: int, depth: int) -> Node:
        """A value that begins and ends on this line."""
        if self._indent() > indent:
            raise _Other
        if text.startswith(("[", "{"), at):
            node, end = self._flow(number, text, at, depth + 1)
            if not _NOTHING.fullmatch(text, end):
                raise _Other
            return node
        found = _SCALAR.fullmatch(text, at)
        if found is None:
            raise _Other
        return self._scalar(number, at, found)

    def _scalar(self, number: int, at: int, found: re.Match[str]) -> Text:
        quoted, plain = found.groups()
        if quoted is not None:
            return Text(self.origin, number, at + 1, quoted[1:-1], quoted[0])
        return Text(self.origin, number, at + 1, plain.rstrip(" "))

    def _flow(self, number: int, text: str, at: int, depth: int) -> tuple[Node, int]:
        """A value inside brackets, and where it ends."""
        opened = text[at : at + 1]
        if depth > _DEPTH_LIMIT:
            raise _Other
        if opened == "[":
            return self._flow_sequence(number, text, at, depth)
        if opened == "{":
            return self._flow_mapping(number, text, at, depth)
        found = _FLOW_SCALAR.match(text, at)
        if found is None:
            raise _Other
        return self._scalar(number, at, found), found.end()

    def _flow_sequence(self, number: int, text: str, at: int, depth: int) -> tuple[Node, int]:
        tree = Sequence(self.origin, number, at + 1)
        at = _past_spaces(text, at + 1)
        while not text.startswith("]", at) or tree.items:
            item, end = self._flow(number, text, at, depth + 1)
            tree.items.append(item)
            at, ended = _after(text, end, "]")
            if ended:
                return tree, at
        return tree, at + 1

    def _flow_mapping(self, number: int, text: str, at: int, depth: int) -> tuple[Node, int]:
        tree = Mapping(self.origin, number, at + 1)
        at = _past_spaces(text, at + 1)
        while not text.startswith("}", at) or tree.entries:
            found = _FLOW_ENTRY.match(text, at)
            if found is None or found[1] in tree.entries:
                raise _Other
            value, end = self._flow(number, text, found.end(), depth + 1)
            tree.entries[found[1]] = (Text(self.origin, number, at + 1, found[1]), value)
            at, ended = _after(text, end, "}")
            if ended:
                return tree, at
        return tree, at + 1


def _past_spaces(text: str, at: int) -> int:
    found = _SPACES.match(text, at)
    return found.end() if found is not None else at


def _after(text: str, at: int, closing: str) -> tuple[int, bool]:
    """Behind the comma or the closing bracket that must follow a value, and whether it was the bracket."""
    at = _past_spaces(text, at)
    if text.startswith(closing, at):
        return at + 1, True
    if not text.startswith(",", at):
        raise _Other
    return _past_spaces(text, at + 1), False
