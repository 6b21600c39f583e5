"""Lines of code that tests ran, by file; what coverage reports are joined, filtered and counted on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from flightrules.evidence.measurement import Measurement, Notice
from flightrules.evidence.records.file_lines import MISSED, FileLines, LineCounts
from flightrules.evidence.records.line_paths import PathIndex, glob_pattern
from flightrules.values import field, frozen

__all__ = ["LINE_DEFINITIONS", "STATEMENT_DEFINITIONS", "ChangedCoverage", "Lines", "total_measurements"]

LINE_DEFINITIONS = {
    "coverage.lines": "distinct lines of files; a line is covered if any record of it ran at least once",
    "coverage.branches": "branches of lines; of a line recorded several times the larger numbers count",
    "partial branches": "a line that ran with some of its branches not taken is a covered line",
}

STATEMENT_DEFINITIONS = {
    "coverage.lines": "distinct statements; a statement is covered if it ran at least once",
    "coverage.branches": LINE_DEFINITIONS["coverage.branches"],
    "new code": "lines that hold a statement; a line is covered if any statement on it ran",
}


@frozen
class ChangedCoverage:
    """Statement coverage of changed lines: what of a change is code, and which of that ran.

    ``missing`` holds the changed lines that did not run, by file of the repository. ``unknown`` are changed
    files that the report does not name, ``ambiguous`` those that it names in a way that fits several.
    """

    covered: int
    total: int
    missing: dict[str, tuple[int, ...]]
    unknown: tuple[str, ...]
    ambiguous: tuple[str, ...]

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a reader of the number must know."""
        if not self.ambiguous:
            return ()
        names = ", ".join(self.ambiguous[:5])
        count = len(self.ambiguous)
        return (
            Notice(
                "W_NOT_TESTED",
                f"{count} changed files fit several names in the report and are left out: {names}",
            ),
        )


@frozen
class Lines:
    """Files by the path that the report gives them, with forward slashes.

    ``packaged`` maps the name of a file whose path in the report is not its own (several modules hold
    the same package-relative name) to the path to match with the repository.
    """

    files: Mapping[str, FileLines]
    packaged: Mapping[str, str] = field(default_factory=dict)
    counts: LineCounts = field(init=False)

    def __post_init__(self) -> None:
        """Count once; everything else asks for the sums."""
        each = [one.counts for one in self.files.values()]
        total = LineCounts(*map(sum, zip(*each, strict=True))) if each else LineCounts(0, 0)
        object.__setattr__(self, "counts", total)

    def merge(self, other: Lines) -> Lines:
        """The lines of both; a line counts once and is covered if either covers it."""
        files = dict(self.files)
        for path, lines in other.files.items():
            mine = files.get(path)
            files[path] = lines if mine is None else mine.joined(lines)
        return Lines(files, {**self.packaged, **other.packaged})

    def measurements(self) -> Iterator[Measurement]:
        """Lines covered and existing, then branches where the report knows any."""
        counts = self.counts
        yield from total_measurements("lines", counts.covered, counts.total)
        if counts.branches_total:
            yield from total_measurements("branches", counts.branches_covered, counts.branches_total)

    def select(self, globs: Collection[str]) -> Lines:
        """Only the files that match one of the globs, wholly or from some folder on."""
        pattern = glob_pattern(globs)
        files = {
            path: one for path, one in self.files.items() if pattern.fullmatch(self.packaged.get(path, path))
        }
        return Lines(files, {path: whole for path, whole in self.packaged.items() if path in files})

    def on(self, changed: Mapping[str, frozenset[int]], tracked: Collection[str] = ()) -> ChangedCoverage:
        """Coverage of changed lines, which are given by path in the repository.

        Args:
            changed: new or changed line numbers of each changed file.
            tracked: all paths of the repository, so that a report's short name is matched with the right
                file; without them only the changed files can be told apart.
        """
        known, ambiguous = self._of_repository(changed, tracked)
        missing: dict[str, tuple[int, ...]] = {}
        covered = total = 0
        for path in sorted(known):
            marks = known[path].marks
            code = sorted(line for line in changed[path] if line < len(marks) and marks[line])
            missed = tuple(line for line in code if marks[line] == MISSED)
            total += len(code)
            covered += len(code) - len(missed)
            if missed:
                missing[path] = missed
        unknown = sorted(path for path in changed if path not in known and path not in ambiguous)
        return ChangedCoverage(covered, total, missing, tuple(unknown), tuple(sorted(ambiguous)))

    def _of_repository(
        self, changed: Mapping[str, frozenset[int]], tracked: Collection[str]
    ) -> tuple[dict[str, FileLines], set[str]]:
        index = PathIndex({*tracked, *changed})
        found: dict[str, list[FileLines]] = defaultdict(list)
        ambiguous: set[str] = set()
        for path, lines in self.files.items():
            fits = index.find(self.packaged.get(path, path))
            if len(fits) == 1:
                found[fits[0]].append(lines)
            else:
                ambiguous.update(fits)
        ambiguous.update(path for path, several in found.items() if len(several) > 1)
        known = {path: found[path][0] for path in changed if path in found and path not in ambiguous}
        return known, {path for path in ambiguous if path in changed}


def total_measurements(what: str, covered: int, total: int) -> Iterator[Measurement]:
    """``coverage.<what>.covered`` and ``.total``."""
    yield Measurement(f"coverage.{what}.covered", Decimal(covered))
    yield Measurement(f"coverage.{what}.total", Decimal(total))
