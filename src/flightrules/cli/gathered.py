"""From files as they were read to the evidence of each method: bound to a build and a place, and dated."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flightrules.cli.plan import Gathering
from flightrules.cli.reading import File, FileRead
from flightrules.engine.facts import Changes, Found, Refusal
from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Evidence, Notice, Reading
from flightrules.rules.finding import own
from flightrules.rules.source import Binding, EvidenceSource
from flightrules.values import replace

if TYPE_CHECKING:
    from flightrules.connectors.git import Asked
    from flightrules.rules.rulebook import Rulebook

__all__ = ["changed_since", "changes_of", "found_of"]

_FARTHEST_ZONE = timedelta(hours=14)


def found_of(
    source: EvidenceSource,
    wanted: list[str],
    baseline: list[str],
    done: Mapping[File, FileRead],
    plan: Gathering,
) -> Found:
    """What was found for a method: its artefacts, bound and dated, and those that were refused."""
    files = [done[path, source.format, source.columns] for path in wanted]
    before = [done[path, source.format, source.columns] for path in baseline]
    ran = any(one.refusal is None for one in files)
    counted = [one for one in files if one.reading is not None and (ran or one.refusal is None)]
    refused = [one for one in files if one.refusal is not None and one not in counted]
    return Found(
        evidence=tuple(_evidence(one, source, plan) for one in counted),
        refused=tuple(refusal for one in refused for refusal in _refusals(one)),
        baseline=tuple(_evidence(one, source, plan) for one in before if one.reading and not one.refusal),
        baseline_refused=tuple(refusal for one in before for refusal in _refusals(one)),
        looked_for=plan.extra.get(source.name, source.paths),
        partial=_missing(source, wanted, plan),
    )


def _refusals(one: FileRead) -> tuple[Refusal, ...]:
    """Why it was refused, if it was."""
    if one.refusal is None:
        return ()
    return (Refusal(one.path, *one.refusal, one.digest, one.size),)


def _evidence(one: FileRead, source: EvidenceSource, plan: Gathering) -> Evidence:
    reading = one.reading or Reading("")
    binding = plan.bindings.get(one.digest)
    facts = reading.facts
    environment, build, bound = _bound(facts, binding, source)
    taken_at = _taken_at(reading, binding, plan.received_at)
    if binding is not None:
        reading = _with_binding(reading, binding)
    if taken_at is None and one.modified_at is not None and not _is_unreadable(reading):
        taken_at = datetime.fromtimestamp(one.modified_at, UTC)
        notice = Notice("W_FILE_TIME", "the artefact states no time; its age is the file's own time stamp")
        reading = replace(reading, notices=(*reading.notices, notice))
    return Evidence(
        source.name,
        one.path,
        one.digest,
        one.size,
        reading,
        plan.received_at,
        taken_at,
        environment,
        build,
        bound,
    )


def _is_unreadable(reading: Reading) -> bool:
    """Whether it states a time that nobody can read: that of the file, which copying renews, is another."""
    return any(notice.code == "W_TIME" for notice in reading.notices)


def _bound(
    facts: Mapping[str, str], binding: Binding | None, source: EvidenceSource
) -> tuple[str | None, str | None, str]:
    """Environment, build, and how they are known: the content first, then a binding, then the declaration."""
    environment = facts.get("environment") or (binding.environment if binding else None) or source.environment
    build = facts.get("build") or (binding.build if binding else None)
    if facts.get("environment") or facts.get("build"):
        return environment, build, "content"
    if binding is not None:
        return environment, build, "binding"
    return environment, build, "source" if environment else "unknown"


def _with_binding(reading: Reading, binding: Binding) -> Reading:
    """What the binding adds: the artefact that was tested, and a word where artefact and binding disagree."""
    facts, notices = dict(reading.facts), list(reading.notices)
    if binding.artefact:
        facts["artefact"] = binding.artefact
    for name, said in (("environment", binding.environment), ("build", binding.build)):
        if said and facts.get(name, said) != said:
            words = f"the artefact says {name} {facts[name]}, its binding says {said}; the artefact stands"
            notices.append(Notice("W_BINDING_DIFFERS", words))
    return replace(reading, facts=facts, notices=tuple(notices))


def _taken_at(reading: Reading, binding: Binding | None, received_at: datetime) -> datetime | None:
    """When it was taken. A time without zone is read as UTC; where that lies ahead of the clock by no more
    than a zone can, the zone is what is ahead, and the artefact is as old as its arrival.
    """
    stated = reading.facts.get("taken_at")
    if not stated:
        return binding.taken_at if binding else None
    try:
        taken = datetime.fromisoformat(stated)
    except ValueError:
        return None
    naive = taken.tzinfo is None or any(notice.code == "W_NAIVE_TIME" for notice in reading.notices)
    taken = taken if taken.tzinfo is not None else taken.replace(tzinfo=UTC)
    ahead = naive and received_at < taken <= received_at + _FARTHEST_ZONE
    return received_at if ahead else taken


def _missing(source: EvidenceSource, wanted: list[str], plan: Gathering) -> str:
    """Which files are not there that the rulebook's own source names one by one, while others of it are."""
    if not wanted or source.name in plan.extra or not own(source.origin):
        return ""
    named = [path for path in source.paths if not any(mark in path for mark in "*?[!")]
    missing = [path for path in named if os.path.normpath(path) not in wanted]
    return f"nothing lies at {', '.join(missing)}" if missing else ""


def changes_of(
    rulebook: Rulebook, found: Mapping[str, Found], plan: Gathering, changed: Mapping[str, Changes]
) -> dict[str, Changes]:
    """Changed lines since the base commit, for the sources that yielded lines."""
    return {
        source.name: changed[base]
        for source in rulebook.sources
        if (base := plan.base or source.compare_with) and base in changed and _has_lines(found[source.name])
    }


def _has_lines(found: Found) -> bool:
    return any(type(one.reading.records).__name__ == "Lines" for one in found.evidence)


def changed_since(base: str, asked: Asked) -> Changes:
    """What git answers; where it refuses, why."""
    try:
        changed = asked.answer()
    except EvidenceError as error:
        return Changes(base, refusal=Refusal(base, error.code, error.message, hint=error.hint))
    return Changes(changed.merge_base, changed.files, changed.tracked)
