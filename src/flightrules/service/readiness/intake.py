"""Evidence comes in, is superseded, is taken out of the judgement on record; its bytes are never altered.

What arrives is taken as it is, unreadable or red: refusing a report of a crashed run would leave the green
one before it in force. Only what is stated *about* the bytes can be refused: a time in the future, another
digest, an artefact that is not this release's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flightrules.service.catalogue.queries import require_edition_in_force, rulebook_of
from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.readiness.models import EvidenceItem
from flightrules.service.readiness.reading import states_its_run
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release, artefacts, product_of
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = [
    "EvidenceRefusedError",
    "Statement",
    "accept_fewer_tests",
    "require_may_bring",
    "take_evidence",
    "tombstone_evidence",
]

CLOCK_SKEW = timedelta(minutes=5)


class EvidenceRefusedError(ConflictError):
    """What was stated about the bytes cannot be; the attempt goes on record."""

    status = 422


@dataclass(frozen=True, slots=True)
class Statement:
    """What the sender says about the bytes."""

    method: str
    name: str
    part: str = EvidenceItem.Part.EVIDENCE
    build: str = ""
    environment: str = ""
    artefact: str = ""
    taken_at: datetime | None = None
    sha256: str = ""


def require_may_bring(*, release: str, by: Actor, at: datetime) -> None:
    """Asked before the bytes are read, so that a stranger cannot fill the disk.

    Raises:
        ForeignError: E_NO_SUCH. DeniedError: E_POWER.
    """
    require(by, Power.BRING_EVIDENCE, product=product_of(release), at=at)


@act
def take_evidence(
    *, release: str, said: Statement, digest: str, size: int, by: Actor, at: datetime
) -> tuple[EvidenceItem, bool]:
    """Put received bytes on record for a release; returns the row and whether it is new.

    The same bytes for the same method and name are the same evidence: nothing happens a second time.

    Raises:
        EvidenceRefusedError: E_EVIDENCE_DIGEST, E_EVIDENCE_FUTURE, E_EVIDENCE_ARTEFACT,
            E_EVIDENCE_REPLAYED.
        InvalidError: E_METHOD. ConflictError: E_NO_RULEBOOK, E_RELEASE_STATE.
    """
    row = locked(release, by, at)
    require(by, Power.BRING_EVIDENCE, product=row.product_id, at=at)
    require_open(row)
    method = _method(row, said.method)
    _require_credible(row, said, digest, at)
    same = _earlier(row, said, method, digest)
    if same is not None:
        return same, False
    item = _written(row, said, method, digest, size, by, at)
    append(
        stream=product_stream(row.product_id),
        tag=Tag.EVIDENCE_RECEIVED,
        by=by,
        at=at,
        subject=f"evidence/{item.key}",
        data=_for_ledger(item, row),
    )
    return item, True


def _method(release: Release, named: str) -> str:
    book = rulebook_of(require_edition_in_force(release.product_id))
    source = book.source(named)
    if source is None:
        known = ", ".join(one.name for one in book.sources) or "none"
        raise InvalidError(
            "E_METHOD", f"the rulebook in force has no method {named[:60]!r}", hint=f"known: {known}"
        )
    return source.name


def _require_credible(release: Release, said: Statement, digest: str, at: datetime) -> None:
    known = {one.digest for one in artefacts(release)}
    refusal = None
    if said.sha256 and said.sha256 != digest:
        refusal = EvidenceRefusedError(
            "E_EVIDENCE_DIGEST",
            f"the bytes have the digest {digest}, not the one that was stated",
            hint="send them again; they were changed on the way",
        )
    elif said.taken_at is not None and said.taken_at > at + CLOCK_SKEW:
        refusal = EvidenceRefusedError(
            "E_EVIDENCE_FUTURE",
            f"it says that it was taken at {said.taken_at.isoformat()}, which is to come",
            hint="set the clock of the machine that wrote it",
        )
    elif said.artefact and known and said.artefact not in known:
        refusal = EvidenceRefusedError(
            "E_EVIDENCE_ARTEFACT",
            f"it is of the artefact sha256:{said.artefact[:12]}…, which is not what this release ships",
            hint="measure what is shipped, or name the new artefact first",
        )
    if refusal is not None:
        raise refusal.about(product_stream(release.product_id), f"release/{release.key}")


def _earlier(release: Release, said: Statement, method: str, digest: str) -> EvidenceItem | None:
    """The same evidence on record, if these bytes are; refuses to let an old report pass for another run.

    Where the bytes themselves do not say of which run they are, two runs may well have written the same.
    """
    known = EvidenceItem.objects.filter(product=release.product_id, digest=digest, part=said.part)
    artefact, _ = _bound(release, said)
    for one in known.order_by("-received_at"):
        differs = _differs(one, said, artefact)
        here = one.release_id == release.pk and one.method == method
        current = one.superseded_at is None and one.tombstoned_at is None
        if here and current and not differs:
            return one
        old = "superseded or taken out of the judgement" if here and not current else ""
        if old and not differs:
            raise _replayed(one, f"these bytes were {old} before")
        if (old or differs) and states_its_run(one.digest, one.size):
            raise _replayed(one, f"these bytes are on record: {old or differs}")
    return None


def _differs(one: EvidenceItem, said: Statement, artefact: str) -> str:
    """How these bytes were bound when they came before, where that is not what is said now."""
    pairs = (
        ("artefact", one.artefact, artefact),
        ("build", one.build, said.build),
        ("environment", one.environment, said.environment),
    )
    return next((f"as of {what} {had[:80]}" for what, had, now in pairs if had and now and had != now), "")


def _replayed(one: EvidenceItem, why: str) -> EvidenceRefusedError:
    refusal = EvidenceRefusedError("E_EVIDENCE_REPLAYED", why, hint="run the measurement again")
    refusal.about(product_stream(one.product), f"evidence/{one.key}")
    return refusal


def _written(
    release: Release, said: Statement, method: str, digest: str, size: int, by: Actor, at: datetime
) -> EvidenceItem:
    current = EvidenceItem.objects.filter(
        release=release, method=method, name=said.name, part=said.part, superseded_at__isnull=True
    ).first()
    if current is not None:
        EvidenceItem.objects.filter(pk=current.pk).update(superseded_at=at)
    first = (
        EvidenceItem.objects.filter(product=release.product_id, digest=digest)
        .select_related("release")
        .order_by("received_at")
        .first()
    )
    artefact, artefact_by = _bound(release, said)
    return EvidenceItem.objects.create(
        release=release,
        product=release.product_id,
        method=method,
        name=said.name,
        part=said.part,
        digest=digest,
        size=size,
        build=said.build,
        environment=said.environment,
        artefact=artefact,
        artefact_by=artefact_by,
        taken_at=said.taken_at,
        received_at=at,
        seen_at=first.received_at if first else at,
        seen_for=first.release.version if first else release.version,
        brought_by=by.key,
        supersedes=current,
    )


def _bound(release: Release, said: Statement) -> tuple[str, str]:
    """What was tested: as stated; else the one thing that the release ships at this moment.

    So when that is rebuilt later, the evidence stays with the digest that was there when it came.
    """
    if said.artefact:
        return said.artefact, "stated"
    shipped = artefacts(release)
    return (shipped[0].digest, "receipt") if len(shipped) == 1 else ("", "")


@act
def tombstone_evidence(*, key: str, reason: str, by: Actor, at: datetime) -> EvidenceItem:
    """Take evidence out of the judgement. It stays on record; its method is without data until more comes.

    Raises:
        ConflictError: E_EVIDENCE_TOMBSTONED, E_RELEASE_STATE.
    """
    item = _locked_item(key, by, at)
    if item.tombstoned_at is not None:
        raise ConflictError("E_EVIDENCE_TOMBSTONED", "it was taken out of the judgement before").about(
            product_stream(item.product), f"evidence/{item.key}"
        )
    item.tombstoned_at, item.tombstoned_by, item.tombstone_reason = at, by.key, reason
    item.save(update_fields=["tombstoned_at", "tombstoned_by", "tombstone_reason"])
    _record_on(item, Tag.EVIDENCE_TOMBSTONED, reason, by, at)
    return item


@act
def accept_fewer_tests(*, key: str, reason: str, by: Actor, at: datetime) -> EvidenceItem:
    """Say on record that evidence may hold fewer tests than what it replaced.

    Raises:
        ConflictError: E_EVIDENCE_NOT_FEWER, when it replaced nothing.
    """
    item = _locked_item(key, by, at)
    if item.supersedes_id is None:
        raise ConflictError("E_EVIDENCE_NOT_FEWER", "it replaced nothing, so nothing was dropped").about(
            product_stream(item.product), f"evidence/{item.key}"
        )
    item.fewer_accepted_at, item.fewer_accepted_by, item.fewer_reason = at, by.key, reason
    item.save(update_fields=["fewer_accepted_at", "fewer_accepted_by", "fewer_reason"])
    _record_on(item, Tag.FEWER_TESTS_ACCEPTED, reason, by, at)
    return item


def _locked_item(key: str, by: Actor, at: datetime) -> EvidenceItem:
    found = EvidenceItem.objects.filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    release = locked(str(found.release_id), by, at)
    require(by, Power.MANAGE_READINESS, product=release.product_id, at=at)
    require_open(release)
    return EvidenceItem.objects.select_for_update(of=("self",)).get(pk=key)


def _record_on(item: EvidenceItem, tag: Tag, reason: str, by: Actor, at: datetime) -> None:
    append(
        stream=product_stream(item.product),
        tag=tag,
        by=by,
        at=at,
        subject=f"evidence/{item.key}",
        data={"sha256": item.digest, "reason": commit_to(reason, about=by.key)},
    )


def _for_ledger(item: EvidenceItem, release: Release) -> dict[str, object]:
    told: dict[str, object] = {
        "release": str(release.key),
        "method": item.method,
        "name": item.name,
        "part": item.part,
        "sha256": item.digest,
        "size": item.size,
    }
    for name in ("build", "environment", "artefact", "artefact_by"):
        if getattr(item, name):
            told[name] = getattr(item, name)
    if item.taken_at is not None:
        told["taken_at"] = item.taken_at.isoformat()
    if item.supersedes_id is not None:
        told["supersedes"] = str(item.supersedes_id)
    return told
