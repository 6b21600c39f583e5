"""Findings of scanners: one record for each, one vocabulary of severities, stable fingerprints.

Live findings count. Suppressed ones are counted apart, fixed ones (absent from the current code) not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from hashlib import blake2b
from sys import intern
from typing import Self

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Measurement, Notice
from flightrules.values import NamedTuple

__all__ = [
    "SEVERITIES",
    "Finding",
    "FindingCounts",
    "Findings",
    "Piles",
    "finding",
    "fingerprint",
    "severity",
    "severity_of_cvss",
]

SEVERITIES = ("critical", "high", "medium", "low", "info", "unknown")
"""All severities, most severe first; ``unknown`` stands apart and is never the mildest."""

_WORDS = {
    "critical": "critical blocker severe fatal emergency catastrophic",
    "high": "high major error important serious danger",
    "medium": "medium moderate warning warn middle med",
    "low": "low minor note notice",
    "info": "info information informational informative negligible none log debug style refactor convention",
}
_SEVERITY = {word: level for level, words in _WORDS.items() for word in words.split()}
_BANDS = (
    (Decimal("9.0"), "critical"),
    (Decimal("7.0"), "high"),
    (Decimal("4.0"), "medium"),
    (Decimal("0.1"), "low"),
)
_MARK_ORDER = ("new", "", "updated", "unchanged")
_SHORT = 200


class Finding(NamedTuple):
    """One finding.

    ``severity`` is one of ``SEVERITIES``. ``fingerprint`` stays the same over runs and when lines move.
    ``where`` tells one occurrence from another (file and line, package and version, address).
    ``mark`` is the tool's own comparison with its baseline: ``new``, ``unchanged``, ``updated`` or
    empty where the tool makes no statement. ``parts`` are fingerprints of instances where one finding
    covers several (addresses of a ZAP alert): with a new part it is new.
    """

    rule: str
    severity: str
    fingerprint: str
    where: str = ""
    title: str = ""
    mark: str = ""
    parts: tuple[str, ...] = ()


Piles = tuple[list[Finding], list[Finding], list[Finding]]
"""Live, suppressed and fixed findings."""
Make = Callable[[frozenset[str] | None], Piles]
"""Makes findings: those of some severities, as often as it is asked, or all of them, once."""


class FindingCounts(NamedTuple):
    """How many live findings have which severity, how many are suppressed, and how many fixed."""

    severities: Counter[str]
    suppressed: int
    fixed: int


class Findings:
    """The findings of one or several reports.

    Joining is a union of multisets: what one report holds twice counts twice, what two reports both hold
    (same fingerprint, place and severity) counts once. So the parts of a split report give what the whole
    report gives, and the same report handed in twice changes nothing. Only two records that agree
    in everything cannot be told apart when they stand in two files.
    """

    __slots__ = ("_counts", "_later", "_piles", "compared_by", "prefix")

    def __init__(
        self,
        live: Iterable[Finding] = (),
        *,
        suppressed: Iterable[Finding] = (),
        fixed: Iterable[Finding] = (),
        prefix: str = "findings",
        compared_by: str = "",
    ) -> None:
        """Take the findings.

        Args:
            live: what counts.
            suppressed: what the tool was told to pass over; counted apart, never as a waiver.
            fixed: what the tool lists although it is gone.
            prefix: the first part of the metrics' names.
            compared_by: how new findings were told from old ones; set by ``new_against``.
        """
        self._piles: Piles = (live if isinstance(live, list) else list(live), list(suppressed), list(fixed))
        self._counts: FindingCounts | None = None
        self._later: Make | None = None
        self.prefix = prefix
        self.compared_by = compared_by

    @classmethod
    def later(cls, counts: FindingCounts, make: Make) -> Self:
        """Findings that are counted already; ``make`` makes them, once, when somebody asks for one."""
        findings = cls()
        findings._counts, findings._later = counts, make
        return findings

    @property
    def live(self) -> list[Finding]:
        """What counts."""
        return self._settle()[0]

    @property
    def suppressed(self) -> list[Finding]:
        """What the tool was told to pass over."""
        return self._settle()[1]

    @property
    def fixed(self) -> list[Finding]:
        """What the tool lists although it is gone."""
        return self._settle()[2]

    def merge(self, other: Findings) -> Findings:
        """The findings of both; see the class on what counts once."""
        return Findings(
            _union(self.live, other.live),
            suppressed=_union(self.suppressed, other.suppressed),
            fixed=_union(self.fixed, other.fixed),
            prefix=self.prefix,
            compared_by=self.compared_by or other.compared_by,
        )

    def measurements(self) -> Iterator[Measurement]:
        """Counts, zeros included: ``total`` is everything the report lists, suppressed and fixed ones too;
        the severities are those of live findings, which alone count against a release.
        """
        severities, suppressed, fixed = self._counted()
        yield self._count("total", severities.total() + suppressed + fixed)
        for name in SEVERITIES:
            yield self._count(name, severities[name])
        yield self._count("suppressed", suppressed)

    def select(self, severities: frozenset[str]) -> Findings:
        """Only the findings of these severities; where they have to be made, no others are."""
        if self._later is None:
            return self._where(lambda one: one.severity in severities)
        live, suppressed, fixed = self._later(severities)
        return Findings(
            live, suppressed=suppressed, fixed=fixed, prefix=self.prefix, compared_by=self.compared_by
        )

    @property
    def marks(self) -> dict[str, int] | None:
        """How many live findings the tool itself marks; ``None`` where it marks none at all."""
        counts = Counter(one.mark for one in self.live if one.mark)
        return {mark: counts[mark] for mark in ("new", "unchanged", "updated")} if counts else None

    def new_against(self, baseline: Findings | None) -> Findings:
        """The live findings that the baseline does not hold.

        A finding that the tool itself compared with its baseline is new only where the tool says so.
        All others are compared as multisets of fingerprints: three now and two before is one new,
        the most severe. ``compared_by`` of the answer says which way was used. Select the severities
        on both sides first, so that a finding that became more severe is new among its kind.

        Raises:
            EvidenceError: E_NO_BASELINE where neither the tool nor the caller has one.
        """
        told = [one for one in self.live if one.mark]
        untold = [one for one in self.live if not one.mark]
        if baseline is None and untold:
            raise EvidenceError(
                "E_NO_BASELINE",
                f"{len(untold)} findings have nothing to be compared with",
                hint="name a baseline report, or let the tool compare (SARIF baselineState)",
            )
        new = [one for one in told if one.mark == "new"]
        new += _difference(untold, baseline.live if baseline is not None else [])
        ways = [
            *(["the tool's own baselineState"] if told else []),
            *(["fingerprints"] if untold or not told else []),
        ]
        return Findings(new, prefix=self.prefix, compared_by=" and ".join(ways))

    def titles(self, limit: int) -> list[str]:
        """The most severe findings in words, at most ``limit``; order does not depend on the input's."""
        ranked = sorted(self.live, key=lambda one: (_rank(one), one.rule, one.where, one.title))
        return [_in_words(one) for one in ranked[:limit]]

    def notices(self) -> tuple[Notice, ...]:
        """What a reader must know about these counts."""
        severities, suppressed, _ = self._counted()
        unknown, found = severities["unknown"], []
        if suppressed:
            found.append(Notice("W_SUPPRESSED", f"{suppressed} findings are suppressed and counted apart"))
        if unknown:
            found.append(
                Notice("W_UNKNOWN_SEVERITY", f"{unknown} findings have no severity or an unknown one")
            )
        return tuple(found)

    def _settle(self) -> Piles:
        if self._later is not None:
            self._piles, self._later = self._later(None), None
        return self._piles

    def _counted(self) -> FindingCounts:
        if self._counts is not None:
            return self._counts
        live, suppressed, fixed = self._piles
        return FindingCounts(Counter(one.severity for one in live), len(suppressed), len(fixed))

    def _count(self, name: str, value: int) -> Measurement:
        return Measurement(f"{self.prefix}.{name}", Decimal(value))

    def _where(self, wanted: Callable[[Finding], bool]) -> Findings:
        return Findings(
            [one for one in self.live if wanted(one)],
            suppressed=filter(wanted, self.suppressed),
            fixed=filter(wanted, self.fixed),
            prefix=self.prefix,
            compared_by=self.compared_by,
        )


def severity(word: object) -> str:
    """The product's severity for a tool's word; anything that is no known word is ``unknown``."""
    return _SEVERITY.get(word.strip().lower(), "unknown") if isinstance(word, str) else "unknown"


def severity_of_cvss(score: Decimal | int) -> str:
    """The band of a CVSS v3.1 base score (specification, section 5); outside 0 to 10 it is ``unknown``."""
    if not 0 <= score <= 10:  # noqa: PLR2004 -- the scale's own end
        return "unknown"
    return next((level for floor, level in _BANDS if score >= floor), "info")


def fingerprint(*parts: str) -> str:
    """A short digest over parts; the first is the tool's name, none is a line number."""
    # Text from a report may hold anything but lone surrogates, which the readers refuse.
    body = "\0".join(parts).encode("utf-8", "replace")
    return blake2b(body, digest_size=12).hexdigest()


def finding(  # noqa: PLR0913 -- one argument for each field of a finding
    tool: str,
    rule: str,
    level: str,
    *,
    path: str = "",
    line: int | str | None = None,
    title: str = "",
    identity: Iterable[str] = (),
    mark: str = "",
    parts: Iterable[str] = (),
) -> Finding:
    """A finding with a fingerprint of tool, rule, path and identity (the title where none is given).

    Args:
        tool: name of the scanner.
        rule: the rule's or vulnerability's name.
        level: one of ``SEVERITIES``, from ``severity`` or ``severity_of_cvss``.
        path: file, package or address.
        line: line, version or whatever else tells occurrences apart; not part of the fingerprint.
        title: one short sentence.
        identity: what else makes this the same finding in another run.
        mark: see ``Finding``.
        parts: names of the instances that the finding covers.
    """
    extra = tuple(identity) or (title,)
    where = path if line in (None, "") else f"{path}:{line}"
    return Finding(
        intern(rule),
        level,
        fingerprint(tool, rule, path, *extra),
        where[:_SHORT],
        intern(title[:_SHORT]),
        mark,
        tuple(sorted({fingerprint(one) for one in parts})),
    )


def _rank(one: Finding) -> int:
    return SEVERITIES.index(one.severity)


def _in_words(one: Finding) -> str:
    place = f" at {one.where}" if one.where else ""
    title = f": {one.title}" if one.title and one.title != one.rule else ""
    return f"{one.severity} {one.rule}{place}{title}"


def _key(one: Finding) -> tuple[str, str, str]:
    return one.fingerprint, one.where, one.severity


def _union(one: list[Finding], other: list[Finding]) -> list[Finding]:
    """Multiset union; where two marks of one finding differ, the one that hides least stays."""
    places: dict[tuple[str, str, str], list[int]] = {}
    for at in range(len(one) - 1, -1, -1):
        places.setdefault(_key(one[at]), []).append(at)
    joined = list(one)
    for finding_ in other:
        known = places.get(_key(finding_))
        if known:
            at = known.pop()
            joined[at] = min(joined[at], finding_, key=lambda each: _MARK_ORDER.index(each.mark))
        else:
            joined.append(finding_)
    return joined


def _difference(now: list[Finding], before: list[Finding]) -> list[Finding]:
    """What is left of ``now``; the baseline uses up the mildest first, and unknown is never mild."""
    known = Counter(one.fingerprint for one in before)
    parts = {(one.fingerprint, part) for one in before for part in one.parts}
    new = []
    for one in sorted(now, key=_mildness):
        if known[one.fingerprint] > 0 and all((one.fingerprint, part) in parts for part in one.parts):
            known[one.fingerprint] -= 1
        else:
            new.append(one)
    return new


def _mildness(one: Finding) -> int:
    return 1 if one.severity == "unknown" else -_rank(one)
