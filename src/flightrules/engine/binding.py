"""Whether an artefact is of the right build, environment and age."""

from __future__ import annotations

from datetime import datetime, timedelta

from flightrules.engine.verdict import Status
from flightrules.evidence.measurement import Evidence
from flightrules.rules.criterion import Criterion
from flightrules.rules.environments import Environment, same_place
from flightrules.rules.source import EvidenceSource
from flightrules.values import frozen

__all__ = ["Misfit", "misfit"]

CLOCK_SKEW = timedelta(minutes=5)


@frozen
class Misfit:
    """Why an artefact cannot decide a criterion."""

    status: Status
    reason: str
    fix: str


def misfit(
    evidence: Evidence,
    criterion: Criterion,
    source: EvidenceSource | None,
    as_of: datetime,
    build: str | None,
    artefact: str | None = None,
    environments: tuple[Environment, ...] = (),
) -> Misfit | None:
    """The first reason why the artefact does not fit, or ``None``; an environment may have several names."""
    return (
        _wrong_time(evidence, source, as_of)
        or _wrong_artefact(evidence, artefact)
        or _wrong_build(evidence, criterion, source, build)
        or _wrong_environment(evidence, criterion, environments)
    )


def _wrong_time(evidence: Evidence, source: EvidenceSource | None, as_of: datetime) -> Misfit | None:
    limit = source.max_age if source else None
    taken = evidence.taken_at
    if taken is None:
        if limit is None:
            return None
        return Misfit(
            Status.STALE,
            f"{evidence.path} does not say when it was taken; the limit is {words(limit)}",
            "bind the artefact, or have the tool write a time",
        )
    if taken > as_of + CLOCK_SKEW:
        return Misfit(
            Status.STALE,
            f"{evidence.path} was taken in the future, at {taken.isoformat()}",
            "set the clock of the machine that wrote it",
        )
    if limit is not None and as_of - taken > limit:
        return Misfit(
            Status.STALE,
            f"{evidence.path} was taken at {taken.isoformat()} and may be {words(limit)} old, "
            f"so it is stale since {(taken + limit).isoformat()}",
            "run the measurement again",
        )
    return None


def _wrong_artefact(evidence: Evidence, wanted: str | None) -> Misfit | None:
    """A build's name can be given twice; the digest of what was tested cannot."""
    tested = evidence.reading.facts.get("artefact", "").casefold().removeprefix("sha256:")
    if not tested or wanted is None or tested == wanted:
        return None
    return Misfit(
        Status.STALE,
        f"{evidence.path} is bound to the artefact sha256:{tested[:12]}…, not to sha256:{wanted[:12]}…",
        "measure the artefact that is to be released",
    )


def _wrong_build(
    evidence: Evidence, criterion: Criterion, source: EvidenceSource | None, build: str | None
) -> Misfit | None:
    wanted = criterion.build or build
    if wanted is None:
        return None
    if build is not None and build != wanted:
        return Misfit(
            Status.NOT_MEASURED_AS_STATED,
            f"the criterion is as of build {wanted}; this check is of build {build}",
            "bring the sentence up to date, or leave its build out and name it with --build",
        )
    if evidence.build is not None and evidence.build != wanted:
        return Misfit(
            Status.STALE,
            f"{evidence.path} is of build {evidence.build}, not of {wanted}",
            f"measure build {wanted}",
        )
    must_know = criterion.build is not None or (source is not None and source.build_required)
    if evidence.build is None and must_know:
        return Misfit(
            Status.NOT_MEASURED_AS_STATED,
            f"{evidence.path} does not say of which build it is; build {wanted} is asked for",
            f"bind it: flightrules bind {evidence.path} --build {wanted}",
        )
    return None


def _wrong_environment(
    evidence: Evidence, criterion: Criterion, environments: tuple[Environment, ...]
) -> Misfit | None:
    wanted = criterion.environment
    if wanted is None or same_place(environments, evidence.environment or "", wanted):
        return None
    known = (
        f"was measured in {evidence.environment}"
        if evidence.environment
        else "does not say where it was measured"
    )
    return Misfit(
        Status.NOT_MEASURED_AS_STATED,
        f"{evidence.path} {known}; the criterion asks for {wanted}",
        f"measure in {wanted}, or state the environment of the evidence source",
    )


def words(span: timedelta) -> str:
    """A time span as people say it: ``26 h``, ``3 d``, ``12 min``."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size or (seconds >= size and seconds % size == 0):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
