"""Clover XML, as OpenClover, PHPUnit and istanbul write it.

Statements are counted; method lines are declarations. Files of a ``testproject`` are tests, not the product.
A condition that has a hit count of its own is a statement, too. PHPUnit writes a statement on a method's
first line as the method alone; how many there are, and how many ran, is known from the sums of their file.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.xml import feed, guarded_parser
from flightrules.evidence.reading.xml_pieces import at_byte
from flightrules.evidence.records.announced import Announced, whole_number
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.hits import Hits
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import STATEMENT_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_MILLISECONDS_FROM = 10**11
_ISTANBUL = "3.2.0"


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
        self._root: dict[str, str] = {}
        self._metrics: dict[str, str] = {}
        self._package = self._path = ""
        self._tests = False
        self._above = ""
        self._same_line: Counter[str] = Counter()
        self._bare: list[tuple[int, str]] = []  # methods with another one, or nothing, right below
        self._others: list[tuple[int, str]] = []
        self._fresh = False  # the line above is a method
        self._statements = self._ran = 0  # of the file
        self._parser: Any = None
        self._at = 0

    def read(self) -> Reading:
        notices: list[Notice] = []
        parser = self._parser = guarded_parser(self._source, namespaces=False, notices=notices)
        parser.StartElementHandler = self._start
        with at_byte(self._source, lambda: self._at):
            feed(parser, self._source)
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
        stamp = whole_number(self._root.get("generated")) or 0
        taken_at = rfc3339(stamp if stamp >= _MILLISECONDS_FROM else stamp * 1000) if stamp else None
        facts = {"taken_at": taken_at} if taken_at else {}
        return Reading("clover", lines, notices=found, facts=facts, definitions=dict(STATEMENT_DEFINITIONS))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._at = self._parser.CurrentByteIndex
        if name == "line":
            self._line(attributes)
        elif name == "file":
            self._file(attributes)
        elif name in ("project", "testproject"):
            self._tests = name == "testproject"
        elif name == "package":
            self._package = attributes.get("name", "")
        elif name == "metrics":
            if "ncloc" in attributes and "files" not in attributes and "clover" not in self._root:
                self._one_line_methods(attributes)
            if self._above == "project" or ("files" in attributes and not self._metrics):
                self._metrics = attributes
        elif name == "coverage":
            self._root = attributes
        self._above = name

    def _file(self, attributes: dict[str, str]) -> None:
        self._same_line.clear()
        self._bare.clear()
        self._others.clear()
        self._fresh, self._statements, self._ran = False, 0, 0
        name = attributes.get("path") or attributes.get("name", "")
        if name and "/" not in name and "\\" not in name and not attributes.get("path") and self._package:
            name = f"{self._package.replace('.', '/')}/{name}"
        self._path = self._book.path(name) if name else ""

    def _line(self, attributes: dict[str, str]) -> None:
        kind, times = attributes.get("type", "stmt"), attributes.get("count")
        number = whole_number(attributes.get("num"))
        if self._tests or kind == "method":
            if number is not None and times is not None:
                self._bare.append((number, times))
                self._fresh = True
            return
        if self._fresh:
            self._others.append(self._bare.pop())
            self._fresh = False
        if number is None or not self._path:
            what = "outside a file" if not self._path else "without its number"
            raise EvidenceError("E_MISSING_FIELD", f"a line is listed {what}", file=self._source.name)
        if kind == "cond":
            self._condition(number, attributes)
        elif times is None:
            raise EvidenceError(
                "E_MISSING_FIELD", "a statement is listed without its count", file=self._source.name
            )
        if times is not None:
            self._statement(number, times)

    def _statement(self, number: int, times: str) -> None:
        mark = self._hits[times]
        self._statements += 1
        self._ran += mark == HIT
        self._book.add(self._path, [number], [mark])
        self._same_line[str(number)] += 1
        self._book.statement(self._path, f"{number}.{self._same_line[str(number)]}", 1, mark)

    def _one_line_methods(self, metrics: dict[str, str]) -> None:
        """Count as many methods as statements as the file's sums lack, first those with nothing below."""
        missing = (whole_number(metrics.get("statements")) or 0) - self._statements
        ran = (whole_number(metrics.get("coveredstatements")) or 0) - self._ran
        if not self._path or self._tests or not 0 <= ran <= missing:
            return
        methods = [*self._bare, *self._others]
        hit = [one for one in methods if self._hits[one[1]] == HIT][:ran]
        missed = [one for one in methods if self._hits[one[1]] != HIT][: missing - ran]
        if len(hit) + len(missed) == missing:
            for number, times in (*hit, *missed):
                self._statement(number, times)

    def _condition(self, number: int, attributes: dict[str, str]) -> None:
        """Both outcomes of a condition; istanbul writes how many branches ran and did not."""
        true, false = (self._hits_of(attributes.get(key, "0")) for key in ("truecount", "falsecount"))
        if self._root.get("clover") == _ISTANBUL:
            taken, total = true, true + false
        else:
            taken, total = (true > 0) + (false > 0), 2
        if total:
            self._book.branch(self._path, number, taken, total)

    def _hits_of(self, text: str) -> int:
        mark = self._hits[text]
        return (whole_number(text) or 1) if mark == HIT else MISSED - 1

    def _announced(self) -> Announced:
        keys = ("coveredstatements", "statements", "coveredconditionals", "conditionals")
        return Announced.of(whole_number(self._metrics.get(key)) for key in keys)
