"""From the rows of a release to what the engine judges: every artefact read again from its stored bytes.

What the service cannot read itself is no fact here, whatever CI said of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flightrules.engine.criterion_result import Case
from flightrules.engine.facts import Facts, Found, Refusal
from flightrules.engine.relaxation import relaxed
from flightrules.evidence.measurement import Evidence, Notice, Reading
from flightrules.rules.release_facts import ReleaseFacts, Window
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import EvidenceSource
from flightrules.rules.trigger import Rollback
from flightrules.service.readiness.changed_lines import changes_of
from flightrules.service.readiness.inputs import Inputs
from flightrules.service.readiness.intake import CLOCK_SKEW
from flightrules.service.readiness.models import EvidenceItem
from flightrules.service.readiness.people_names import Names
from flightrules.service.readiness.reading import Tests, read_stored, tests_in
from flightrules.service.readiness.registers import Snapshot, acceptances_of, defect_methods, snapshots
from flightrules.service.readiness.shrinking import fewer_tests
from flightrules.service.releases.queries import Release
from flightrules.values import replace

__all__ = ["Gathered", "case_of", "gather"]

_CHANGES = EvidenceItem.Part.CHANGES


@dataclass
class Gathered:
    """What was found, and whatever must be kept of the finding.

    ``also_read`` are digests of bytes that decide beside the evidence: which lines are new.
    """

    facts: Facts
    snapshots: tuple[Snapshot, ...] = ()
    cautions: list[str] = field(default_factory=list)
    also_read: tuple[str, ...] = ()


def gather(inputs: Inputs, book: Rulebook, at: datetime) -> Gathered:
    """Read all evidence of the release, method by method."""
    kept = snapshots(inputs, book, at)
    cautions: list[str] = []
    found: dict[str, Found] = {}
    for source in book.sources:
        mine = [one for one in inputs.evidence if one.method == source.name and one.part != _CHANGES]
        found[source.name] = _found(source, mine, inputs, at, cautions)
    cautions += [*_registers(found, kept, inputs, book), *_unbound(inputs)]
    compared = changes_of(inputs, book)
    cautions += relaxed(book, _engaged(inputs)).cautions
    facts = Facts(found, {method: one.changes for method, one in compared.items()}, ())
    also_read = tuple(one.digest for one in compared.values() if one.digest)
    return Gathered(facts, kept, cautions, also_read)


def case_of(inputs: Inputs, book: Rulebook, gathered: Gathered, at: datetime, names: Names) -> Case:
    """What the engine judges with; ``names`` are people's names, for the report alone."""
    release = inputs.release
    return Case(
        rulebook=_for_release(book, inputs, names.qa_lead),
        facts=replace(gathered.facts, cautions=tuple(gathered.cautions)),
        as_of=at,
        version=release.version,
        build=release.build or None,
        acceptances=acceptances_of(inputs.acceptances, names.by_key),
        artefact=inputs.artefacts[0].digest if inputs.artefacts else None,
    )


def _for_release(book: Rulebook, inputs: Inputs, qa_lead: str) -> Rulebook:
    """The agreement with this release's facts in place of the file's; its digest stays that of the file."""
    release = inputs.release
    window = Window(release.opens_at, release.closes_at, release.zone) if release.opens_at else None
    facts = ReleaseFacts(
        qa_lead=book.release.qa_lead or qa_lead,
        window=window or book.release.window,
        features=tuple(release.scope_in),
        excluded=tuple(release.scope_out),
        kloc=book.release.kloc,
        projected_rps=book.release.projected_rps,
        touches=tuple(dict.fromkeys((*book.release.touches, *release.touches))),
        release_class=release.release_class,
        track=release.track,
        high_stakes=book.release.high_stakes,
        justification=release.justification,
    )
    product = replace(book.product, name=inputs.product.name, version=release.version)
    agreed = relaxed(book, _engaged(inputs)).rulebook
    made = replace(agreed, product=product, release=facts, rollback=_way_back(agreed.rollback, release))
    made.__dict__["digest"] = book.digest  # what was signed; this release's facts are not part of it
    return made


def _way_back(agreed: Rollback, release: Release) -> Rollback:
    """The plan for going back, with what this release states of its own."""
    minutes = release.rollback_minutes
    return replace(
        agreed,
        method=release.rollback_method or agreed.method,
        owner=release.rollback_owner or agreed.owner,
        estimated_minutes=agreed.estimated_minutes if minutes is None else minutes,
    )


def _engaged(inputs: Inputs) -> str:
    """The track, where a written classification has put the release on it; a word alone relaxes nothing."""
    return inputs.release.track if inputs.release.emergency else ""


def _found(
    source: EvidenceSource, items: Iterable[EvidenceItem], inputs: Inputs, at: datetime, cautions: list[str]
) -> Found:
    evidence: list[Evidence] = []
    refused: list[Refusal] = []
    baseline: list[Evidence] = []
    baseline_refused: list[Refusal] = []
    for item in items:
        is_baseline = item.part == EvidenceItem.Part.BASELINE
        read = _read(item, source, cautions)
        if isinstance(read, Refusal):
            (baseline_refused if is_baseline else refused).append(read)
        else:
            made = _evidence(item, read, source, inputs, at)
            (baseline if is_baseline else evidence).append(made)
    return Found(
        evidence=tuple(evidence),
        refused=tuple(refused),
        baseline=tuple(baseline),
        baseline_refused=tuple(baseline_refused),
        looked_for=(f"evidence brought for {source.name}",),
    )


def _read(item: EvidenceItem, source: EvidenceSource, cautions: list[str]) -> Reading | Refusal:
    if item.tombstoned_at is not None:
        return Refusal(
            item.name,
            "E_NO_DATA",
            f"it was taken out of the judgement on {item.tombstoned_at.date().isoformat()}: "
            f"{item.tombstone_reason}",
            hint="bring the measurement again",
            digest=item.digest,
            size=item.size,
        )
    reading = read_stored(item.digest, item.name, source)
    if item.supersedes_id is None:
        return reading
    return _against_former(item, reading, source, cautions)


def _against_former(
    item: EvidenceItem, reading: Reading | Refusal, source: EvidenceSource, cautions: list[str]
) -> Reading | Refusal:
    """A report that replaced a fuller one decides nothing until a person has said why that is right."""
    now = tests_in(reading)
    if isinstance(reading, Refusal) or now is None:
        return reading
    former, count = _fullest(item, source)
    cautions.append(f"{item.name} replaced {count} earlier upload{'s' if count > 1 else ''}; all are kept")
    said = fewer_tests(former, now) if former else None
    if said is None:
        return reading
    if item.fewer_accepted_at is not None:
        cautions.append(f"coverage_of_tests_dropped in {item.name}: {said.sentence}; accepted on record")
        return reading
    if not said.grave:
        cautions.append(f"coverage_of_tests_dropped in {item.name}: {said.sentence}")
        return reading
    return Refusal(
        item.name,
        "E_TESTS_DROPPED",
        f"coverage_of_tests_dropped: {said.sentence}",
        hint="run the whole suite, or have it accepted on record that fewer tests are right",
        digest=item.digest,
        size=item.size,
    )


def _fullest(item: EvidenceItem, source: EvidenceSource) -> tuple[Tests | None, int]:
    """The most that any earlier upload held, back to where fewer tests were last accepted on record."""
    fullest: Tests | None = None
    count, before = 0, item.supersedes
    while before is not None:
        count += 1
        tests = tests_in(read_stored(before.digest, before.name, source))
        if tests is not None and (fullest is None or tests.ran > fullest.ran):
            fullest = tests
        before = None if before.fewer_accepted_at is not None else before.supersedes
    return fullest, count


def _evidence(
    item: EvidenceItem, reading: Reading, source: EvidenceSource, inputs: Inputs, at: datetime
) -> Evidence:
    facts, notices = dict(reading.facts), list(reading.notices)
    for name, said in (("environment", item.environment), ("build", item.build)):
        if said and facts.get(name, said) != said:
            words = f"the artefact says {name} {facts[name]}, its sender said {said}; the artefact stands"
            notices.append(Notice("W_BINDING_DIFFERS", words))
    if item.artefact and item.artefact not in {one.digest for one in inputs.artefacts}:
        facts["artefact"] = item.artefact
    if not facts.get("taken_at") and item.taken_at is None:
        notices.append(
            Notice("W_RECEIVED_TIME", "nothing says when it was taken; it is as old as its arrival")
        )
    if item.seen_at < item.received_at and item.seen_for != inputs.release.version:
        words = f"the same bytes were evidence of {item.seen_for} first; they are as old as that"
        notices.append(Notice("W_SEEN_BEFORE", words))
    in_content = bool(facts.get("environment") or facts.get("build"))
    stated = bool(item.environment or item.build)
    environment = facts.get("environment") or item.environment or source.environment
    return Evidence(
        source.name,
        item.name,
        item.digest,
        item.size,
        replace(reading, facts=facts, notices=tuple(notices)),
        at,
        _taken_at(item, reading),
        environment or None,
        facts.get("build") or item.build or None,
        "content" if in_content else "sender" if stated else "source" if environment else "unknown",
    )


def _taken_at(item: EvidenceItem, reading: Reading) -> datetime:
    """The older of what is said and when the bytes first came; a time in the content that is to come stands.

    So neither a clock set forward nor bytes sent a second time make evidence younger than it is.
    """
    moments = [item.seen_at] + ([item.taken_at] if item.taken_at else [])
    stated = _moment(reading)
    if stated is not None:
        naive = any(notice.code == "W_NAIVE_TIME" for notice in reading.notices)
        if stated > item.received_at + CLOCK_SKEW and not naive:
            return stated
        moments.append(stated)
    return min(moments)


def _moment(reading: Reading) -> datetime | None:
    try:
        taken = datetime.fromisoformat(reading.facts["taken_at"])
    except (KeyError, ValueError):
        return None
    return taken if taken.tzinfo is not None else taken.replace(tzinfo=UTC)


def _with_snapshot(found: Found, snapshot: Snapshot) -> Found:
    """The register beside what was brought, as of now; on its own, as of its review, where nothing was."""
    alone = not found.evidence and not found.refused
    evidence = snapshot.evidence
    if not alone:
        evidence = replace(evidence, taken_at=evidence.received_at)
    partial = found.partial or (snapshot.partial if alone else "")
    return replace(found, evidence=(*found.evidence, evidence), partial=partial)


def _registers(
    found: dict[str, Found], kept: tuple[Snapshot, ...], inputs: Inputs, book: Rulebook
) -> list[str]:
    """Put the registers into what was found; says where the register of defects stands for a tracker."""
    alone = [name for name in defect_methods(book) if not found[name].evidence and not found[name].refused]
    for snapshot in kept:
        found[snapshot.method] = _with_snapshot(found[snapshot.method], snapshot)
    review = inputs.review
    if review is not None:
        return [
            f"{name}: nothing was brought, so the register of defects counts, confirmed complete on "
            f"{review.at:%Y-%m-%d} with {review.listed} listed"
            for name in alone
        ]
    for name in alone:
        looked = ("the register of defects, which is empty and which nobody has confirmed as complete",)
        if not inputs.defects:
            found[name] = replace(found[name], looked_for=(*found[name].looked_for, *looked))
    return []


def _unbound(inputs: Inputs) -> list[str]:
    """Evidence that nothing ties to what is shipped; said once, with how many there are."""
    loose = [one.name for one in inputs.evidence if not one.artefact and not one.build]
    if not loose or not inputs.artefacts:
        return []
    return [f"not bound to any artefact or build: {', '.join(sorted(loose)[:3])} ({len(loose)} in all)"]
