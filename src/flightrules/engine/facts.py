"""What the engine is given: the evidence found for each method, and what could not be read or found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from flightrules.engine.selection import Joined, distinct, join
from flightrules.evidence.measurement import Evidence
from flightrules.values import field, frozen

__all__ = ["Changes", "Facts", "Found", "Passed", "Refusal"]

_DOUBTS = {
    "W_MAYBE_PARTIAL": "may be one page of several",
    "W_ABORTED": "is of a run that ended early",
    "W_IDLE": "stood still for more than half of its time",
    "W_CUT_DOWN": "lacks lines that it announces",
}


@frozen
class Refusal:
    """An artefact that is no evidence, with the reader's reason."""

    path: str
    code: str
    message: str
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    digest: str = ""
    size: int = 0

    @property
    def sentence(self) -> str:
        """Position, code and message in one line."""
        place = ":".join([self.path, *(str(n) for n in (self.line, self.column) if n is not None)])
        return f"{place}: {self.code} {self.message}"


@frozen
class Changes:
    """Lines added or changed since ``base``, by path; or why they are not known."""

    base: str
    lines: Mapping[str, frozenset[int]] | None = None
    tracked: frozenset[str] = frozenset()
    refusal: Refusal | None = None


@frozen
class Found:
    """What one method yielded. ``looked_for`` are the patterns, for the message when nothing is there;
    ``partial`` says why there may be more than was found: then a criterion can fail on what is known, and not
    pass.
    """

    evidence: tuple[Evidence, ...] = ()
    refused: tuple[Refusal, ...] = ()
    baseline: tuple[Evidence, ...] = ()
    baseline_refused: tuple[Refusal, ...] = ()
    looked_for: tuple[str, ...] = ()
    partial: str = ""

    @cached_property
    def doubt(self) -> str:
        """Why there may be more than was found, by whoever found it or by an artefact's own reader."""
        told = [
            f"{one.path} {_DOUBTS[notice.code]}"
            for one in self.evidence
            for notice in one.reading.notices
            if notice.code in _DOUBTS
        ]
        return "; ".join(filter(None, (self.partial, *dict.fromkeys(told))))

    @cached_property
    def joined(self) -> Joined:
        """All evidence as one, each artefact once; worked out for the first criterion that asks."""
        return join(distinct(self.evidence))


@frozen
class Passed:
    """A verdict that was brought along to show how the build stands in another environment.

    ``rulebook`` is the digest of the agreement that it was judged by, ``artefact`` the SHA-256 of what it is
    about. ``ends`` are the moments at which waivers and acceptances that it rests on end. ``verified_by`` is
    the id of the key that signed it; empty where that was not verified.
    """

    source: str
    environment: str
    outcome: str
    as_of: datetime
    product: str = ""
    rulebook: str = ""
    artefact: str = ""
    advise: bool = False
    ends: tuple[datetime, ...] = ()
    verified_by: str = ""


@frozen
class Facts:
    """Everything found, by method name; ``cautions`` are what the search could not look at."""

    found: Mapping[str, Found] = field(default_factory=dict)
    changes: Mapping[str, Changes] = field(default_factory=dict)
    cautions: tuple[str, ...] = ()

    def of(self, method: str) -> Found:
        """What one method yielded; nothing for a method that nobody looked for."""
        return self.found.get(method, _NOTHING)

    @cached_property
    def families(self) -> Mapping[str, frozenset[str]]:
        """The kinds of evidence that each method really yielded, told by the metrics that were measured."""
        return {name: _families(found.evidence) for name, found in self.found.items()}


def _families(evidence: tuple[Evidence, ...]) -> frozenset[str]:
    return frozenset(
        number.metric.partition(".")[0] for one in evidence for number in one.reading.measurements
    )


_NOTHING = Found()
