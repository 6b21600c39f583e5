"""JaCoCo XML, also as Kover, Pester and Gradle's aggregation write it.

A line is covered if at least one of its instructions ran (``ci`` above zero). Files are named by package,
without the source folder, and below their module where the report has groups. Counters are only compared.
"""

from __future__ import annotations

import re
from itertools import compress
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.xml import feed, guarded_parser
from flightrules.evidence.reading.xml_pieces import NotPlainError, Pieces, at_byte, outlined
from flightrules.evidence.records.announced import Announced, whole_number
from flightrules.evidence.records.hits import Hits
from flightrules.evidence.records.line_batch import LineBatch, LineBranches, PlainLines
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_NAME = re.compile(rb'name="([^"&\t\r\n]*)"')
_FILE = b"<sourcefile "
_PLAIN_LINE = re.compile(  # a whole element: number, covered instructions, branches if any
    rb'<line nr="([1-9][0-9]{0,4}+)" (?!mi="0" ci="0")mi="[0-9]++" ci="(0|[1-9][0-9]{0,17}+)" '
    rb'(?:mb="0" cb="0"|mb="([0-9]{1,9}+" cb="[0-9]{1,9}+)")/>'
)
_LINE = re.compile('<line nr="([0-9]++)" mi="([0-9]++)" ci="([0-9]++)" mb="([0-9]++)" cb="([0-9]++)"')
_ODD = re.compile(rb"<(?:line|group|package|sourcefile|sessioninfo)")
_ODD_AMONG_LINES = re.compile(rb"<(?:group|package|sourcefile|sessioninfo)")
_COUNTER = re.compile(r'<counter type="([A-Z]++)" missed="([0-9]++)" covered="([0-9]++)"')
_DIGITS = 20
_LINE_KEYS = ("nr", "mi", "ci", "mb", "cb")
_HINT = "compile with debug information (javac -g), so that the report can name lines"


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_COUNT_MISMATCH, E_CONTRADICTION, E_RANGE, E_NUMBER, E_NEGATIVE,
            E_MISSING_FIELD and what broken XML gives.
    """
    reader: _Report
    try:
        reader = _InPieces(source)
        reader.run()
    except NotPlainError:
        reader = _ByHandlers(source)
        reader.run()
    return reader.reading()


class _Report:
    """What both ways of reading share: what becomes of a source file's lines, and the totals."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.book = LineBook(source.name)
        self.hits = Hits(source.name)
        self.notices: list[Notice] = []
        self.counters: dict[str, tuple[str, str]] = {}
        self.dumped_at = ""

    def run(self) -> None:
        """Read the whole report."""
        raise NotImplementedError

    def reading(self) -> Reading:
        """What was read, compared with the report's own counters."""
        announced = Announced(*self._counter("LINE"), *self._counter("BRANCH"))
        if not self.book.records:
            announced.refuse_bodyless(self.source.name)
        lines = self.book.build(_HINT)
        compared = announced.compare(lines, self.source.name)
        notices = (*self.notices, *compared, *self.book.notices(lines), *self.hits.notices)
        stamp = whole_number(self.dumped_at)
        taken_at = rfc3339(stamp) if stamp else None
        facts = {"tool": "jacoco", **({"taken_at": taken_at} if taken_at else {})}
        return Reading("jacoco", lines, notices=notices, facts=facts, definitions=dict(LINE_DEFINITIONS))

    def give(self, path: str, rows: list[tuple[str, ...]], *, whole: bool = True) -> None:
        """Take the lines of one file as ``(nr, mi, ci, mb, cb)``; a line without instructions is none."""
        numbers, missed, ran, _, _ = zip(*rows, strict=True)
        if "0" in missed and "0" in ran and any(a == b == "0" for a, b in zip(missed, ran, strict=True)):
            rows = [row for row in rows if row[1] != "0" or row[2] != "0"]
            if not rows:
                return
            numbers, missed, ran, _, _ = zip(*rows, strict=True)
        marks = bytes(map(self.hits.__getitem__, ran))
        branched = [row for row in rows if row[4] != "0" or row[3] != "0"]
        branches = self._branches(branched) if branched else None
        self.book.take(path, LineBatch(numbers, marks, branches), whole=whole)

    def _branches(self, rows: list[tuple[str, ...]]) -> LineBranches:
        pairs = []
        for _, _, _, missed, taken in rows:
            if not (taken.isdecimal() and missed.isdecimal() and len(taken) + len(missed) < _DIGITS):
                raise EvidenceError(
                    "E_NUMBER",
                    f"branches {missed[:20]!r}, {taken[:20]!r} are no numbers",
                    file=self.source.name,
                )
            pairs.append((int(taken), int(taken) + int(missed)))
        marks = bytes(self.hits[row[2]] for row in rows)
        return LineBranches([row[0] for row in rows], marks, pairs)

    def _counter(self, kind: str) -> tuple[int | None, int | None]:
        missed, covered = (whole_number(text) for text in self.counters.get(kind, ("", "")))
        return (None, None) if missed is None or covered is None else (covered, covered + missed)


class _InPieces(_Report):
    """The usual report: one piece of text for each package."""

    def run(self) -> None:
        self._tail = ""
        self._pairs: dict[bytes, tuple[int, int]] = {}
        pieces = Pieces(self.source, "<package ", self._package, inner="<line", notices=self.notices)

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "group":
                raise NotPlainError
            if name == "sessioninfo":
                self.dumped_at = attributes.get("dump", "")
            elif name == "package":
                pieces.parser.StartElementHandler = None

        pieces.run(start)
        counted = _COUNTER.findall(self._tail)
        if len(counted) != self._tail.count("<counter"):
            raise NotPlainError
        self.counters = {kind: (missed, covered) for kind, missed, covered in counted}

    def _package(self, piece: bytes) -> bytes:
        name = _NAME.match(piece)
        first, *files = piece.split(_FILE)
        last, closed, tail = (files or [first])[-1].rpartition(b"</package>")
        if name is None or not closed or _ODD.search(tail) or _ODD.search(first if files else last):
            raise NotPlainError
        self._tail, package = tail.decode(), name[1].decode()
        if not files:
            return piece
        shown = [self._file(package, text) for text in (*files[:-1], last)]
        return _FILE.join([first, *shown]) + closed + tail

    def _file(self, package: str, text: bytes) -> bytes:
        """Take the lines of one file; what the parser shall see of them."""
        name = _NAME.match(text)
        if name is None:
            raise NotPlainError
        path = f"{package}/{name[1].decode()}"
        plain = self._columns(path, text)
        if plain is not None:
            return plain
        rows = _LINE.findall(text.decode())
        if len(rows) != text.count(b"<line") or _ODD_AMONG_LINES.search(text):
            raise NotPlainError
        if rows:
            self.give(self.book.path(path), rows)
        return text

    def _columns(self, path: str, text: bytes) -> bytes | None:
        """Take the lines column by column, if all look alike; what the parser shall see of them.

        What stands between the lines is joined and looked at as one: it is the proof that none went unseen.
        """
        flat = _PLAIN_LINE.split(text)
        numbers, hits, texts, gaps = flat[1::4], flat[2::4], flat[3::4], flat[::4]
        if not numbers or _ODD.search(b"".join(gaps)):
            return None
        branched = list(compress(range(len(texts)), texts))
        pairs = list(map(self._pair, compress(texts, texts)))
        lines = PlainLines(numbers, hits, branched, pairs)
        self.book.take_plain(self.book.path(path), numbers, lines.counts(), lines.later())
        return outlined(gaps)

    def _pair(self, text: bytes) -> tuple[int, int]:
        """Branches taken and existing."""
        found = self._pairs.get(text)
        if found is None:
            missed, _, taken = text.partition(b'" cb="')
            found = self._pairs[text] = int(taken), int(taken) + int(missed)
        return found


class _ByHandlers(_Report):
    """Any other report: a call for each element."""

    def run(self) -> None:
        parser = guarded_parser(self.source, namespaces=False, notices=self.notices)
        self._parser: Any = parser
        self._groups: list[str] = []
        self._counted: dict[str, tuple[str, str]] = {}
        self._package = self._path = ""
        self._rows: list[tuple[str, ...]] = []
        self._at = 0
        parser.StartElementHandler = self._start
        with at_byte(self.source, lambda: self._at):
            feed(parser, self.source, lambda: self._give(whole=False))
            self._give(whole=True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "line":
            self._line(attributes)
        elif name == "counter":
            counted = attributes.get("missed", ""), attributes.get("covered", "")
            self._counted[attributes.get("type", "")] = counted
            self._parser.EndElementHandler = self._end
        elif name == "sourcefile":
            self._give(whole=True)
            self._at = self._parser.CurrentByteIndex
            path = self.book.path(f"{self._package}/{attributes.get('name', '')}")
            self._path = self.book.package(path, "/".join(self._groups))
        elif name == "package":
            self._package = attributes.get("name", "")
        elif name == "group":
            self._groups.append(attributes.get("name", ""))
            self._parser.EndElementHandler = self._end
        elif name == "sessioninfo":
            self.dumped_at = attributes.get("dump", "")

    def _end(self, name: str) -> None:
        """Counters are of the element that ends behind them, and only those of the report are its totals."""
        if name == "counter":
            return
        if name == "report":
            self.counters = dict(self._counted)
        elif name == "group":
            self._groups.pop()
        self._counted.clear()
        if not self._groups:
            self._parser.EndElementHandler = None

    def _line(self, attributes: dict[str, str]) -> None:
        row = tuple(attributes.get(key, "0" if key in ("mb", "cb") else "") for key in _LINE_KEYS)
        if "" in row or not self._path:
            what = "outside a source file" if not self._path else "without its number or instruction counts"
            raise EvidenceError("E_MISSING_FIELD", f"a line is listed {what}", file=self.source.name)
        self._rows.append(row)

    def _give(self, *, whole: bool) -> None:
        if self._rows:
            rows = self._rows[:]
            self._rows.clear()
            self.give(self._path, rows, whole=whole)
