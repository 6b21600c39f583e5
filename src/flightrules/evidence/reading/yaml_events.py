"""YAML as a tool writes it, read safely: no tags, no aliases, bounded depth, every scalar a text."""

from __future__ import annotations

from typing import Any

import yaml

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.json import utf8
from flightrules.evidence.source import Source

__all__ = ["document"]

_SIZE_LIMIT = 32 << 20
_DEPTH_LIMIT = 64
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def document(source: Source) -> Any:
    """The one document of the file; mappings are dicts, sequences lists, scalars texts (``None`` for a null).

    Raises:
        EvidenceError: E_MALFORMED, E_TOO_LARGE, E_TOO_DEEP, E_DUPLICATE_KEY, E_ENCODING, E_CONTROL_CHAR.
    """
    if source.size > _SIZE_LIMIT:
        message = f"the document has {source.size} bytes; this format is read up to {_SIZE_LIMIT}"
        raise EvidenceError("E_TOO_LARGE", message, file=source.name)
    builder = _Builder(source.name)
    try:
        for event in yaml.parse(utf8(source), _LOADER):
            builder.take(event)
    except yaml.reader.ReaderError as error:
        message = f"a character is not allowed at {error.position}"
        raise EvidenceError("E_CONTROL_CHAR", message, file=source.name) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        message = f"not valid YAML: {error.problem}"
        raise EvidenceError("E_MALFORMED", message, file=source.name, line=line, column=column) from None
    return builder.root


class _Builder:
    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[tuple[Any, list[str]]] = []
        self.root: Any = None

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._error(event, "E_MALFORMED", "anchors and aliases are not read")
        if isinstance(event, yaml.ScalarEvent):
            plain_null = event.implicit[0] and event.value in ("", "~", "null")
            self._add(None if plain_null and not event.style else event.value, event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._add(value, event)
            self._open.append((value, []))
            if len(self._open) > _DEPTH_LIMIT:
                raise self._error(event, "E_TOO_DEEP", f"nested deeper than {_DEPTH_LIMIT}")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._open.pop()

    def _add(self, value: Any, event: Any) -> None:
        if not self._open:
            self.root = value
            return
        container, keys = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        elif keys:
            container[keys.pop()] = value
        elif not isinstance(value, str):
            raise self._error(event, "E_MALFORMED", "a key is no text")
        elif value in container:
            raise self._error(event, "E_DUPLICATE_KEY", f"the key {value[:80]!r} stands twice")
        else:
            keys.append(value)

    def _error(self, event: Any, code: str, message: str) -> EvidenceError:
        mark = event.start_mark
        return EvidenceError(code, message, file=self._name, line=mark.line + 1, column=mark.column + 1)
