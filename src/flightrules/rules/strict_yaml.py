"""Strict YAML: a tree of texts with positions, built from parser events; nothing is ever converted.

Every scalar stays the text that was written: ``4.20`` stays ``4.20``, ``no`` stays ``no`` and ``on`` stays a
key. Tags, merge keys, duplicate keys, second documents, deep nesting and aliases beyond a limit are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flightrules.errors import RulebookError
from flightrules.rules.node import Mapping, Node, Origin, Sequence, Text
from flightrules.rules.plain_yaml import plain_tree
from flightrules.rules.transport import decode, refuse_conflict_markers

if TYPE_CHECKING:
    from yaml import Event

__all__ = ["ALIAS_LIMIT", "DEPTH_LIMIT", "NODE_LIMIT", "load"]

DEPTH_LIMIT = 32
ALIAS_LIMIT = 64
NODE_LIMIT = 100_000
_INVISIBLE = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_TRUNCATED_WORDS = (
    "end of stream",
    "expected ',' or ']'",
    "expected ',' or '}'",
    "expected node content",
)


def load(data: bytes, name: str) -> Node:
    """The tree of one document.

    Args:
        data: the bytes of the file.
        name: the file's name, for positions.

    Raises:
        RulebookError: E_EMPTY, E_BINARY, E_HTML_PAGE, E_LFS_POINTER, E_ENCODING, E_CONTROL_CHAR, E_TOO_LARGE,
            E_TRUNCATED, E_MALFORMED, E_DUPLICATE_KEY, E_TAG_FORBIDDEN, E_MERGE_FORBIDDEN, E_ALIAS_LIMIT,
            E_MULTI_DOC, E_TOO_DEEP, E_TOO_MANY_ITEMS or E_WRONG_TYPE, with file, line and column.
    """
    text = decode(data, name)
    refuse_conflict_markers(text, name)
    origin = Origin(name, text)
    return plain_tree(origin) or _Builder(origin).build()


def _events(text: str, origin: Origin) -> Iterator[Event]:
    import yaml

    loader: Any = getattr(yaml, "CLoader", yaml.Loader)
    try:
        parser = loader(text)
        while parser.check_event():
            yield parser.get_event()
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, origin) from None


def _syntax_error(error: Any, text: str, origin: Origin) -> RulebookError:
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # the reader met a character that YAML forbids
        at = getattr(error, "position", 0)
        line, column = _position(text, at if isinstance(at, int) else 0)
        return RulebookError(
            "E_CONTROL_CHAR",
            "a character that no text may hold",
            file=origin.name,
            line=line,
            column=column,
            hint="delete the character; only tabs and line ends are allowed among control characters",
        )
    problem = str(error.problem)
    if mark.line >= len(origin.lines) - 1 and any(words in problem for words in _TRUNCATED_WORDS):
        return _truncated(error, mark, origin)
    return RulebookError(
        "E_MALFORMED",
        f"not well-formed YAML: {problem}",
        file=origin.name,
        line=mark.line + 1,
        column=mark.column + 1,
        hint=_syntax_hint(problem, origin, mark.line),
    )


def _truncated(error: Any, mark: Any, origin: Origin) -> RulebookError:
    started = error.context_mark or mark
    return RulebookError(
        "E_TRUNCATED",
        f"the file ends in the middle: {error.context or error.problem}, opened here",
        file=origin.name,
        line=started.line + 1,
        column=started.column + 1,
        hint="close the bracket or quote, or fetch the whole file again",
    )


def _syntax_hint(problem: str, origin: Origin, line: int) -> str:
    if "mapping values" in problem:
        return "quote a text that holds ': ', or correct the indentation"
    if line < len(origin.lines) and "\t" in origin.lines[line]:
        return "indent with spaces; YAML allows no tab there"
    if "cannot start any token" in problem:
        return "put the text in quotes"
    return "correct the indentation or the punctuation at this place"


def _position(text: str, at: int) -> tuple[int, int]:
    head = text[:at]
    return head.count("\n") + 1, at - (head.rfind("\n") + 1) + 1


class _Builder:
    """Builds the tree from events without recursion: one frame per open collection."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.open: list[Mapping | Sequence] = []
        self.keys: list[Text | None] = []  # per open mapping: the key that waits for its value
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.starts: list[tuple[str | None, int]] = []
        self.nodes = 0
        self.aliases = 0
        self.root: Node | None = None
        self.documents = 0

    def build(self) -> Node:
        steps = {
            "DocumentStartEvent": self._document,
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "MappingStartEvent": self._mapping,
            "SequenceStartEvent": self._sequence,
            "MappingEndEvent": self._close,
            "SequenceEndEvent": self._close,
        }
        for event in _events(self.origin.text, self.origin):
            step = steps.get(type(event).__name__)
            if step is not None:
                step(event)
        if self.root is None:
            raise RulebookError("E_EMPTY", "the file has no content", file=self.origin.name, line=1, column=1)
        return self.root

    def _error(self, code: str, message: str, at: Any, hint: str) -> RulebookError:
        mark = at.start_mark
        return RulebookError(
            code, message, file=self.origin.name, line=mark.line + 1, column=mark.column + 1, hint=hint
        )

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._error(
                "E_MULTI_DOC",
                "a second document begins here",
                event,
                "keep one document a file; remove the line ---",
            )
        if event.tags:
            raise self._error(
                "E_TAG_FORBIDDEN",
                "a tag directive",
                event,
                "remove the directive; values have declared types",
            )

    def _scalar(self, event: Any) -> None:
        self._count(event)
        self._refuse_tag(event)
        value = event.value
        if not value.isprintable():
            self._refuse_characters(value, event)
        mark = event.start_mark
        text = Text(self.origin, mark.line + 1, mark.column + 1, value, event.style or "")
        self._remember(event.anchor, text, 1)
        self._place(text, event)

    def _alias(self, event: Any) -> None:
        self.aliases += 1
        if self.aliases > ALIAS_LIMIT:
            raise self._error(
                "E_ALIAS_LIMIT", f"more than {ALIAS_LIMIT} aliases", event, "write the values out"
            )
        found = self.anchors.get(event.anchor)
        if found is None:
            raise self._error(
                "E_REFERENCE",
                f"*{event.anchor} refers to nothing that is complete before it",
                event,
                "an alias may only name an anchor that has ended",
            )
        node, size = found
        self.nodes += size
        self._count(event)
        self._place(node, event)

    def _mapping(self, event: Any) -> None:
        mark = event.start_mark
        self._begin(Mapping(self.origin, mark.line + 1, mark.column + 1), event)
        self.keys.append(None)

    def _sequence(self, event: Any) -> None:
        mark = event.start_mark
        self._begin(Sequence(self.origin, mark.line + 1, mark.column + 1), event)
        self.keys.append(None)

    def _begin(self, node: Mapping | Sequence, event: Any) -> None:
        self._count(event)
        self._refuse_tag(event)
        if len(self.open) >= DEPTH_LIMIT:
            raise self._error(
                "E_TOO_DEEP",
                f"nested deeper than {DEPTH_LIMIT} levels",
                event,
                "no rulebook needs this depth; check what wrote the file",
            )
        self._place(node, event)
        self.open.append(node)
        self.starts.append((event.anchor, self.nodes))

    def _close(self, _: Any) -> None:
        node = self.open.pop()
        self.keys.pop()
        anchor, started = self.starts.pop()
        self._remember(anchor, node, self.nodes - started + 1)

    def _remember(self, anchor: str | None, node: Node, size: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, size)

    def _count(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            raise self._error(
                "E_TOO_MANY_ITEMS",
                f"more than {NODE_LIMIT} values",
                event,
                "split the file; write aliases out less",
            )

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            raise self._error(
                "E_TAG_FORBIDDEN",
                f"the tag {event.tag[:60]!r} is not part of the language",
                event,
                "remove the tag; values have declared types and nothing is constructed",
            )

    def _refuse_characters(self, value: str, event: Any) -> None:
        import unicodedata

        for character in value:
            if character in "\n\t" or character.isprintable():
                continue
            if character in _INVISIBLE or unicodedata.category(character) in ("Cc", "Cs"):
                raise self._error(
                    "E_CONTROL_CHAR",
                    f"the text holds the invisible character U+{ord(character):04X}",
                    event,
                    "delete it; what is signed must be what is seen",
                )

    def _place(self, node: Node, event: Any) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = self._key(parent, node, event)
            return
        parent.entries[key.value] = (key, node)
        self.keys[-1] = None

    def _key(self, parent: Mapping, node: Node, event: Any) -> Text:
        if not isinstance(node, Text) or not node.value:
            raise self._error("E_WRONG_TYPE", "a key must be a word", event, "write `key: value`")
        if node.value == "<<":
            raise self._error(
                "E_MERGE_FORBIDDEN",
                "merge keys are not part of the language",
                event,
                "write the values out, or use `extends`",
            )
        earlier = parent.entries.get(node.value)
        if earlier is not None:
            raise self._error(
                "E_DUPLICATE_KEY",
                f"{node.value!r} stands twice; first in line {earlier[0].line}",
                event,
                "keep one of the two",
            )
        return node
