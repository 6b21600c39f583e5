"""What to say about a key that the language does not have: the nearest one, or why it will never have it."""

from __future__ import annotations

from flightrules.errors import RulebookError
from flightrules.rules.node import Mapping, Node, Sequence, Text, fault
from flightrules.rules.shape import nearest

__all__ = ["unknown_key"]

_PATTERNS = frozenset({"regex", "regexp", "pattern", "re", "matches"})
_INCLUDES = frozenset({"include", "includes", "import", "imports", "source", "ref", "$ref"})
_MOVED = {
    "metric": "write the criterion as one sentence",
    "operator": "write the criterion as one sentence",
    "threshold": "write the criterion as one sentence",
    "blocking": "write `enforcement: blocking`, `waivable` or `advisory`",
    "approvals": "say it under `authority`",
    "roles": "say it under `authority`",
    "raci": "write `authority: {activities: ...}`",
    "emergency": "write `tracks: {emergency: ...}`",
    "sources": "write `evidence:`",
    "methods": "write `evidence:`",
    "triggers": "write `rollback: {triggers: ...}`",
    "name": "write `product: {name: ...}`",
    "version": "write `product: {version: ...}` or `rulebook: {version: ...}`",
}


def unknown_key(written: Text, value: Node, record: str, known: tuple[str, ...]) -> RulebookError:
    """The refusal of a key, with the nearest known one."""
    key = written.value
    foreign = _foreign(written, value)
    if foreign is not None:
        return foreign
    close = nearest(key, known)
    hint = f"did you mean {close!r}?" if close else _MOVED.get(key, f"known are: {', '.join(known)}")
    return fault("E_UNKNOWN_FIELD", f"{key[:60]!r} is not a key of {record}", written, hint)


def _foreign(written: Text, value: Node) -> RulebookError | None:
    if written.value in _PATTERNS or _holds_key(value, _PATTERNS):
        return fault(
            "E_REGEX_UNSAFE",
            "regular expressions are not part of the language",
            written,
            "write a glob such as `checkout*`; a glob cannot hang",
        )
    if written.value in _INCLUDES and isinstance(value, Text):
        return fault(
            "E_PATH_OUTSIDE",
            f"{written.value!r} would read something beside this file",
            value,
            "state it here, or use `extends` with a shipped profile",
        )
    return None


def _holds_key(node: Node, keys: frozenset[str]) -> bool:
    if isinstance(node, Mapping):
        return any(key in keys or _holds_key(value, keys) for key, (_, value) in node.entries.items())
    return isinstance(node, Sequence) and any(_holds_key(item, keys) for item in node.items)
