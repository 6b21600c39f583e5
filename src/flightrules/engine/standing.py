"""What the evidence of a method is worth to the criteria that rest on it, worked out once for all of them."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from flightrules.engine.binding import Misfit, misfit
from flightrules.engine.facts import Facts, Found, Passed
from flightrules.engine.selection import Joined, without_quarantine
from flightrules.engine.uses import uses_of
from flightrules.engine.verdict import EvidenceUse
from flightrules.rules.criterion import Criterion
from flightrules.rules.exceptions import Acceptance
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import EvidenceSource
from flightrules.values import frozen

__all__ = ["Case", "Standing"]


@frozen
class Case:
    """What every criterion of one evaluation is judged with; ``as_of`` is the only clock reading.

    ``artefact`` is the SHA-256 of what is to be released, where it is named. ``environment`` is where the
    build is, where that is stated; ``passed`` are verdicts on it from other environments.
    """

    rulebook: Rulebook
    facts: Facts
    as_of: datetime
    version: str = ""
    build: str | None = None
    acceptances: tuple[Acceptance, ...] = ()
    artefact: str | None = None
    environment: str = ""
    passed: tuple[Passed, ...] = ()

    def standing(self, methods: tuple[EvidenceSource, ...], criterion: Criterion) -> Standing:
        """Where the evidence of these methods stands for a criterion of that build and environment."""
        names = tuple(method.name for method in methods)
        key = (names, criterion.build, criterion.environment)
        known = self._standings.get(key)
        if known is None:
            known = self._standings[key] = Standing(self, methods, criterion)
        return known

    @cached_property
    def _standings(self) -> dict[tuple[tuple[str, ...], str | None, str | None], Standing]:
        return {}


class Standing:
    """Evidence of some methods, as one evaluation finds it.

    ``wrong`` is the first artefact that does not fit, each held against what its own source asks for. Of
    ``criterion`` only the build and the environment matter.
    """

    def __init__(self, case: Case, methods: tuple[EvidenceSource, ...], criterion: Criterion) -> None:
        self.source = methods[0] if methods else None
        self.found = _together(methods, case.facts)
        self._methods = methods
        self._criterion = criterion
        self._rulebook, self._as_of = case.rulebook, case.as_of
        self._build, self._artefact = case.build, case.artefact

    @cached_property
    def wrong(self) -> Misfit | None:
        """Why the evidence is not of the right build, environment and age; ``None`` where it is."""
        sources = {source.name: source for source in self._methods}
        checks = (
            misfit(
                one,
                self._criterion,
                sources.get(one.method),
                self._as_of,
                self._build,
                self._artefact,
                self._rulebook.environments,
            )
            for one in self.found.evidence
        )
        return next((wrong for wrong in checks if wrong is not None), None)

    @cached_property
    def uses(self) -> tuple[EvidenceUse, ...]:
        """The artefacts, as a verdict lists them."""
        return uses_of(self.found)

    @cached_property
    def uses_with_baseline(self) -> tuple[EvidenceUse, ...]:
        """The artefacts and those that NEW is compared with."""
        return uses_of(self.found, baseline=True)

    @cached_property
    def whole(self) -> tuple[Joined, tuple[str, ...], str]:
        """All of it, without the tests in quarantine; see ``without_quarantine``."""
        return without_quarantine(self.found.joined, self._rulebook, self._as_of)

    @cached_property
    def plain(self) -> Joined | None:
        """The evidence joined, where it is there, whole, all of it could be read and it fits."""
        found = self.found
        if found.refused or found.doubt or not found.evidence or self.wrong is not None:
            return None
        return self.found.joined


def _together(methods: tuple[EvidenceSource, ...], facts: Facts) -> Found:
    parts = [facts.of(method.name) for method in methods]
    if len(parts) == 1:
        return parts[0]
    return Found(
        tuple(one for part in parts for one in part.evidence),
        tuple(one for part in parts for one in part.refused),
        tuple(one for part in parts for one in part.baseline),
        tuple(one for part in parts for one in part.baseline_refused),
        tuple(one for part in parts for one in part.looked_for),
        partial="; ".join(filter(None, map(_unknown, methods, parts))),
    )


def _unknown(method: EvidenceSource, part: Found) -> str:
    """What is not known of a method's evidence, where others are asked, too."""
    return part.partial if part.evidence or part.refused else f"nothing was found for {method.name!r}"
