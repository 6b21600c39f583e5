"""Gathers the lines of one coverage report while it is read, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice
from flightrules.evidence.records.file_lines import Branches, FileLines, LineCounts, joined_branches
from flightrules.evidence.records.line_batch import LineBatch, counted
from flightrules.evidence.records.line_paths import escapes, is_absolute, normalised
from flightrules.evidence.records.lines import Lines

__all__ = ["LINE_LIMIT", "LineBook"]

LINE_LIMIT = 4_000_000
_BYTES_LIMIT = 96 << 20
_NUMBER_LIMIT = 4000
_KEPT_LIMIT = 4_000_000  # lines that may stay text until somebody asks for their numbers


class LineBook:
    """Files of one report by path; each line once, however often the report lists it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.records = 0
        self._rows: dict[str, bytearray] = {}
        self._branches: dict[str, dict[int, tuple[int, int]]] = {}
        self._statements: dict[str, dict[str, tuple[int, int]]] = {}
        self._counted: dict[str, FileLines] = {}
        self._packaged: dict[str, str] = {}
        self._bytes = 0

    def path(self, reported: str, root: str = "", at: int | None = None) -> str:
        """The name of a file of the report, below ``root`` if the name is relative.

        Raises:
            EvidenceError: E_MISSING_FIELD for an empty name, E_PATH_OUTSIDE for one that leads upwards.
        """
        path = normalised(reported.strip())
        if not path:
            raise EvidenceError(
                "E_MISSING_FIELD", "lines are listed for a file without a name", file=self.name, line=at
            )
        if root and not is_absolute(path):
            path = normalised(f"{root}/{path}")
        if escapes(path):
            raise EvidenceError(
                "E_PATH_OUTSIDE",
                f"the source file {path[:200]!r} lies outside the place that it is relative to",
                file=self.name,
                line=at,
                hint="run the coverage tool from the repository's root, or let it write absolute paths",
            )
        return path

    def package(self, path: str, within: str) -> str:
        """A name of its own for a package-relative path inside a module; the path stays for matching."""
        if not within:
            return path
        name = f"{within}/{path}"
        self._packaged[name] = path
        return name

    def add(self, path: str, numbers: list[int], marks: Iterable[int], at: int | None = None) -> None:
        """Mark lines of a file; ``marks`` are ``HIT`` or ``MISSED`` for each of ``numbers``.

        Raises:
            EvidenceError: E_RANGE for a line number below 1 or over 4,000,000, E_TOO_LARGE.
        """
        if not numbers:
            return
        row = self._row(path)
        low, top = min(numbers), max(numbers)
        if low < 1 or top > LINE_LIMIT:
            raise self._range(path, low if low < 1 else top, at)
        if top >= len(row):
            self._reserve(top + 1 - len(row))
            row.extend(bytes(top + 1 - len(row)))
        self.records += len(numbers)
        for number, mark in zip(numbers, marks, strict=True):
            row[number] |= mark

    def branch(self, path: str, line: int, taken: int, total: int) -> None:
        """Branches of one line; the larger numbers stand where a line is recorded twice."""
        of_file = self._branches.setdefault(path, {})
        old = of_file.get(line)
        of_file[line] = (taken, total) if old is None else (max(taken, old[0]), max(total, old[1]))

    def take(self, path: str, batch: LineBatch, at: int | None = None, *, whole: bool = True) -> None:
        """Take columns of lines; ``whole`` where nothing more of the file is expected.

        Raises:
            EvidenceError: E_NUMBER, E_NEGATIVE, E_RANGE, E_TOO_LARGE.
        """
        fresh = whole and not self.knows(path)
        lines = counted(batch) if fresh else None
        if lines is None:
            self._number(path, batch, at)
            return
        self._counted[path] = lines
        self.records += lines.counts.total
        self._reserve(int(batch.numbers[-1]) + 1)

    def take_plain(
        self,
        path: str,
        numbers: list[bytes],
        counts: LineCounts,
        later: Callable[[], tuple[bytearray, Branches]],
    ) -> None:
        """Take a file whose numbers are known to be plain; ``later`` gives the marks when they are needed."""
        if self.knows(path) or len(set(numbers)) != len(numbers):
            row, branches = later()
            lines = list(map(int, numbers))
            self.add(path, lines, map(row.__getitem__, lines))
            for line, pair in branches.items():
                self.branch(path, line, *pair)
            return
        self.take_counted(path, max(int(numbers[0]), int(numbers[-1])), counts, later)

    def has_room(self, size: int) -> bool:
        """Whether files with so many lines in sum are not too large to be taken as well."""
        return self._bytes + size <= _BYTES_LIMIT

    def knows(self, path: str) -> bool:
        """Whether lines of that file were taken."""
        return path in self._rows or path in self._counted

    def take_counted(
        self, path: str, top: int, counts: LineCounts, later: Callable[[], tuple[bytearray, Branches]]
    ) -> None:
        """Take a file that was not known, of whose lines, up to about ``top``, none stands twice.

        Raises:
            EvidenceError: E_TOO_LARGE.
        """
        of_file = self._counted[path] = FileLines.counted(counts, later)
        self.records += counts.total
        self._reserve(top + 1)
        if self.records > _KEPT_LIMIT:
            of_file.settle()

    def statement(self, path: str, position: str, weight: int, mark: int) -> None:
        """Count statements instead of lines, at a position inside the file."""
        of_file = self._statements.setdefault(path, {})
        old = of_file.get(position, (0, 0))
        of_file[position] = (max(weight, old[0]), mark | old[1])

    def build(self, hint: str = "check the coverage tool's source paths") -> Lines:
        """All lines.

        Raises:
            EvidenceError: E_NO_LINES where there is none.
        """
        rows = {
            path: FileLines(row, self._branches.get(path), self._statements.get(path))
            for path, row in self._rows.items()
        }
        lines = Lines({**self._counted, **rows}, self._packaged)
        if not lines.counts.total:
            raise EvidenceError(
                "E_NO_LINES", "the coverage report holds no line of code", file=self.name, hint=hint
            )
        return lines

    def notices(self, lines: Lines) -> tuple[Notice, ...]:
        """Whether several records stood for one line, and whether lines were covered in part."""
        counts, found = lines.counts, []
        if self.records > counts.total and not self._statements:
            found.append(Notice("W_MERGED", f"{self.records} records stand for {counts.total} lines"))
        if counts.partial:
            found.append(
                Notice(
                    "W_PARTIAL_BRANCH", f"{counts.partial} covered lines have branches that were not taken"
                )
            )
        return tuple(found)

    def _number(self, path: str, batch: LineBatch, at: int | None) -> None:
        numbers = _line_numbers(batch.numbers, self.name, at)
        self.add(path, numbers, batch.marks, at)
        if batch.branches is not None:
            for line, pair in zip(batch.branches.numbers, batch.branches.pairs, strict=True):
                self.branch(path, int(line), *pair)

    def _row(self, path: str) -> bytearray:
        row = self._rows.get(path)
        if row is None:
            row = self._rows[path] = bytearray(1)
            before = self._counted.pop(path, None)
            if before is not None:
                row[:] = before.marks
                self._branches[path] = joined_branches(before.branches, ())
        return row

    def _reserve(self, size: int) -> None:
        self._bytes += size
        if self._bytes > _BYTES_LIMIT:
            raise EvidenceError(
                "E_TOO_LARGE",
                f"the report numbers more than {_BYTES_LIMIT} lines over all files",
                file=self.name,
                hint="split the report",
            )

    def _range(self, path: str, number: int, at: int | None) -> EvidenceError:
        return EvidenceError(
            "E_RANGE",
            f"line {number} of {path[:200]!r} cannot exist; lines count from 1 to {LINE_LIMIT}",
            file=self.name,
            line=at,
            hint="check the tool that wrote it",
        )


def _line_numbers(texts: Sequence[str], name: str, at: int | None) -> list[int]:
    joined = "".join(texts)
    if joined.isdecimal() and joined.isascii():
        try:
            return list(map(int, texts))
        except ValueError:
            pass  # an empty text, or more digits than Python converts
    wrong = next(
        text for text in texts if not (text.isdecimal() and text.isascii() and len(text) < _NUMBER_LIMIT)
    )
    code = "E_NEGATIVE" if wrong.strip().startswith("-") else "E_NUMBER"
    message = f"a line number is not a plain number: {wrong[:40]!r}"
    raise EvidenceError(code, message, file=name, line=at, hint="check the tool that wrote it")
