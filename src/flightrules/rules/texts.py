"""Declared types with a meaning of their own: sentences, globs, secrets' references, pairs."""

from __future__ import annotations

from typing import Any

from flightrules.errors import RulebookError
from flightrules.rules.criterion import Criterion
from flightrules.rules.node import Mapping, Node, Text, fault
from flightrules.rules.record import ListOf
from flightrules.rules.script import refuse_mixed_scripts
from flightrules.rules.shape import Collected, Paragraph, Shape, single
from flightrules.values import frozen

_SENTENCE_LIMIT = 1000
_GLOB_LIMIT = 300
_ANY_DEPTH_LIMIT = 4
_STAR_LIMIT = 16
_REF_LIMIT = 200

__all__ = ["BASE", "GLOB", "GLOBS", "Pairs", "Sentence", "SentenceShape"]


@frozen
class Sentence:
    """A sentence as written (spaces folded) and what it means."""

    text: str
    criterion: Criterion
    node: Node


class SentenceShape(Shape[Sentence]):
    """A criterion in words; errors point at the word inside the sentence."""

    title = "a criterion in one sentence"

    def read(self, node: Node, collected: Collected) -> Sentence:
        del collected
        from flightrules.rules.grammar import parse

        text = " ".join(single(node, self.title).split())
        if not text:
            raise fault(
                "E_MISSING_FIELD", "the sentence is empty", node, "write [metric] [operator] [threshold] ..."
            )
        if len(text) > _SENTENCE_LIMIT:
            raise fault(
                "E_FIELD_TOO_LONG",
                f"the sentence has {len(text)} characters",
                node,
                "one criterion is one short sentence",
            )
        refuse_mixed_scripts(text, node, "E_METRIC")
        try:
            return Sentence(text, parse(text, file=node.origin.name, line=1, column=1), node)
        except RulebookError as error:
            raise _placed(error, node) from None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 3}


def _placed(error: RulebookError, node: Node) -> RulebookError:
    """The error at its word's place in the file; the parser saw one line that begins at 1:1."""
    line, column = node.line, node.column
    if isinstance(node, Text) and error.column:
        folded = Text(node.origin, node.line, node.column, " ".join(node.value.split()), node.style)
        line, column = folded.position_of(error.column - 1)
    return RulebookError(
        error.code, error.message, file=node.origin.name, line=line, column=column, hint=error.hint
    )


class Glob(Shape[str]):
    """A pattern of files below the rulebook's folder: ``*``, ``**`` and ``?``; never a way out of it."""

    title = "a glob such as reports/**/junit*.xml"

    def read(self, node: Node, collected: Collected) -> str:
        del collected
        value = single(node, self.title).strip()
        drive = len(value) > 1 and value[1] == ":"
        if (
            "://" in value
            or value.startswith(("/", "~", "\\"))
            or drive
            or ".." in value.replace("\\", "/").split("/")
        ):
            raise fault(
                "E_PATH_OUTSIDE",
                f"{value[:80]!r} leads outside the repository",
                node,
                "use a path below the rulebook's folder",
            )
        if len(value) > _GLOB_LIMIT or value.count("**") > _ANY_DEPTH_LIMIT or value.count("*") > _STAR_LIMIT:
            raise fault("E_RANGE", "the glob has too many wildcards", node, "name the folder more closely")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "not": {"pattern": r"^(/|~|\\)|://|(^|/)\.\.(/|$)"}}


class GitBase(Shape[str]):
    """A branch, tag or commit to compare with; never an option of a command."""

    title = "a branch, tag or commit"

    def read(self, node: Node, collected: Collected) -> str:
        del collected
        value = single(node, self.title).strip()
        refused = (
            value.startswith("-") or ".." in value or not all(c.isalnum() or c in "/._-~^@{}" for c in value)
        )
        if refused or len(value) > _REF_LIMIT:
            raise fault(
                "E_NAME", f"{value[:60]!r} is not {self.title}", node, "write a name such as origin/main"
            )
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number"], "pattern": "^[^-]"}


class Pairs(Shape[tuple[tuple[str, str], ...]]):
    """Names and texts, in the order of the names."""

    def __init__(self, title: str, known: tuple[str, ...] = ()) -> None:
        self.title = title
        self.known = known
        self.text: Paragraph = Paragraph("a text", limit=400)

    def read(self, node: Node, collected: Collected) -> tuple[tuple[str, str], ...]:
        if not isinstance(node, Mapping):
            raise fault(
                "E_WRONG_TYPE", f"expected {self.title}, found {node.kind}", node, "write `name: text` a line"
            )
        found = []
        for key, (written, value) in node.entries.items():
            refuse_mixed_scripts(key, written)
            if self.known and key not in self.known:
                from flightrules.rules.unknown_key import unknown_key

                collected.report(unknown_key(written, value, self.title, self.known))
            found.append((key, self.text.read(value, collected)))
        return tuple(sorted(found))

    def schema(self) -> dict[str, Any]:
        text = {"type": ["string", "number"]}
        if self.known:
            return {
                "type": "object",
                "properties": dict.fromkeys(self.known, text),
                "additionalProperties": False,
            }
        return {"type": "object", "additionalProperties": text}


BASE = GitBase()
GLOB = Glob()
GLOBS = ListOf(GLOB, least=1, most=100)
