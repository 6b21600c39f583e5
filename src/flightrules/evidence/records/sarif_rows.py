"""SARIF results that are understood, as findings: made at once, or when somebody asks for them.

A result of a known rule with a title and with fingerprints of its tool cannot be refused any more, so that of
most results only their number by rule and standing is needed. Making a finding takes longer than reading it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Generic, Self, TypeVar

from flightrules.evidence.reading.json_shapes import Column, decoded
from flightrules.evidence.records.findings import Finding, FindingCounts, Findings, Piles, fingerprint
from flightrules.evidence.records.sarif_rules import LEVELS, Rule
from flightrules.patterns import late
from flightrules.values import NamedTuple

__all__ = ["Numbers", "Rows", "SarifPiles", "Standing", "finding_of", "printed"]

T = TypeVar("T")
_BETWEEN = "\0"  # in no JSON text
_SHORT = 200
_NO_LINE = ("0", "-0")
_KEPT_LIMIT = 24 << 20  # characters, of up to four bytes
_EMPTY_OBJECT = late(r"\{[ \t\n\r]*\}")
_new = tuple.__new__  # half the time of a named tuple's own constructor


class Standing(NamedTuple):
    """What a result says of itself besides its rule and place; results share few of these.

    ``sure`` is a severity that goes before the rule's, ``severity`` one that stands in for it.
    """

    sure: str
    severity: str
    mark: str
    suppressed: bool
    opened: bool

    def over(self, rule: Rule) -> str:
        """The severity of a result of that rule."""
        return self.sure or rule.severity or self.severity or LEVELS[rule.level]

    @property
    def pile(self) -> int:
        """Which of the three piles a result belongs to."""
        return 2 if self.mark == "absent" else 1 if self.suppressed else 0


class Numbers(Generic[T]):
    """Values by number: to count pairs of numbers takes less than half the time that pairs of tuples take."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self._known: dict[T, int] = {}

    def of(self, value: T) -> int:
        """The number of a value; equal ones have the same."""
        number = self._known.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


class Rows(NamedTuple):
    """Some results of one tool: their rules and standings by number, and three JSON texts of each.

    The texts are joined, for a text by itself takes 50 bytes more.
    """

    tool: str
    rules: Sequence[int]
    standings: Sequence[int]
    files: str
    lines: str
    prints: str

    @classmethod
    def of(
        cls, tool: str, rules: Sequence[int], standings: Sequence[int], texts: Sequence[Column]
    ) -> Self | None:
        """Rows of the texts of file, line and fingerprints; None where a result has no fingerprints."""
        files, lines, prints = map(_joined, texts)
        objects = prints.startswith("{") + prints.count(f"{_BETWEEN}{{")
        if objects < len(rules) or _EMPTY_OBJECT.search(prints):
            return None
        return cls(tool, rules, standings, files, lines, prints)


def _joined(column: Column) -> str:
    return _BETWEEN.join([raw or "" for raw in column])


class SarifPiles:
    """Live, suppressed and fixed findings of all runs, in the order of the results."""

    def __init__(self) -> None:
        self.rules: Numbers[Rule] = Numbers()
        self.standings: Numbers[Standing | None] = Numbers()
        self._titles: list[str] = []  # of the rules
        self._parts: list[Rows | Piles] = []
        self._opened = 0
        self._kept = 0
        self._kinds: Counter[tuple[int, int]] = Counter()  # of rows

    @property
    def opened(self) -> int:
        """How many live findings are open questions."""
        return self._opened + sum(count for _, one, count in self._counted() if one.opened and not one.pile)

    def add(self, standing: Standing, finding: Finding) -> None:
        """A finding that is made already."""
        last = self._parts[-1] if self._parts else None
        if last is None or isinstance(last, Rows):
            last = [], [], []
            self._parts.append(last)
        last[standing.pile].append(finding)
        self._opened += standing.opened and not standing.pile

    def later(self, rows: Rows) -> bool:
        """Take what findings are made of when somebody asks for them; false where it would be too much text,
        or where a rule has no title.
        """
        kept = self._kept + len(rows.files) + len(rows.lines) + len(rows.prints)
        self._titles += [rule.title for rule in self.rules.values[len(self._titles) :]]
        if kept > _KEPT_LIMIT or not all(map(self._titles.__getitem__, rows.rules)):
            return False
        self._kept = kept
        self._kinds.update(zip(rows.rules, rows.standings, strict=True))
        self._parts.append(rows)
        return True

    def findings(self) -> Findings:
        """All of them, counted."""
        return Findings.later(self._counts(), self._made)

    def _counted(self) -> Iterator[tuple[Rule, Standing, int]]:
        for (rule, number), count in self._kinds.items():
            standing = self.standings.values[number]
            if standing is not None:
                yield self.rules.values[rule], standing, count

    def _counts(self) -> FindingCounts:
        made = [part for part in self._parts if not isinstance(part, Rows)]
        severities = Counter(one.severity for live, _, _ in made for one in live)
        sizes = [sum(map(len, pile)) for pile in zip(*made, strict=True)] or [0, 0, 0]
        for rule, standing, count in self._counted():
            sizes[standing.pile] += count
            severities[standing.over(rule)] += 0 if standing.pile else count
        return FindingCounts(severities, sizes[1], sizes[2])

    def _made(self, severities: frozenset[str] | None) -> Piles:
        piles: Piles = ([], [], [])
        for part in self._parts if severities is not None else self._given_up():
            found = self._findings(part, severities) if isinstance(part, Rows) else _those(part, severities)
            for pile, findings in zip(piles, found, strict=True):
                pile.extend(findings)
        return piles

    def _given_up(self) -> Iterator[Rows | Piles]:
        """All parts, each let go when the next is taken: so rows go when their findings come."""
        self._parts.reverse()
        while self._parts:
            yield self._parts.pop()

    def _findings(self, rows: Rows, severities: frozenset[str] | None) -> Piles:
        piles: Piles = ([], [], [])
        texts = (text.split(_BETWEEN) for text in (rows.files, rows.lines, rows.prints))
        for rule, number, file, line, prints in zip(rows.rules, rows.standings, *texts, strict=True):
            standing = self.standings.values[number]
            found = self.rules.values[rule]
            if standing is not None and (severities is None or standing.over(found) in severities):
                place, identity = (decoded(file), line), printed(decoded(prints))
                made = finding_of(rows.tool, found, standing, place, identity, found.title)
                piles[standing.pile].append(made)
        return piles


def _those(piles: Piles, severities: frozenset[str] | None) -> Piles:
    if severities is None:
        return piles
    live, suppressed, fixed = ([one for one in pile if one.severity in severities] for pile in piles)
    return live, suppressed, fixed


def finding_of(
    tool: str, rule: Rule, standing: Standing, place: tuple[str, int | str | None], identity: str, title: str
) -> Finding:
    """The finding that a result is; ``title`` is the rule's, or else the result's own message."""
    file, line = place
    where = f"{file}:{line}" if line and line not in _NO_LINE else file
    mark = standing.mark
    made = (
        rule.id,
        standing.over(rule),
        fingerprint(tool, rule.id, file, identity),
        where[:_SHORT],
        title,
        "" if mark == "absent" else mark,
        (),
    )
    return _new(Finding, made)


def printed(prints: Any) -> str:
    """The tool's own fingerprints in one text; a nested one counts with all its leaves."""
    if isinstance(prints, tuple):
        try:
            return "\0".join(sorted(map("=".join, prints)))
        except TypeError:  # one of them is no text
            return "\0".join(sorted(f"{key}={_leaves(value)}" for key, value in prints))
    return _leaves(prints)


def _leaves(value: Any) -> str:
    if isinstance(value, str):
        return value
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, (list, tuple)):
            waiting.extend(one)
        else:
            found.append(f"{one}")
    return "\0".join(found)
