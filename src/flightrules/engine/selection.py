"""From a method's artefacts to the part that a criterion speaks of: join, narrow, leave out quarantine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import chain
from sys import intern
from typing import Any

from flightrules.evidence.measurement import Evidence, Labels, Measurement
from flightrules.evidence.records.cases import Cases
from flightrules.evidence.records.defects import Defects
from flightrules.evidence.records.findings import Findings
from flightrules.evidence.records.lines import Lines
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import EvidenceSource, Scope, name_key
from flightrules.values import field, frozen

__all__ = ["Joined", "NotCoveredError", "distinct", "join", "narrow", "without_quarantine"]


class NotCoveredError(Exception):
    """The evidence does not measure the scope that the sentence names."""


@frozen
class Joined:
    """All artefacts of one method as one: records by kind, and the totals that have no records."""

    records: dict[str, Any] = field(default_factory=dict)
    extra: dict[tuple[str, Labels], Decimal] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)

    def values(self) -> Mapping[tuple[str, Labels], Decimal]:
        """Every number by metric and labels; totals without records add to those with."""
        return self._values

    def total(self, metric: str) -> Decimal | None:
        """The number of this metric that has no labels; sooner than ``values``."""
        return self._totals.get((metric, ()))

    @cached_property
    def labelled(self) -> Mapping[str, dict[str, Decimal | list[Decimal]]]:
        """Values by metric and by each of their labels' values; a list where several have the label.

        Labels are interned: where who asks has interned his, too, the text itself is not looked at.
        """
        found: dict[str, dict[str, Decimal | list[Decimal]]] = {}
        for (metric, labels), value in self._values.items():
            of_metric = found.setdefault(metric, {})
            for label in {intern(label) for _, label in labels}:
                earlier = of_metric.get(label)
                if earlier is None:
                    of_metric[label] = value
                elif isinstance(earlier, list):
                    earlier.append(value)
                else:
                    of_metric[label] = [earlier, value]
        return found

    def part(self, scope: Scope) -> Joined:
        """What belongs to a scope; worked out for the first criterion that asks.

        Raises:
            NotCoveredError: when this evidence cannot be narrowed to it.
        """
        if scope.name not in self._parts:
            self._parts[scope.name] = _selected(self, scope)
        return self._parts[scope.name]

    @cached_property
    def _parts(self) -> dict[str, Joined]:
        return {}

    @cached_property
    def _values(self) -> dict[tuple[str, Labels], Decimal]:
        return self._together(records.measurements() for records in self.records.values())

    @cached_property
    def _totals(self) -> dict[tuple[str, Labels], Decimal]:
        """As ``_values``; of records that know their totals nothing else, such as percentiles by endpoint."""
        each = self.records.values()
        return self._together(getattr(records, "totals", records.measurements)() for records in each)

    def _together(self, measured: Iterable[Iterable[Measurement]]) -> dict[tuple[str, Labels], Decimal]:
        if not self.records:
            return self.extra
        found = dict(self.extra)
        for one in chain.from_iterable(measured):
            key = (one.metric, one.labels)
            found[key] = _combined(one.metric, found[key], one.value) if key in found else one.value
        return found


def join(evidence: tuple[Evidence, ...]) -> Joined:
    """Join artefacts: records of one kind are merged, totals of the same metric are added."""
    kinds: dict[str, list[Any]] = {}
    extra: dict[tuple[str, Labels], Decimal] = {}
    definitions: dict[str, str] = {}
    for one in evidence:
        definitions.update(one.reading.definitions)
        if one.reading.records is not None:
            kinds.setdefault(type(one.reading.records).__name__, []).append(one.reading.records)
        for number in one.reading.extra:
            key = (number.metric, number.labels)
            if number.metric.startswith("monitoring.") and key in extra:  # which is worse, the criterion says
                key = (number.metric, (*number.labels, ("file", one.digest)))
            extra[key] = _combined(key[0], extra[key], number.value) if key in extra else number.value
    return Joined({kind: _merged(parts) for kind, parts in kinds.items()}, extra, definitions)


def distinct(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Each artefact once: the same bytes under another name (a copy, a link) are the same measurement."""
    first: dict[str, Evidence] = {}
    for one in evidence:
        first.setdefault(one.digest, one)
    return tuple(first.values())


def narrow(joined: Joined, wanted: list[str], source: EvidenceSource | None, rulebook: Rulebook) -> Joined:
    """Keep what belongs to every named part.

    Args:
        joined: the method's evidence.
        wanted: names of scopes and suites from the sentence.
        source: the method; what it ``covers`` needs no narrowing.
        rulebook: knows how scopes are found in evidence.

    Raises:
        NotCoveredError: when nobody agreed how that part is found in this kind of evidence.
    """
    covered = {name_key(name) for name in (source.covers if source else ())}
    scopes = {name_key(scope.name): scope for scope in rulebook.scopes}
    for name in wanted:
        key = name_key(name)
        if key in scopes and _globs_for(joined, scopes[key]):
            joined = joined.part(scopes[key])
        elif key not in covered:
            raise NotCoveredError(_not_covered(name, source, known=key in scopes))
    return joined


def without_quarantine(
    joined: Joined, rulebook: Rulebook, as_of: datetime
) -> tuple[Joined, tuple[str, ...], str]:
    """Leave out the tests that stand on the quarantine list, with owner and reason, and did not expire there.

    A list that breaks its own rule leaves nothing out; the third value says how it does. Its limit holds for
    the tests that its patterns name, too: ``*`` is not one test.
    """
    cases, held = joined.records.get("Cases"), rulebook.quarantine
    patterns = [entry.test for entry in held.entries if entry.expires_at > as_of and entry.is_stated]
    if cases is None or not patterns:
        return joined, (), ""
    rest, excluded = cases.without(patterns)
    fault = held.fault
    if len(excluded) > held.limit:
        fault = f"the quarantine list names {len(excluded)} of the tests; the limit is {held.limit}"
    if fault:
        return joined, (), fault if excluded else ""
    return Joined({**joined.records, "Cases": rest}, joined.extra, joined.definitions), excluded, ""


def _combined(metric: str, one: Decimal, other: Decimal) -> Decimal:
    """Counts add up; what is no count cannot, so the worse of the two stands."""
    if metric in ("load.rps", "load.users", "load.duration"):
        return min(one, other)
    if metric.startswith(("load.p", "load.m")):
        return max(one, other)
    return one + other


def _merged(parts: list[Any]) -> Any:
    """All parts as one, pair by pair: each is taken up a few times, not once for every file behind it."""
    if len(parts) > 1 and isinstance(parts[0], Cases):
        return parts[0].merge(*parts[1:])
    while len(parts) > 1:
        pairs = zip(parts[::2], parts[1::2], strict=False)
        parts = [one.merge(other) for one, other in pairs] + parts[len(parts) & ~1 :]
    return parts[0]


def _globs_for(joined: Joined, scope: Scope) -> bool:
    return any(_patterns(records, scope) for records in joined.records.values())


def _patterns(records: Any, scope: Scope) -> tuple[str, ...]:
    if isinstance(records, Cases):
        return scope.tests
    if isinstance(records, Lines):
        return scope.files
    if isinstance(records, Defects):
        return scope.labels
    return scope.files if isinstance(records, Findings) else scope.endpoints


def _selected(joined: Joined, scope: Scope) -> Joined:
    chosen: dict[str, Any] = {}
    for kind, records in joined.records.items():
        select: Callable[[Any], Any] | None = getattr(records, "select", None)
        patterns = _patterns(records, scope)
        if select is not None and patterns and not isinstance(records, Findings):
            chosen[kind] = select(patterns)
    if not chosen:
        raise NotCoveredError(f"this evidence cannot be narrowed to {scope.name!r}")
    return Joined(chosen, {}, joined.definitions)


def _not_covered(name: str, source: EvidenceSource | None, *, known: bool) -> str:
    method = source.name if source else "the evidence"
    if known:
        return f"the scope {name!r} does not say how it is found in what {method!r} yields"
    return f"nothing says that {method!r} measures {name!r}"
