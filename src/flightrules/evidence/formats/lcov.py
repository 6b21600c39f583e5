"""lcov tracefiles, as lcov, llvm-cov, istanbul, coverage.py and Bazel write them.

``DA`` records are the lines; ``LF`` and ``LH`` are only compared. ``BRDA`` records are the branches; one that
was never reached (``-``) exists and was not taken. Repeated sections of one file are joined.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.places import line_ends
from flightrules.evidence.reading.text import count
from flightrules.evidence.records.announced import Announced, whole_number
from flightrules.evidence.records.file_lines import Branches, LineCounts
from flightrules.evidence.records.hits import Hits
from flightrules.evidence.records.line_batch import LineBatch, LineBranches, PlainLines
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.line_digits import ascending
from flightrules.evidence.records.lines import LINE_DEFINITIONS, Lines
from flightrules.evidence.source import Source
from flightrules.values import NamedTuple

__all__ = ["read"]

_SECTION_LIMIT = 64 << 20
_TWO_FROM = 1 << 20  # another process costs 4 ms, 1 MiB costs 13
_CHUNK, _LOOK = 1 << 18, 1 << 16
_END = b"end_of_record"
_PASSED_OVER = rb"(?:(?:TN|VER|FN|FNDA|FNF|FNH|FNL|FNA):[^\n]*+\n)*+(?:BRF:0\nBRH:0\n)?+"
_AROUND = re.compile(  # file, LF, LH; what stands around the lines
    rb"\n?+%sSF:([^\r\n]++)\n%s%sLF:([0-9]{1,18}+)\nLH:([0-9]{1,18}+)\n%s" % ((_PASSED_OVER,) * 4)
)
_PLAIN = re.compile(  # file, lines, LF, LH; a section as most tools write it, from its first to its last byte
    rb"\n?+%s"
    rb"SF:([^\r\n]++)\n%s"
    rb"((?:DA:[1-9][0-9]{0,4}+,(?:0|[1-9][0-9]{0,17}+)\n)++)%s"
    rb"LF:([0-9]{1,18}+)\nLH:([0-9]{1,18}+)\n%s" % ((_PASSED_OVER,) * 4)
)
_LINE = b"\nDA:"
_COMMAS = bytes.maketrans(b"\n", b",")
_BRANCH = re.compile(r"^BRDA:([0-9]{1,9}),(.*),([0-9]{1,18}|-)\r?$", re.MULTILINE)
_LINE_TAGS = ("DA", "LF", "LH")
_FUNCTION_TAGS = ("FN", "FNDA", "FNF", "FNH", "FNL", "FNA")
_BRANCH_TAGS = ("BRDA", "BRF", "BRH", "MCDC", "MCF", "MCH")
_OTHER = frozenset(("TN", "SF", "VER", *_LINE_TAGS, *_FUNCTION_TAGS, *_BRANCH_TAGS))
_SUMS = ("LF", "LH", "BRF", "BRH")


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_TRUNCATED, E_NEGATIVE, E_NUMBER, E_RANGE, E_PATH_OUTSIDE,
            E_MISSING_FIELD, E_MALFORMED, E_ENCODING.
    """
    return _Trace(source).read()


class _Section(NamedTuple):
    """A section whose lines ascend: its file, the number of the last line, what was counted, LF and LH."""

    path: bytes
    top: int
    counts: LineCounts
    lines: bytes
    existing: bytes
    ran: bytes


class _Trace:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._book = LineBook(source.name)
        self._hits = Hits(source.name)
        self._sums: dict[str, int] = {}
        self._unknown: Counter[str] = Counter()
        self._at = 0

    def read(self) -> Reading:
        cut = _halfway(self._source)
        if self._source.beside is None or not cut:
            self._part(0, self._source.size)
            return self._reading()
        second = self._source.beside(partial(_second, self._source, cut))
        try:
            self._part(0, cut)
        finally:
            found = second()
        if not self._join(found):
            self._part(cut, self._source.size)
        return self._reading()

    def _part(self, start: int, end: int) -> None:
        for section in _sections(self._source, start, end):
            try:
                self._section(section)
            except EvidenceError as error:
                error.line = error.line or self._line(section)
                raise
            self._at += len(section) + len(_END)

    def _join(self, found: list[tuple[Any, ...]] | None) -> bool:
        """Take what another process has counted; false where any of it has to be looked at here."""
        sections = [
            _Section(path, top, LineCounts(*counts), *rest) for path, top, counts, *rest in found or ()
        ]
        if found is None or not self._book.has_room(sum(one.top + 1 for one in sections)):
            return False
        try:
            by_path = {self._book.path(one.path.decode()): one for one in sections}
        except EvidenceError:
            return False  # whoever reads the section says where it stands
        if len(by_path) < len(sections) or any(map(self._book.knows, by_path)):
            return False
        for path, one in by_path.items():
            self._take(path, one)
        return True

    def _reading(self) -> Reading:
        unknown = self._unknown_tags()
        hint = (
            f"{unknown[0].message}; check the coverage tool"
            if unknown
            else "check the coverage tool's source paths"
        )
        lines = self._book.build(hint)
        notices = (*unknown, *self._compared(lines), *self._book.notices(lines), *self._hits.notices)
        return Reading("lcov", lines, notices=notices, definitions=dict(LINE_DEFINITIONS))

    def _line(self, section: bytes) -> int:
        """Behind the line that names the section's file."""
        return (
            1 + line_ends(self._source, self._at - 1) + section.count(b"\n", 0, max(section.find(b"SF:"), 0))
        )

    def _section(self, section: bytes) -> None:
        found = _ascending(section)
        path = self._book.path(found.path.decode()) if found is not None else ""
        if found is not None and not self._book.knows(path):
            self._take(path, found)
        elif not section.isascii() or not self._plain(section):
            self._mixed(_text(section, self._source))

    def _take(self, path: str, found: _Section) -> None:
        """Take a section whose lines ascend, of a file of which no lines were taken before."""
        self._book.take_counted(path, found.top, found.counts, partial(_marks, found.lines))
        self._sum(found.existing, found.ran)

    def _plain(self, section: bytes) -> bool:
        """Take a section as most tools write it; false for any other."""
        found = _PLAIN.fullmatch(section)
        if found is None:
            return False
        path, block, existing, ran = found.groups()
        numbers = block.translate(_COMMAS, b"DA:").split(b",")[:-1:2]
        counts = LineCounts(len(numbers) - block.count(b",0\n"), len(numbers))
        self._book.take_plain(self._book.path(path.decode()), numbers, counts, partial(_marks, block))
        self._sum(existing, ran)
        return True

    def _sum(self, existing: bytes, ran: bytes) -> None:
        self._sums["LF"] = self._sums.get("LF", 0) + int(existing)
        self._sums["LH"] = self._sums.get("LH", 0) + int(ran)

    def _mixed(self, section: str) -> None:
        """A section with branches, checksums, other records between its lines, or none of them."""
        first = section.find("\nDA:")
        if first < 0:
            self._rest(section)
            return
        last = section.find("\n", section.rindex("\nDA:") + 1)
        block, rest = section[first:last] if last > 0 else section[first:], section[:first] + section[last:]
        path = self._rest(rest)
        if not path:
            raise EvidenceError(
                "E_MISSING_FIELD", "lines stand before the SF record of their file", file=self._source.name
            )
        columns = self._one_by_one(block)
        has_branches = "\nBRDA:" in section
        branches = self._branches(section, dict(zip(*columns, strict=True))) if has_branches else None
        marks = bytes(map(self._hits.__getitem__, columns[1]))
        self._book.take(path, LineBatch(columns[0], marks, branches))

    def _one_by_one(self, block: str) -> tuple[list[str], list[str]]:
        """Lines with checksums, with other records between them, or of a section with branches."""
        numbers, hits = [], []
        for record in block.split("\n"):
            if not record.startswith("DA:"):
                self._known(record)
                continue
            number, _, rest = record[3:].partition(",")
            numbers.append(number.strip())
            hits.append(rest.partition(",")[0].strip())
        return numbers, hits

    def _rest(self, text: str) -> str:
        """Everything but lines: the file's name, the sums, and what is unknown."""
        path = ""
        for record in text.split("\n"):
            tag, _, value = record.partition(":")
            if tag == "SF":
                if path:
                    raise EvidenceError(
                        "E_MALFORMED",
                        "a section names two files",
                        file=self._source.name,
                        hint="end each with end_of_record",
                    )
                path = self._book.path(value)
            elif tag in _SUMS:
                self._sums[tag] = self._sums.get(tag, 0) + (whole_number(value.strip()) or 0)
            elif tag not in _OTHER:
                self._known(record)
        return path

    def _known(self, record: str) -> None:
        tag = record.partition(":")[0].strip()
        if tag and not tag.startswith("#") and tag not in _OTHER:
            self._unknown[tag[:20]] += 1

    def _branches(self, section: str, hits: dict[str, str]) -> LineBranches | None:
        taken: dict[str, dict[str, bool]] = {}
        rows = _BRANCH.findall(section)
        if len(rows) != section.count("\nBRDA:"):
            wrong = next(
                text for text in section.split("\n") if text.startswith("BRDA:") and not _BRANCH.match(text)
            )
            count(wrong.rpartition(",")[2].strip(), "a branch count", self._source.name)
            raise EvidenceError("E_MALFORMED", f"not a branch record: {wrong[:60]!r}", file=self._source.name)
        for line, branch, times in rows:
            of_line = taken.setdefault(line, {})
            of_line[branch] = of_line.get(branch, False) or times.strip("-0") != ""
        pairs = [(sum(each.values()), len(each)) for each in taken.values()]
        marks = bytes(self._hits[hits.get(line, "0")] for line in taken)
        return LineBranches(list(taken), marks, pairs)

    def _unknown_tags(self) -> tuple[Notice, ...]:
        if not self._unknown:
            return ()
        names = ", ".join(sorted(self._unknown)[:5])
        total = sum(self._unknown.values())
        return (Notice("W_UNKNOWN_TAG", f"{total} records of unknown kind were passed over: {names}"),)

    def _compared(self, lines: Lines) -> tuple[Notice, ...]:
        covered, total, taken, branches = (self._sums.get(tag) for tag in ("LH", "LF", "BRH", "BRF"))
        if taken is None or not branches:
            taken = branches = None
        sums = Announced(covered, total, taken, branches)
        return tuple(
            Notice(one.code, one.message.replace("header", "LF/LH", 1))
            for one in sums.differences(lines.counts)
        )


def _ascending(section: bytes) -> _Section | None:
    """A section of ASCII whose lines ascend; ``None`` for any other."""
    first, last = section.find(_LINE), section.rfind(_LINE)
    end = section.find(b"\n", last + 1) + 1
    if first < 0 or not end or not section.isascii():
        return None
    found = _AROUND.fullmatch(section[: first + 1] + section[end:])
    counts = ascending(section[first:end]) if found is not None else None
    if found is None or counts is None:
        return None
    top = int(section[last + len(_LINE) : section.index(b",", last)])
    return _Section(found[1], top, counts, section[first + 1 : end], found[2], found[3])


def _halfway(source: Source) -> int:
    """Behind the section in the middle of a file that two processes should read; else 0.

    Sections end wherever ``end_of_record`` stands, which no other ``end_of_record`` can overlap: so both
    halves have the sections that the whole has.
    """
    if source.beside is None or source.size < _TWO_FROM:
        return 0
    middle = source.size // 2
    found = b"".join(source.part(_LOOK, middle, min(middle + _LOOK, source.size))).find(_END)
    return middle + found + len(_END) if found >= 0 else 0


def _second(source: Source, cut: int) -> list[tuple[Any, ...]] | None:
    """The sections behind the cut, if the lines of each ascend; as what is fast to hand over."""
    found = []
    for section in _sections(source, cut, source.size):
        one = _ascending(section)
        if one is None:
            return None
        found.append((one.path, one.top, tuple(one.counts), *one[3:]))
    return found


def _sections(source: Source, start: int, end: int) -> Iterator[bytes]:
    """The text up to each ``end_of_record``, beginning with a line end; bounded by the largest section."""
    held, size, tail = [b"" if start else b"\n"], 0, b""
    for chunk in source.part(_CHUNK, start, end):
        held.append(chunk if size or start else chunk.removeprefix(b"\xef\xbb\xbf"))
        size += len(chunk)
        seam = tail + chunk
        tail = seam[1 - len(_END) :]
        if _END in seam:
            *whole, rest = b"".join(held).split(_END)
            yield from whole
            held, size = [rest], len(rest) + 1
        if size > _SECTION_LIMIT:
            raise EvidenceError("E_FIELD_TOO_LONG", "one section is longer than 64 MiB", file=source.name)
    rest = b"".join(held)
    held.clear()
    if rest and not rest.isspace():
        if b"\nDA:" in rest or b"\nSF:" in rest:
            raise EvidenceError(
                "E_TRUNCATED",
                "the last section has no end_of_record",
                file=source.name,
                hint="write the report again, complete",
            )
        yield rest


def _text(section: bytes, source: Source) -> str:
    try:
        return section.decode()
    except UnicodeDecodeError as error:
        raise EvidenceError(
            "E_ENCODING", f"not valid UTF-8: {error.reason}", file=source.name, hint="write UTF-8"
        ) from None


def _marks(block: bytes) -> tuple[bytearray, Branches]:
    """The marks of lines that are plain, when somebody asks which they are."""
    cells = block.translate(_COMMAS, b"DA:").split(b",")
    return PlainLines(cells[:-1:2], cells[1::2]).later()()
