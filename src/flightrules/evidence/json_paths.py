"""The key paths of the first JSON document in a text, without decoding it."""

from __future__ import annotations

import re

from flightrules.errors import EvidenceError

__all__ = ["JsonPaths"]

_TOKEN = re.compile(r'"([^"\\]*+(?:\\(?s:.)[^"\\]*+)*+)("?)|([{}\[\],])|([^\s{}\[\],:"]++)')
_STRING, _MARK = 2, 3
_PATH_DEPTH = 5
_DEPTH_LIMIT = 512
_VALUE_LENGTH = 200


class JsonPaths:
    """Paths such as ``runs[].tool``, and the first short scalar at each.

    ``ended_at`` is where the first document ended, ``None`` when the text ended first. Paths below the
    depth that recognition looks at are not kept, because their text would grow with the depth.
    """

    def __init__(self, text: str, name: str) -> None:
        self.paths: set[str] = set()
        self.values: dict[str, str] = {}
        self.ended_at: int | None = None
        self._name = name
        self._bases: list[str] = []  # path of each open container
        self._objects: list[bool] = []
        self._key: str | None = None
        self._expects_key = False
        self._walk(text)

    def _walk(self, text: str) -> None:
        for token in _TOKEN.finditer(text):
            kind = token.lastindex
            if kind == _STRING:
                if not token[2]:
                    return  # the text ends inside of a string
                self._value(token[1], is_string=True)
            elif kind != _MARK:
                self._value(token[4], is_string=False)
            elif (mark := token[3]) == ",":
                self._key, self._expects_key = None, bool(self._objects and self._objects[-1])
            elif mark in "{[":
                self._open(mark)
            else:
                self._close()
                if not self._bases:
                    self.ended_at = token.end()
                    return

    def _open(self, mark: str) -> None:
        shallow = 0 < len(self._bases) <= _PATH_DEPTH
        self._bases.append(self._here() if shallow else "")
        self._objects.append(mark == "{")
        if len(self._bases) > _DEPTH_LIMIT:
            raise EvidenceError("E_TOO_DEEP", "the document is nested too deeply", file=self._name, line=1)
        if mark == "[" and len(self._bases) <= _PATH_DEPTH + 1:
            self._bases[-1] += "[]"
            self.paths.add(self._bases[-1])
        self._key, self._expects_key = None, mark == "{"

    def _close(self) -> None:
        if self._bases:
            self._bases.pop()
            self._objects.pop()
        self._key, self._expects_key = None, False

    def _value(self, text: str, *, is_string: bool) -> None:
        shallow = len(self._bases) <= _PATH_DEPTH
        if is_string and self._expects_key:
            self._key, self._expects_key = text, False
            if shallow:
                self.paths.add(self._here())
        elif shallow:
            self.values.setdefault(self._here(), text[:_VALUE_LENGTH])

    def _here(self) -> str:
        if not self._bases:
            return ""
        base = self._bases[-1]
        return (
            (f"{base}.{self._key}" if base else self._key)
            if self._objects[-1] and self._key is not None
            else base
        )
