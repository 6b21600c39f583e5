"""Declared types of collections: records with named fields, lists and mappings by name.

A record is declared once, as data; reading, merging with a profile, the JSON Schema and the reference page
all follow from that declaration. Unknown keys are refused with the nearest known one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from flightrules.errors import RulebookError
from flightrules.rules.node import Mapping, Node, Removed, Sequence, Text, fault
from flightrules.rules.shape import Collected, Name, Removal, Shape
from flightrules.rules.unknown_key import unknown_key
from flightrules.values import frozen

__all__ = ["Field", "ListOf", "MapOf", "Record", "Reported"]

T = TypeVar("T")
_NOTHING = object()


class Reported(Exception):  # noqa: N818 - no error of its own: the errors are in the collector already
    """A value that cannot be built because a part of it was refused and reported."""


@frozen
class Field:
    """One key of a record. ``attribute`` is the constructor's argument when it differs from the key."""

    key: str
    shape: Shape[Any]
    doc: str
    required: bool = False
    default: Any = _NOTHING
    attribute: str = ""

    @property
    def argument(self) -> str:
        """The name under which the value is handed to the constructor."""
        return self.attribute or self.key


def attempt(shape: Shape[T], node: Node, collected: Collected) -> T | None:
    """The value, or ``None`` after the error has been reported."""
    try:
        return shape.read(node, collected)
    except RulebookError as error:
        collected.report(error)
    except Reported:
        if collected.errors is None:
            raise
    return None


class Record(Shape[T]):
    """A mapping with declared keys.

    ``build`` takes the read values by keyword. ``short`` names the field that a bare value stands for
    (``product: checkout`` means ``product: {name: checkout}``). ``origin`` hands the place over.
    ``partial`` says that a profile may supply required keys, so the schema cannot demand them.
    """

    def __init__(
        self,
        title: str,
        doc: str,
        build: Callable[..., T],
        fields: tuple[Field, ...],
        *,
        short: str | None = None,
        origin: bool = False,
        partial: bool = False,
    ) -> None:
        self.title = title
        self.doc = doc
        self.build = build
        self.fields = fields
        self.by_key = {field.key: field for field in fields}
        self.short = short
        self.origin = origin
        self.partial = partial

    def read(self, node: Node, collected: Collected) -> T:
        return self.build(**self.read_fields(node, collected))

    def read_fields(self, node: Node, collected: Collected, **given: Any) -> dict[str, Any]:
        """The values by argument name.

        Raises:
            Reported: when a required field is missing or refused and errors are collected.
        """
        mapping = self.long_form(node)
        for key, (written, value) in mapping.entries.items():
            if key not in self.by_key:
                collected.report(unknown_key(written, value, self.title, tuple(self.by_key)))
        values = given
        failed = False
        for field in self.fields:
            failed |= not self._read_field(field, mapping, values, collected)
        if failed:
            raise Reported
        if self.origin:
            values["origin"] = node.where
        return values

    def _read_field(
        self, field: Field, mapping: Mapping, values: dict[str, Any], collected: Collected
    ) -> bool:
        node = mapping.get(field.key)
        if node is None:
            if field.required:
                message = f"{self.title} lacks {field.key!r}: {field.doc}"
                collected.report(fault("E_MISSING_FIELD", message, mapping, f"add `{field.key}:`"))
            elif field.default is not _NOTHING:
                values[field.argument] = field.default
            return not field.required
        value = attempt(field.shape, node, collected)
        if value is not None:
            values[field.argument] = value
            return True
        if field.default is not _NOTHING:
            values[field.argument] = field.default
        return not field.required

    def long_form(self, node: Node) -> Mapping:
        """The node as a mapping; a bare value becomes its short field.

        Raises:
            RulebookError: E_WRONG_TYPE.
        """
        if isinstance(node, Mapping):
            return node
        if self.short is not None and not (isinstance(node, Text) and node.is_missing):
            key = Text(node.origin, node.line, node.column, self.short)
            return Mapping(node.origin, node.line, node.column, {self.short: (key, node)})
        what = "nothing" if isinstance(node, Text) and node.is_missing else node.kind
        keys = ", ".join(tuple(self.by_key)[:6])
        raise fault(
            "E_WRONG_TYPE",
            f"expected {self.title}, found {what}",
            node,
            f"write a mapping with keys such as {keys}",
        )

    def merge(self, base: Node, over: Node) -> Node:
        if not isinstance(over, Mapping) and (
            self.short is None or (isinstance(over, Text) and over.is_missing)
        ):
            return over  # reading it says what is wrong
        base, over = self.long_form(base), self.long_form(over)
        entries = dict(base.entries)
        for key, (written, value) in over.entries.items():
            field, below = self.by_key.get(key), base.get(key)
            entries[key] = (written, field.shape.merge(below, value) if field and below else value)
        return Mapping(over.origin, over.line, over.column, entries)

    def schema(self) -> dict[str, Any]:
        properties = {field.key: {"description": field.doc, **field.shape.schema()} for field in self.fields}
        full: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [field.key for field in self.fields if field.required]
        if required and not self.partial:
            full["required"] = required
        if self.short is None:
            return full
        return {"anyOf": [self.by_key[self.short].shape.schema(), full]}


class ListOf(Shape[tuple[T, ...]], Generic[T]):
    """A list; a single value stands for a list of one where ``lone`` is true."""

    def __init__(self, item: Shape[T], *, least: int = 0, most: int = 10_000, lone: bool = True) -> None:
        self.item = item
        self.least = least
        self.most = most
        self.lone = lone
        self.title = f"a list of {item.title.removeprefix('a ').removeprefix('an ')}"

    def read(self, node: Node, collected: Collected) -> tuple[T, ...]:
        items = self._items(node)
        if not self.least <= len(items) <= self.most:
            bound = f"at least {self.least}" if len(items) < self.least else f"at most {self.most}"
            raise fault(
                "E_RANGE", f"{self.title} has {len(items)} entries, {bound} allowed", node, f"state {bound}"
            )
        values = [attempt(self.item, item, collected) for item in items]
        return tuple(value for value in values if value is not None)

    def _items(self, node: Node) -> list[Node]:
        if isinstance(node, Sequence):
            return node.items
        if self.lone and not (isinstance(node, Text) and node.is_missing):
            return [node]
        what = "nothing" if isinstance(node, Text) and node.is_missing else node.kind
        raise fault(
            "E_WRONG_TYPE",
            f"expected {self.title}, found {what}",
            node,
            "write each entry on a line after '- '",
        )

    def schema(self) -> dict[str, Any]:
        item = self.item.schema()
        full: dict[str, Any] = {"type": "array", "items": item}
        if self.least:
            full["minItems"] = self.least
        return {"anyOf": [full, item]} if self.lone else full


class MapOf(Shape[tuple[T, ...]], Generic[T]):
    """Records by name, in the order written; ``key`` is the constructor's argument for the name.

    A rulebook overrides entries of its profile by name and takes one out with ``{remove: reason}``.
    """

    def __init__(self, section: str, record: Record[T], *, key: str = "id", spaced: bool = False) -> None:
        self.section = section
        self.record = record
        self.key = key
        self.name: Name = Name(f"a name in {section}", spaced=spaced)
        self.title = f"a mapping of names to {record.title.removeprefix('a ').removeprefix('an ')}"

    def read(self, node: Node, collected: Collected) -> tuple[T, ...]:
        if not isinstance(node, Mapping):
            raise fault(
                "E_WRONG_TYPE",
                f"expected {self.title}, found {node.kind}",
                node,
                f"write `{self.section}:` and below it one name a line",
            )
        found = [self._entry(written, value, collected) for written, value in node.entries.values()]
        return tuple(value for value in found if value is not None)

    def _entry(self, written: Text, value: Node, collected: Collected) -> T | None:
        name = attempt(self.name, written, collected)
        if name is None:
            return None
        if isinstance(value, Removed):
            collected.removals.append(Removal(self.section, name, value.reason, value.where))
            return None
        if isinstance(value, Mapping) and "remove" in value.entries:
            collected.report(_bad_removal(self.section, name, value))
            return None
        return attempt(_Named(self.record, self.key, name), value, collected)

    def merge(self, base: Node, over: Node) -> Node:
        if not isinstance(base, Mapping) or not isinstance(over, Mapping):
            return over
        entries = dict(base.entries)
        for key, (written, value) in over.entries.items():
            entries[key] = (written, self._merge_entry(key, base, value))
        return Mapping(over.origin, over.line, over.column, entries)

    def _merge_entry(self, key: str, base: Mapping, value: Node) -> Node:
        below = base.get(key)
        if below is None or isinstance(below, Removed):
            return value
        if isinstance(value, Mapping) and "remove" in value.entries:
            reason = removal_reason(value)
            return Removed(value.origin, value.line, value.column, reason) if reason else value
        return self.record.merge(below, value)

    def schema(self) -> dict[str, Any]:
        removal = {
            "type": "object",
            "properties": {
                "remove": {
                    "type": "string",
                    "minLength": 1,
                    "description": "Why the profile's entry is left out.",
                }
            },
            "required": ["remove"],
            "additionalProperties": False,
        }
        return {"type": "object", "additionalProperties": {"anyOf": [self.record.schema(), removal]}}


class _Named(Shape[T]):
    """A record that also takes the name under which it stands."""

    def __init__(self, record: Record[T], key: str, name: str) -> None:
        self.record = record
        self.key = key
        self.name = name
        self.title = record.title

    def read(self, node: Node, collected: Collected) -> T:
        values = self.record.read_fields(node, collected, **{self.key: self.name})
        return self.record.build(**values)


def removal_reason(node: Mapping) -> str | None:
    """The reason of a well-formed ``{remove: reason}``, else ``None``."""
    reason = node.get("remove")
    if len(node.entries) > 1 or not isinstance(reason, Text) or reason.is_missing:
        return None
    return reason.value.strip() or None


def _bad_removal(section: str, name: str, node: Mapping) -> RulebookError:
    if len(node.entries) > 1:
        return fault(
            "E_CONTRADICTION",
            "an entry is either removed or stated",
            node,
            "keep `remove` alone, or delete it",
        )
    if removal_reason(node) is None:
        return fault("E_MISSING_FIELD", "a removal needs its reason", node, 'write `remove: "why"`')
    message = f"no profile states {name!r} in {section}, so there is nothing to remove"
    return fault("E_REFERENCE", message, node, "delete the entry, or correct its name")
