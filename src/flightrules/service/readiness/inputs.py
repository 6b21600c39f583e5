"""All that a gate of one release is judged on, gathered at one moment, with one digest over it.

The digest tells whether a verdict still is about what is there: same digest, same inputs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flightrules.ledger.canonical import canonical_bytes
from flightrules.service.catalogue.queries import Edition, Product, require_edition_in_force
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
    evidence = EvidenceItem.objects.filter(release=release, superseded_at__isnull=True)
    acceptances = Acceptance.objects.filter(
        release=release, voided_at__isnull=True, complete_at__isnull=False
    )
    return Inputs(
        release=release,
        product=release.product,
        edition=edition,
        artefacts=tuple(artefacts(release)),
        evidence=tuple(evidence.order_by("method", "part", "name")),
        defects=tuple(Defect.objects.filter(product=release.product_id).order_by("number")),
        acceptances=tuple(
            acceptances.select_related("defect").prefetch_related("approvals").order_by("defect__number")
        ),
        waivers=tuple(
            Waiver.objects.filter(release=release, ended_at__isnull=True)
            .prefetch_related("approvals")
            .order_by("criterion", "opened_at")
        ),
        checklists=tuple(ChecklistItem.objects.filter(release=release).order_by("checklist", "place")),
        review=RegisterReview.objects.filter(release=release).order_by("-at", "-key").first(),
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
