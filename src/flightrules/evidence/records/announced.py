"""What a coverage report says about itself, against what its lines say."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice
from flightrules.evidence.records.file_lines import LineCounts
from flightrules.evidence.records.lines import Lines
from flightrules.values import NamedTuple

__all__ = ["Announced", "share", "whole_number"]

_CUT_AWAY = 1000
_DIGITS = 19
_TOLERANCE = Decimal("0.006")


class Announced(NamedTuple):
    """Numbers of a header or summary; ``None`` where it makes no statement."""

    covered: int | None = None
    total: int | None = None
    branches_covered: int | None = None
    branches_total: int | None = None
    rate: Decimal | None = None

    @classmethod
    def of(cls, numbers: Iterable[int | None]) -> Announced:
        """From lines covered and existing, branches covered and existing."""
        covered, total, branches_covered, branches_total = numbers
        return cls(covered, total, branches_covered, branches_total)

    def refuse_contradiction(self, name: str) -> None:
        """Refuse a header that contradicts itself.

        Raises:
            EvidenceError: E_CONTRADICTION for more covered than existing lines or branches.
        """
        for what, covered, total in (
            ("lines", self.covered, self.total),
            ("branches", self.branches_covered, self.branches_total),
        ):
            if covered is not None and total is not None and covered > total:
                raise EvidenceError(
                    "E_CONTRADICTION",
                    f"the header says that {covered} of {total} {what} are covered",
                    file=name,
                    hint="check the tool that wrote it",
                )

    def refuse_bodyless(self, name: str) -> None:
        """Refuse a header over a body that holds no line.

        Raises:
            EvidenceError: E_CONTRADICTION, E_COUNT_MISMATCH.
        """
        self.refuse_contradiction(name)
        if self.total:
            raise EvidenceError(
                "E_COUNT_MISMATCH",
                f"the header announces {self.total} lines, the body holds none",
                file=name,
                hint="write the report again, complete",
            )

    def compare(self, lines: Lines, name: str) -> tuple[Notice, ...]:
        """Differences between header and body; a header that excludes the body is refused.

        Raises:
            EvidenceError: E_COUNT_MISMATCH where the body holds less than a thousandth of what is announced,
                E_CONTRADICTION where a header announces more lines but fewer branches than there are:
                neither a cut report nor an extended one can look like that, so the two are of different runs.
        """
        self.refuse_contradiction(name)
        counted = lines.counts
        if self.total is not None and self.total > counted.total * _CUT_AWAY:
            raise EvidenceError(
                "E_COUNT_MISMATCH",
                f"the header announces {self.total} lines, the body holds {counted.total}",
                file=name,
                hint="write the report again, complete",
            )
        if (self.total or 0) > counted.total and 0 < (self.branches_total or 0) < counted.branches_total:
            raise EvidenceError(
                "E_CONTRADICTION",
                f"the header announces {self.total} lines and {self.branches_total} branches, "
                f"the body holds {counted.total} and {counted.branches_total}",
                file=name,
                hint="header and body are of different runs; write the report again",
            )
        return self.differences(counted)

    def differences(self, counted: LineCounts) -> tuple[Notice, ...]:
        """Where the statement and the count differ; both numbers are named."""
        notices = [Notice("W_COUNT_MISMATCH", text) for text in self._texts(counted)]
        if self._hides_worse(counted):
            notices.append(Notice("W_CUT_DOWN", "more than half of the lines are missing, the worse ones"))
        return tuple(notices)

    def _hides_worse(self, counted: LineCounts) -> bool:
        """Whether the lines that the body lacks would lower the rate. A header that counts a line once for
        each class that holds it does not come to twice as many.
        """
        if self.total is None or self.covered is None or self.total <= 2 * counted.total:
            return False
        return self.covered * counted.total < counted.covered * self.total

    def _texts(self, counted: LineCounts) -> list[str]:
        found = []
        header = (self.covered, self.total)
        if self.total is not None and self.covered is not None and header != (counted.covered, counted.total):
            cut = "; the report was cut down" if self.total > 2 * counted.total else ""
            found.append(
                f"header: {header[0]} of {header[1]} lines, "
                f"counted: {counted.covered} of {counted.total}{cut}"
            )
        elif (
            self.rate is not None
            and abs(self.rate * counted.total - counted.covered) > _TOLERANCE * counted.total
        ):
            found.append(
                f"header: line rate {self.rate:.4f}, counted: {counted.covered} of {counted.total} lines"
            )
        branches = (self.branches_covered, self.branches_total)
        known = None not in branches and (self.branches_total or counted.branches_total)
        if known and branches != (counted.branches_covered, counted.branches_total):
            found.append(
                f"header: {branches[0]} of {branches[1]} branches, "
                f"counted: {counted.branches_covered} of {counted.branches_total}"
            )
        return found


def whole_number(text: str | None) -> int | None:
    """A header's count; anything but plain digits is no statement."""
    return int(text) if text and len(text) < _DIGITS and text.isascii() and text.isdecimal() else None


def share(text: str | None) -> Decimal | None:
    """A header's rate between 0 and 1; anything else is no statement."""
    if not text or len(text) > 2 * _DIGITS or not text.isascii() or not text.replace(".", "", 1).isdecimal():
        return None
    rate = Decimal(text)
    return rate if rate <= 1 else None
