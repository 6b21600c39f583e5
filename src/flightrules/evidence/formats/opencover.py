"""OpenCover XML, as OpenCover, AltCover and coverlet write it.

Sequence points are the statements, as the tool counts them: once for each method of each module, so a source
file compiled into two modules counts twice. Modules that were skipped hold none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.xml import feed, guarded_parser
from flightrules.evidence.reading.xml_pieces import at_byte
from flightrules.evidence.records.announced import Announced, whole_number
from flightrules.evidence.records.file_lines import HIT
from flightrules.evidence.records.hits import Hits
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import STATEMENT_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Statements and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_COUNT_MISMATCH, E_CONTRADICTION, E_RANGE, E_NUMBER, E_MISSING_FIELD
            and what broken XML gives.
    """
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._book = LineBook(source.name)
        self._hits = Hits(source.name)
        self._summary: dict[str, str] | None = None
        self._files: dict[str, str] = {}
        self._method_file = ""
        self._names = {"ModuleName": "", "Name": ""}
        self._seen: Counter[str] = Counter()
        self._points: list[tuple[int, str, int]] = []
        self._branches: dict[tuple[str, int], dict[str, bool]] = defaultdict(dict)
        self._parser: Any = None
        self._at = 0

    def read(self) -> Reading:
        notices: list[Notice] = []
        parser = self._parser = guarded_parser(self._source, notices=notices)
        parser.StartElementHandler = self._start
        with at_byte(self._source, lambda: self._at):
            feed(parser, self._source)
        for (path, line), each in self._branches.items():
            self._book.branch(path, line, sum(each.values()), len(each))
        announced = self._announced()
        if not self._book.records:
            announced.refuse_bodyless(self._source.name)
        lines = self._book.build()
        found = (
            *notices,
            *announced.compare(lines, self._source.name),
            *self._book.notices(lines),
            *self._hits.notices,
        )
        return Reading("opencover", lines, notices=found, definitions=dict(STATEMENT_DEFINITIONS))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._at = self._parser.CurrentByteIndex
        if name == "SequencePoint":
            self._point(attributes)
        elif name == "BranchPoint":
            self._branch(attributes)
        elif name == "FileRef":
            self._method_file = attributes.get("uid", "")
        elif name == "Method":
            self._method_file = ""
            self._names["Name"] = ""
            self._seen.clear()
            self._points.clear()
        elif name in self._names:
            self._read_text(name)
        elif name == "File":
            self._files[attributes.get("uid", "")] = self._book.path(
                attributes.get("fullPath") or "(unnamed)"
            )
        elif name == "Module":
            self._files.clear()
        elif name == "Summary" and self._summary is None:
            self._summary = attributes

    def _point(self, attributes: dict[str, str]) -> None:
        path, line = self._place(attributes)
        mark = self._hits[self._required(attributes, "vc")]
        place = ":".join(attributes.get(key, "") for key in ("sl", "sc", "el", "ec"))
        self._seen[place] += 1
        self._book.add(path, [line], [mark])
        self._book.statement(path, f"{self._of_method()}:{place}:{self._seen[place]}", 1, mark)
        self._points.append((whole_number(attributes.get("offset")) or 0, path, line))

    def _branch(self, attributes: dict[str, str]) -> None:
        place = self._place(attributes) if "sl" in attributes else self._nearest(attributes)
        if place is None:
            return
        path, line = place
        ran = self._hits[self._required(attributes, "vc")] == HIT
        keys = ("offset", "path", "offsetend")
        key = f"{self._of_method()}:" + ":".join(attributes.get(key, "") for key in keys)
        of_line = self._branches[path, line]
        of_line[key] = of_line.get(key, False) or ran

    def _nearest(self, attributes: dict[str, str]) -> tuple[str, int] | None:
        """The line of the last point before a branch that names no line itself, as old versions wrote it."""
        offset = whole_number(attributes.get("offset")) or 0
        before = [point for point in self._points if point[0] <= offset] or self._points[:1]
        return max(before)[1:] if before else None

    def _of_method(self) -> str:
        return f"{self._names['ModuleName']}:{self._names['Name']}"

    def _read_text(self, name: str) -> None:
        text: list[str] = []
        self._parser.CharacterDataHandler = text.append

        def end(_: str) -> None:
            self._names[name] = "".join(text).strip()
            self._parser.CharacterDataHandler = self._parser.EndElementHandler = None

        self._parser.EndElementHandler = end

    def _place(self, attributes: dict[str, str]) -> tuple[str, int]:
        uid = attributes.get("fileid") or self._method_file
        line = whole_number(self._required(attributes, "sl"))
        if line is None:
            raise EvidenceError(
                "E_NUMBER", f"a line number is no number: {attributes['sl'][:40]!r}", file=self._source.name
            )
        return self._files.get(uid, f"(file {uid})"), line

    def _required(self, attributes: dict[str, str], key: str) -> str:
        value = attributes.get(key)
        if value is None:
            raise EvidenceError("E_MISSING_FIELD", f"a point is listed without {key}", file=self._source.name)
        return value

    def _announced(self) -> Announced:
        summary = self._summary or {}
        keys = ("visitedSequencePoints", "numSequencePoints", "visitedBranchPoints", "numBranchPoints")
        return Announced.of(whole_number(summary.get(key)) for key in keys)
