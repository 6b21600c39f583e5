"""What was said of the same bytes before: on which class and track a digest was judged, and how that ended.

A digest keeps its history. Neither another release nor another class of the same one gets it past what it was
held to once: withdrawn is given up, not undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from flightrules.engine.lighter import Way, does_without
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.readiness.models import GateRun
from flightrules.service.releases.queries import Artefact, Release, artefacts

__all__ = ["Passage", "lighter_than_before", "passages", "withdrawn_before"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A gate that bytes of this release were judged at, in which release, and on which way that was."""

    release: str
    version: str
    state: str
    way: Way
    gate: str
    outcome: str
    digest: str

    @property
    def said(self) -> str:
        """In a sentence."""
        ended = ", which was withdrawn" if self.state == Release.State.WITHDRAWN else ""
        named = [f"class {self.way.release_class}" if self.way.release_class else "no class"]
        named += [f"track {self.way.track}"] if self.way.track else []
        where = f"{self.version} ({', '.join(named)}){ended}"
        return f"sha256:{self.digest[:12]} was part of {where}: {self.outcome} at the gate {self.gate}"


def passages(release: Release) -> list[Passage]:
    """Every way on which what is shipped now was judged for this product, the last verdict of each gate."""
    shipped = {one.digest for one in artefacts(release)}
    if not shipped:
        return []
    rows = Artefact.objects.filter(digest__in=shipped, release__product=release.product_id)
    held = list(rows.values_list("release_id", "digest", "added_at", "replaced_at").order_by("added_at"))
    found: dict[tuple[object, ...], Passage] = {}
    for run in _runs({one[0] for one in held}):
        for key, digest, since, until in held:
            if key == run.release_id and since <= run.asked_at and (until is None or run.asked_at < until):
                passed = _passage(run, digest)
                found[passed.release, passed.way, passed.gate, digest] = passed
    return list(found.values())


def withdrawn_before(release: Release) -> list[str]:
    """The verdicts on the same bytes in releases that were given up since; every report shows them."""
    others = [one for one in passages(release) if one.release != str(release.pk)]
    return [one.said for one in others if one.state == Release.State.WITHDRAWN]


def lighter_than_before(release: Release) -> tuple[str, ...]:
    """Why the class and track of this release do not do for what it ships; empty where they do.

    An emergency was put on its track by a written classification, which is the authority that it takes.
    """
    edition = None if release.emergency else edition_in_force(release.product_id)
    if edition is None:
        return ()
    return tuple(_said(_heavier(passages(release), rulebook_of(edition), release)))


def _heavier(found: Iterable[Passage], book: Rulebook, release: Release) -> Iterator[tuple[Passage, str]]:
    now = Way(release.release_class, release.track)
    for one in found:
        is_own = one.release == str(release.pk)
        if one.way == now or (is_own and not one.way.release_class):
            continue  # a class that was stated later than the gate was judged is no lighter one
        missing = does_without(book, now, one.way)
        if missing:
            yield one, ", ".join(missing)


def _said(heavier: Iterable[tuple[Passage, str]]) -> Iterator[str]:
    for missing, one in {missing: one for one, missing in heavier}.items():
        yield f"{one.said}; as stated now it would go without {missing}; state it as it was, or heavier"


def _runs(releases: Iterable[UUID]) -> list[GateRun]:
    judged = GateRun.objects.filter(release__in=releases, judged_at__isnull=False)
    wanted = ("release", "release_class", "track", "gate", "outcome", "asked_at")
    named = ("release__version", "release__state", "release__release_class", "release__track")
    return list(judged.select_related("release").only(*wanted, *named).order_by("judged_at", "pk"))


def _passage(run: GateRun, digest: str) -> Passage:
    of = run.release
    given_up = of.state == Release.State.WITHDRAWN
    stated = Way(run.release_class, run.track) if run.release_class or run.track or not given_up else None
    way = stated or Way(of.release_class, of.track)
    return Passage(str(of.pk), of.version, of.state, way, run.gate, run.outcome, digest)
