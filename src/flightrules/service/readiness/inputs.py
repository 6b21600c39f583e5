"""All that a gate of one release is judged on, gathered at one moment, with one digest over it.

The digest tells whether a verdict still is about what is there: same digest, same inputs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import CharField, UUIDField, prefetch_related_objects

from flightrules.ledger.canonical import canonical_bytes
from flightrules.service.catalogue.queries import Edition, Product, require_edition_in_force
from flightrules.service.door.questions import Question
from flightrules.service.readiness.models import (
    Acceptance,
    ChecklistItem,
    Defect,
    EvidenceItem,
    RegisterReview,
    Waiver,
)
from flightrules.service.releases.queries import Artefact, Release, artefacts

__all__ = ["Inputs", "inputs_of"]

_PRODUCT = Question(lambda key: Product.objects.filter(pk=key), CharField())
_EVIDENCE = Question(
    lambda release: EvidenceItem.objects.filter(release=release, superseded_at__isnull=True).order_by(
        "method", "part", "name"
    ),
    UUIDField(),
)
_DEFECTS = Question(lambda product: Defect.objects.filter(product=product).order_by("number"), CharField())
_ACCEPTANCES = Question(
    lambda release: Acceptance.objects.filter(
        release=release, voided_at__isnull=True, complete_at__isnull=False
    ).order_by("defect__number"),
    UUIDField(),
)
_WAIVERS = Question(
    lambda release: Waiver.objects.filter(release=release, ended_at__isnull=True).order_by(
        "criterion", "opened_at"
    ),
    UUIDField(),
)
_CHECKLISTS = Question(
    lambda release: ChecklistItem.objects.filter(release=release).order_by("checklist", "place"), UUIDField()
)
_REVIEW = Question(
    lambda release: RegisterReview.objects.filter(release=release).order_by("-at", "-key")[:1], UUIDField()
)


@dataclass(frozen=True)
class Inputs:
    """Rows as they stood at one moment."""

    release: Release
    product: Product
    edition: Edition
    artefacts: tuple[Artefact, ...]
    evidence: tuple[EvidenceItem, ...]
    defects: tuple[Defect, ...]
    acceptances: tuple[Acceptance, ...]
    waivers: tuple[Waiver, ...]
    checklists: tuple[ChecklistItem, ...]
    review: RegisterReview | None

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hexadecimal over what decides."""
        return hashlib.sha256(canonical_bytes(_plain(self))).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of evidence to read."""
        return sum(one.size for one in self.evidence)


def inputs_of(release: Release) -> Inputs:
    """What is there now.

    Raises:
        ConflictError: E_NO_RULEBOOK.
    """
    edition = require_edition_in_force(release.product_id)
    release.product = _PRODUCT.rows(release.product_id)[0]
    acceptances, waivers = _ACCEPTANCES.rows(release.pk), _WAIVERS.rows(release.pk)
    prefetch_related_objects(acceptances, "defect", "approvals")
    prefetch_related_objects(waivers, "approvals")
    return Inputs(
        release=release,
        product=release.product,
        edition=edition,
        artefacts=tuple(artefacts(release)),
        evidence=tuple(_EVIDENCE.rows(release.pk)),
        defects=tuple(_DEFECTS.rows(release.product_id)),
        acceptances=tuple(acceptances),
        waivers=tuple(waivers),
        checklists=tuple(_CHECKLISTS.rows(release.pk)),
        review=_REVIEW.first(release.pk),
    )


def _plain(inputs: Inputs) -> dict[str, Any]:
    release = inputs.release
    return {
        "rulebook": inputs.edition.bytes_digest,
        "release": [str(release.key), release.version, release.build, release.revision],
        "artefacts": [[one.name, one.digest] for one in inputs.artefacts],
        "evidence": [
            [str(one.key), one.digest, one.tombstoned_at is not None, one.fewer_accepted_at is not None]
            for one in inputs.evidence
        ],
        "defects": [[one.number, one.revision] for one in inputs.defects],
        "acceptances": [[str(one.key), _moment(one.expires_at)] for one in inputs.acceptances],
        "waivers": [[str(one.key), _moment(one.expires_at)] for one in inputs.waivers],
        "review": str(inputs.review.key) if inputs.review else None,
        "checklists": [[str(one.key), one.revision] for one in inputs.checklists],
    }


def _moment(at: datetime) -> str:
    return at.isoformat()
