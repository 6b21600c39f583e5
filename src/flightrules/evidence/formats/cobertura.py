"""Cobertura XML, as coverage.py, coverlet, istanbul, gcovr, dotnet and many others write it.

Only the lines of a class count: those of its methods repeat them, or name declarations. The same line in
several classes (generics, partial classes, templates) is one line. Header totals are only compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.xml import feed, guarded_parser
from flightrules.evidence.reading.xml_pieces import NotPlainError, Pieces, at_byte, outlined
from flightrules.evidence.records.announced import Announced, share, whole_number
from flightrules.evidence.records.hits import Hits
from flightrules.evidence.records.line_batch import LineBatch, LineBranches, PlainLines
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS, Lines
from flightrules.evidence.source import Source
from flightrules.patterns import late

__all__ = ["read"]

_MILLISECONDS_FROM = 10**11
_MEMORY = 1 << 16
_UNNAMED = "(unnamed)"
_CONDITIONS = late(r"\(\s*([0-9]{1,9})\s*/\s*([0-9]{1,9})\s*\)")
_FILENAME = late(r"""(?:[\w:.-]+\s*=\s*"[^"]*"\s+)*?filename\s*=\s*"([^"&\t\r\n]*)["]""")
_NUMBER, _HITS = ' number="([0-9]++)"', ' hits="([0-9]++)"'
_CONDITION = '(?: branch="[^"]*+")? condition-coverage="([^"]*+)"'
_LINES = (  # number, hits, branches as most tools write them; the same by the alphabet as some do
    (late(f"<line{_NUMBER}{_HITS}"), late(f"<line{_NUMBER}{_HITS}(?:{_CONDITION})?+"), (0, 1, 2)),
    (
        late(f"<line{_HITS}{_NUMBER}"),
        late(f"<line(?:{_CONDITION})?+{_HITS}{_NUMBER}"),
        (-1, -2, 0),
    ),
)
_ATTRIBUTE = r'[\w:.-]++="[^"]*+"'
_PLAIN_CLASS = re.compile(  # and whether methods follow
    rf'(?:{_ATTRIBUTE}\s++)*?filename="([^"&\t\r\n]*+)"(?:\s++{_ATTRIBUTE})*+\s*+>\s*+(<methods>)?'.encode()
)
_BEFORE_LINES = re.compile(rb"\s*+(?:<methods\s*+/>\s*+)?+<lines>\s*+")
_PLAIN_LINE = re.compile(  # a whole element: number, hits, branches as coverage.py and most others write them
    rb'<line number="([1-9][0-9]{0,4}+)" hits="(0|[1-9][0-9]{0,17}+)"'
    rb'(?:/>|(?: branch="[A-Za-z]*+")?+(?: condition-coverage="([0-9%(/). ]*+)")?+'
    rb'(?: missing-branches="[a-z0-9, ]*+(?:-[a-z0-9, ]++)*+")?+'
    rb" ?+(?:/>|>[ \t\r\n]*+(?:<conditions>[ \t\r\n]*+"
    rb'(?:<condition number="[0-9]++" type="[a-z]*+" coverage="[0-9.%]*+" ?+/>[ \t\r\n]*+)*+'
    rb"</conditions>[ \t\r\n]*+)?+</line>))[ \t\r\n]*+"
)
_CLASS = re.compile(b"</?class")
_UNSEEN = re.compile(b"<(?:line|/?class|/?method|source)")
_BEHIND = re.compile(b"<(?:line|source)")
_METHOD_NAME = late(r'\sname="([^"]*)"')
_METHOD_SIGNATURE = late(r'\ssignature="([^"]*)"')


def read(source: Source, head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_COUNT_MISMATCH, E_CONTRADICTION, E_RANGE, E_NUMBER, E_MISSING_FIELD,
            E_DUPLICATE_KEY, E_PATH_OUTSIDE and what broken XML gives.
    """
    reader: _Report
    try:
        reader = _InPieces(source)
        reader.run()
    except NotPlainError:
        reader = _ByHandlers(source)
        reader.run()
    return reader.reading(head)


class _Report:
    """What both ways of reading share: the header, and what becomes of a class and its lines."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.book = LineBook(source.name)
        self.hits = Hits(source.name)
        self.notices: list[Notice] = []
        self.header: dict[str, str] = {}
        self.method_lines = 0
        self._roots: list[str] = []
        self._conditions: dict[str, tuple[int, int] | None] = {}

    def run(self) -> None:
        """Read the whole report."""
        raise NotImplementedError

    def reading(self, head: Head) -> Reading:
        """What was read, compared with what the header says."""
        announced = self._announced()
        if not self.book.records:
            announced.refuse_bodyless(self.source.name)
        lines = self._lines()
        compared = announced.compare(lines, self.source.name)
        notices = (*self.notices, *compared, *self.book.notices(lines), *self.hits.notices)
        return Reading(
            "cobertura", lines, notices=notices, facts=self._facts(head), definitions=dict(LINE_DEFINITIONS)
        )

    def open_head(
        self, parser: Any, on_class: Callable[[dict[str, str]], None]
    ) -> Callable[[str, dict[str, str]], None]:
        """The start handler for what stands before the classes: the header and the source folders."""
        text: list[str] = []

        def end(name: str) -> None:
            if name == "source":
                self._roots.append("".join(text).strip().replace("\\", "/"))
                parser().CharacterDataHandler = parser().EndElementHandler = None

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "coverage" and not self.header:
                self.header = attributes
            elif name == "source":
                text.clear()
                parser().CharacterDataHandler, parser().EndElementHandler = text.append, end
            elif name == "class":
                on_class(attributes)

        return start

    def path(self, filename: str) -> str:
        """The name of a class's file, below the source folder if that is one."""
        return self.book.path(filename, self._root_path()) if filename.strip() else _UNNAMED

    def batch(
        self, numbers: Sequence[str], hits: Sequence[str], branches: Sequence[tuple[str, ...]]
    ) -> LineBatch:
        """Lines of a class; ``branches`` are number, hits and ``50% (1/2)`` of the lines that have some."""
        marks = bytes(map(self.hits.__getitem__, hits))
        return LineBatch(numbers, marks, self._branches(branches) if branches else None)

    def refuse_twins(self, methods: Sequence[tuple[str, str]]) -> None:
        """Refuse methods that cannot be told apart; tools that know no signatures write none or ``()V``."""
        told = Counter((name, signature) for name, signature in methods if signature not in ("", "()V"))
        twin = next((key for key, times in told.items() if times > 1), None)
        if twin is not None:
            raise EvidenceError(
                "E_DUPLICATE_KEY",
                f"the method {twin[0][:100]!r} with signature {twin[1][:100]!r} stands twice in one class",
                file=self.source.name,
                hint="check how the report was converted or joined; the two cannot be told apart",
            )

    def _root_path(self) -> str:
        """The one folder that all names are relative to; several or a placeholder say nothing."""
        folders = {one for one in self._roots if one and one[0] not in "-$" and one not in (".", "./")}
        return folders.pop().rstrip("/") if len(folders) == 1 else ""

    def _branches(self, rows: Sequence[tuple[str, ...]]) -> LineBranches | None:
        known = self._conditions
        numbers, hits, texts = zip(*rows, strict=True)
        for text in sorted(set(texts).difference(known)):
            known[text] = self._condition(text)
        pairs = [pair for pair in map(known.__getitem__, texts) if pair is not None]
        if len(pairs) < len(rows):
            told = [row for row in rows if known[row[2]] is not None]
            return self._branches(told) if told else None
        if len(known) > _MEMORY:
            known.clear()
        return LineBranches(numbers, bytes(map(self.hits.__getitem__, hits)), pairs)

    def _condition(self, text: str) -> tuple[int, int] | None:
        """Branches taken and existing from ``50% (1/2)``; a bare percentage tells neither."""
        found = _CONDITIONS.search(text)
        if found is None:
            return None
        taken, total = int(found[1]), int(found[2])
        if taken > total:
            raise EvidenceError(
                "E_CONTRADICTION", f"a line took {taken} of {total} branches", file=self.source.name
            )
        return (taken, total) if total else None

    def _lines(self) -> Lines:
        if self.method_lines and not self.book.records:
            return self.book.build(
                "the classes list lines only inside methods; let the tool list the lines of each class"
            )
        return self.book.build()

    def _announced(self) -> Announced:
        header = self.header
        return Announced(
            whole_number(header.get("lines-covered")),
            whole_number(header.get("lines-valid")),
            whole_number(header.get("branches-covered")),
            whole_number(header.get("branches-valid")),
            share(header.get("line-rate")),
        )

    def _facts(self, head: Head) -> dict[str, str]:
        stamp = whole_number(self.header.get("timestamp")) or 0
        taken_at = rfc3339(stamp if stamp >= _MILLISECONDS_FROM else stamp * 1000) if stamp > 1 else None
        facts = {"taken_at": taken_at} if taken_at else {}
        tool = next((name for name in ("coverage.py", "gcovr") if name in head.text), "")
        if tool and self.header.get("version"):
            facts |= {"tool": tool, "tool_version": self.header["version"]}
        return facts


class _InPieces(_Report):
    """The usual report: one piece of text for each class."""

    def run(self) -> None:
        self._pairs: dict[bytes, tuple[int, int] | None] = {}
        pieces = Pieces(self.source, "<class ", self._class, inner="<line", notices=self.notices)

        def on_class(_: dict[str, str]) -> None:
            pieces.parser.StartElementHandler = None

        pieces.run(self.open_head(lambda: pieces.parser, on_class))

    def _class(self, piece: bytes) -> bytes:
        plain = self._plain(piece)
        if plain is None:
            self._searched(piece.decode())
        return plain or piece

    def _plain(self, piece: bytes) -> bytes | None:
        """Take a class whose lines look alike, column by column; what the parser shall see of it.

        What stands between the lines is joined and looked at as one: it is the proof that no line, branch,
        method or class went unseen.
        """
        start = _PLAIN_CLASS.match(piece)
        if start is None:
            return None
        methods, closing, own = piece.rpartition(b"</methods>") if start[2] else (b"", b"", piece)
        if _CLASS.search(methods):
            return None
        flat = _PLAIN_LINE.split(own)
        numbers, hits, texts = flat[1::4], flat[2::4], flat[3::4]
        gaps = [flat[0], *filter(None, flat[4:-1:4]), flat[-1]]
        last, closed, behind = flat[-1].partition(b"</class>")
        between = b"".join([*gaps[1:-1], last])
        if not numbers or not closed or _BEHIND.search(behind):
            return None
        if not _BEFORE_LINES.fullmatch(gaps[0], 0 if start[2] else start.end()):
            return None
        if b"condition-coverage" in between or _UNSEEN.search(between):
            return None
        if methods:
            self._methods(methods.decode())
        path = self.path(start[1].decode())
        branches = () if texts.count(None) == len(texts) else self._plain_branches(texts)
        lines = PlainLines(numbers, hits, *branches)
        self.book.take_plain(path, numbers, lines.counts(), lines.later())
        return methods + closing + outlined(gaps)

    def _plain_branches(self, texts: list[bytes | None]) -> tuple[list[int], list[tuple[int, int] | None]]:
        """Where conditions are stated, and how many branches were taken and exist if they tell it."""
        known, told = self._pairs, list(filter(None, texts))
        for text in sorted(set(told).difference(known)):
            known[text] = self._condition(text.decode())
        places, pairs = list(compress(range(len(texts)), texts)), list(map(known.__getitem__, told))
        if len(known) > _MEMORY:
            known.clear()
        return places, pairs

    def _searched(self, piece: str) -> None:
        """Take any other class of which a search finds every line."""
        name = _FILENAME.match(piece)
        body, _, behind = piece.partition("</class>")
        if name is None or "<class" in body or "<line" in behind or "<source" in piece:
            raise NotPlainError
        methods, closed, own = body.rpartition("</methods>")
        if closed:
            self._methods(methods)
        elif "<method " in own:
            raise NotPlainError
        if "<line " in own:
            self.book.take(self.path(name[1]), self._columns(own))
        elif own.count("<line") != own.count("<lines"):
            raise NotPlainError

    def _columns(self, own: str) -> LineBatch:
        """All lines of a class by one search, which must find every line and every branch."""
        tags, conditions = own.count("<line"), own.count("condition-coverage")
        for simple, branched, (number, hits, condition) in _LINES:
            found = (branched if conditions else simple).findall(own)
            if len(found) != tags and len(found) + own.count("<lines") != tags:
                continue
            rows = (
                [(one[number], one[hits], one[condition]) for one in found if one[condition]]
                if conditions
                else []
            )
            if len(rows) == conditions:
                columns = list(zip(*found, strict=True))
                return self.batch(columns[number], columns[hits], rows)
        raise NotPlainError

    def _methods(self, text: str) -> None:
        _, _, text = text.partition("<methods")
        lines = text.count("<line ")
        self.method_lines += lines
        names, signatures = _METHOD_NAME.findall(text), _METHOD_SIGNATURE.findall(text)
        count = text.count("<method ")
        if len(names) != count or len(signatures) != (count if "signature" in text else 0):
            raise NotPlainError
        if signatures:
            self.refuse_twins(list(zip(names, signatures, strict=True)))


class _ByHandlers(_Report):
    """Any other report: a call for each element."""

    def run(self) -> None:
        parser = guarded_parser(self.source, namespaces=False, notices=self.notices)
        head = self.open_head(lambda: parser, self._open)
        self._path = ""
        self._rows: list[tuple[str, str, str]] = []
        self._methods: list[tuple[str, str]] = []
        self._in_methods = 0
        self._at = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "line":
                self._line(attributes)
            elif name == "method":
                self._methods.append((attributes.get("name", ""), attributes.get("signature", "")))
            elif name == "methods":
                self._in_methods, parser.EndElementHandler = self._in_methods + 1, end
            else:
                self._at = parser.CurrentByteIndex
                head(name, attributes)

        def end(name: str) -> None:
            if name == "methods":
                self._in_methods -= 1
                parser.EndElementHandler = end if self._in_methods else None

        parser.StartElementHandler = start
        with at_byte(self.source, lambda: self._at):
            feed(parser, self.source, lambda: self._give(whole=False))
            self._close()

    def _open(self, attributes: dict[str, str]) -> None:
        self._close()
        self._path = self.path(attributes.get("filename", ""))

    def _close(self) -> None:
        self._give(whole=True)
        self.refuse_twins(self._methods)
        self._methods.clear()

    def _line(self, attributes: dict[str, str]) -> None:
        if self._in_methods:
            self.method_lines += 1
            return
        number, hits = attributes.get("number"), attributes.get("hits")
        if number is None or hits is None or not self._path:
            what = (
                "outside a class"
                if not self._path
                else f"without its {'number' if number is None else 'hits'}"
            )
            raise EvidenceError("E_MISSING_FIELD", f"a line is listed {what}", file=self.source.name)
        self._rows.append((number, hits, attributes.get("condition-coverage", "")))

    def _give(self, *, whole: bool) -> None:
        if self._rows:
            numbers, hits, _ = zip(*self._rows, strict=True)
            branches = [row for row in self._rows if row[2]]
            self._rows.clear()
            self.book.take(self._path, self.batch(numbers, hits, branches), whole=whole)
