"""Reads of readiness: what came in, what was judged, whether that still stands, and the registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from django.db.models import CharField, Model, Prefetch, QuerySet, UUIDField

from flightrules.service.catalogue.queries import (
    Edition,
    edition_in_force,
    edition_of,
    get_product,
    visible_products,
)
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import ConflictError, ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.readiness.inputs import Inputs, inputs_of
from flightrules.service.readiness.models import (
    Acceptance,
    ChecklistItem,
    Defect,
    EvidenceItem,
    GateRun,
    RegisterReview,
    Risk,
    Waiver,
)
from flightrules.service.readiness.reading import is_intact
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.releases.queries import Release, get_release

__all__ = [
    "Standing",
    "Standings",
    "acceptances_of",
    "checklist_items",
    "defects",
    "evidence",
    "find",
    "gate_runs",
    "latest_run",
    "open_risks",
    "register_reviews",
    "report_bytes",
    "require_intact",
    "require_reader",
    "require_standing",
    "risks",
    "run_of",
    "standing_of",
    "visible",
    "waivers",
]

M = TypeVar("M", bound=Model)
_OPEN_RISKS = Question(
    lambda release: (
        Risk.objects.filter(release=release, state=Risk.State.OPEN)
        .only("title")
        .order_by("recorded_at", "key")
    ),
    UUIDField(),
)
_LATEST_RUN = Question(
    lambda release, gate: GateRun.objects.filter(
        release=release, gate=gate, judged_at__isnull=False
    ).order_by("-judged_at", "-asked_at")[:1],
    UUIDField(),
    CharField(),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a run can be relied on now, and each reason why not."""

    stands: bool
    reasons: tuple[str, ...]


def evidence(*, release: str, by: Actor, at: datetime) -> QuerySet[EvidenceItem]:
    """All evidence of a release, what was superseded or taken out among it."""
    return EvidenceItem.objects.filter(release=get_release(key=release, by=by, at=at))


def gate_runs(*, release: str, by: Actor, at: datetime) -> QuerySet[GateRun]:
    """All gate runs of a release."""
    return GateRun.objects.filter(release=get_release(key=release, by=by, at=at)).select_related("edition")


def risks(*, release: str, by: Actor, at: datetime) -> QuerySet[Risk]:
    """The risk register of a release."""
    return Risk.objects.filter(release=get_release(key=release, by=by, at=at))


def open_risks(release: Release) -> list[str]:
    """Titles of the release's open risks, the oldest first."""
    return [one.title for one in _OPEN_RISKS.rows(release.pk)]


def waivers(*, release: str, by: Actor, at: datetime) -> QuerySet[Waiver]:
    """The waivers of a release."""
    rows = Waiver.objects.filter(release=get_release(key=release, by=by, at=at))
    return rows.prefetch_related("approvals")


def checklist_items(*, release: str, by: Actor, at: datetime) -> QuerySet[ChecklistItem]:
    """The checklists of a release."""
    return ChecklistItem.objects.filter(release=get_release(key=release, by=by, at=at))


def defects(*, product: str, by: Actor, at: datetime) -> QuerySet[Defect]:
    """The defect register of a product."""
    get_product(key=product, by=by, at=at)
    accepted = Acceptance.objects.prefetch_related("approvals", "release")
    return Defect.objects.filter(product=product).prefetch_related(
        Prefetch("acceptances", accepted, to_attr="accepted")
    )


def acceptances_of(defect: Defect) -> list[Acceptance]:
    """Its acceptances, voided ones too; nothing is asked where the defect came with them."""
    came_with: list[Acceptance] | None = getattr(defect, "accepted", None)
    return list(defect.acceptances.all()) if came_with is None else came_with


def run_of(key: object, *, by: Actor, at: datetime) -> GateRun:
    """One gate run, with the edition that it was judged by.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    run = visible(GateRun, key, by=by, at=at)
    run.edition = edition_of(run.edition_id)
    return run


def register_reviews(*, release: str, by: Actor, at: datetime) -> QuerySet[RegisterReview]:
    """Who has confirmed for a release that the register of defects is complete."""
    return RegisterReview.objects.filter(release=get_release(key=release, by=by, at=at))


def find(rows: QuerySet[M], key: object) -> M:
    """The row of that key among those that may be seen.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = rows.filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return found


def visible(kind: type[M], key: object, *, by: Actor, at: datetime) -> M:
    """A row that belongs to a release or a product, for whoever may see that.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    row: Any = _by_key(kind).first(key)
    if row is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    if isinstance(row, Defect):
        require(by, Power.READ, product=row.product_id, at=at)
    else:
        row.release = get_release(key=str(row.release_id), by=by, at=at)
    found: M = row
    return found


@lru_cache
def _by_key(kind: type[M]) -> Question[M]:
    return Question(lambda key: QuerySet(model=kind).filter(pk=key), UUIDField())


def latest_run(release: Release, gate: str) -> GateRun | None:
    """The last run of a gate that was judged."""
    found = _LATEST_RUN.first(release.pk, gate)
    if found is not None:
        found.release = release
    return found


class Standings:
    """Whether judged runs of one release still are about what is there, with every byte looked at again.

    Its rows are read once and each artefact is hashed once, however many gates rest on them; so it is made
    anew for each answer, and not kept.
    """

    def __init__(self, release: Release, inputs: Inputs | None = None) -> None:
        self._release, self._came_with = release, inputs
        self._words: dict[str, str] = {}

    def of(self, run: GateRun) -> Standing:
        """Whether this run can be relied on, and why it cannot."""
        if run.judged_at is None:
            return Standing(stands=False, reasons=("it was not judged yet",))
        words = [(self._word(digest), digest) for digest in run.evidence]
        reasons = [f"{word}: sha256:{digest}" for word, digest in words if word]
        edition = self._edition
        if edition is None or edition.pk != run.edition_id:
            number = edition.number if edition else "none"
            reasons.append(
                f"it was judged by edition {run.edition.number} of the rulebook; in force is {number}"
            )
        elif self._inputs.digest != run.inputs:
            reasons.append("evidence, artefacts, registers or the release itself changed since")
        return Standing(not reasons, tuple(reasons))

    @cached_property
    def _edition(self) -> Edition | None:
        came = self._came_with
        return came.edition if came is not None else edition_in_force(self._release.product_id)

    @cached_property
    def _inputs(self) -> Inputs:
        return self._came_with or inputs_of(self._release)

    def _word(self, digest: str) -> str:
        """What is wrong with these bytes, as they lie in the store now."""
        if digest not in self._words:
            state = blobs.state_of(digest)
            self._words[digest] = "" if state is blobs.BlobState.INTACT else state.value.upper()
        return self._words[digest]


def standing_of(run: GateRun) -> Standing:
    """Whether one judged run still is about what is there, with every byte that it read looked at again."""
    return Standings(run.release).of(run)


def require_standing(run: GateRun) -> None:
    """Refuse to rely on a run that does not stand; whoever decides asks this first.

    Raises:
        ConflictError: E_RUN_STALE, E_EVIDENCE_TAMPERED.
    """
    standing = standing_of(run)
    if standing.stands:
        return
    tampered = any(one.startswith(("TAMPERED", "MISSING")) for one in standing.reasons)
    raise ConflictError(
        "E_EVIDENCE_TAMPERED" if tampered else "E_RUN_STALE",
        "; ".join(standing.reasons[:5]),
        hint="restore the bytes, or bring the evidence again" if tampered else "run the gate again",
    )


def report_bytes(run: GateRun, form: str) -> bytes:
    """A report as it was made when the gate was judged; refused while its evidence is not what was read.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_EVIDENCE_TAMPERED, E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    digest = run.reports.get(form)
    if digest is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    broken = [f"{_word(one)}: sha256:{one}" for one in run.evidence if not is_intact(one)]
    if broken:
        raise ConflictError(
            "E_EVIDENCE_TAMPERED",
            "; ".join(broken[:5]),
            hint="restore the bytes, or bring the evidence again",
        )
    return blobs.intact_bytes(digest)


def require_intact(digest: str) -> None:
    """Refuse to hand out bytes that are not those that were received.

    Raises:
        ConflictError: E_EVIDENCE_TAMPERED.
    """
    if not is_intact(digest):
        raise ConflictError(
            "E_EVIDENCE_TAMPERED",
            f"{_word(digest)}: sha256:{digest}",
            hint="restore the bytes, or bring the evidence again",
        )


def require_reader(*, by: Actor, at: datetime) -> None:
    """Refuse whoever may not read of any product; what is shipped is no secret, but no page for strangers.

    Raises:
        DeniedError: E_POWER.
    """
    if by.kind is Kind.MACHINE or visible_products(by=by, at=at) == []:
        require(by, Power.READ, at=at)


def _word(digest: str) -> str:
    return blobs.state_of(digest).value.upper()
