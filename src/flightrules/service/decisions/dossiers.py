"""The dossier: exactly what signatories are shown about a release, canonical JSON kept by its SHA-256.

It holds no clock reading and no keys of runs: judged again with the same result, it stays the same. What ends
with time (a waiver, an acceptance) is left out once it has ended, so that the digest changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from flightrules.engine.dossier import Difference, differences
from flightrules.ledger.canonical import canonical_bytes
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.queries import rulebook_of
from flightrules.service.decisions.asking import required_gates
from flightrules.service.decisions.models import HandedOut
from flightrules.service.readiness.inputs import Inputs, inputs_of
from flightrules.service.readiness.models import Acceptance, GateRun
from flightrules.service.readiness.queries import latest_run
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import act, append, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.facts import SHOWN_AS_DIGEST
from flightrules.service.releases.queries import Release, get_release

__all__ = ["BLOCKS", "Dossier", "changes_since", "dossier_of", "hand_out", "keep", "kept"]

BLOCKS = "blocks"
_LIMIT = 16 << 20


@dataclass(frozen=True)
class Dossier:
    """What is shown, its digest, and what lies beside it.

    Attributes:
        content: plain JSON values; the parts are those of ``engine.dossier.PARTS``.
        data: its canonical bytes.
        digest: their SHA-256 in hexadecimal: what is signed.
        runs: the last run of each required gate; None where it was never judged.
        inputs, book: what it was made of.
    """

    content: Mapping[str, Any]
    data: bytes
    runs: Mapping[str, GateRun | None]
    inputs: Inputs
    book: Rulebook

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def shown(self) -> dict[str, Any]:
        """The runs and the digests of their reports, which stand beside the dossier."""
        return {
            gate: {
                "run": str(run.key),
                "reports": {form: {"sha256": digest} for form, digest in sorted(run.reports.items())},
            }
            for gate, run in self.runs.items()
            if run is not None
        }


def dossier_of(release: Release, at: datetime) -> Dossier:
    """What would be shown at this moment; stores nothing.

    Raises:
        ConflictError: E_NO_RULEBOOK.
    """
    inputs = inputs_of(release)
    book = rulebook_of(inputs.edition)
    runs = {gate: latest_run(release, gate) for gate in required_gates(book, release)}
    content = {
        "v": 1,
        "kind": "flightrules-dossier",
        "release": _release(release, inputs),
        "target": {
            "environment": release.target,
            "opens_at": _moment(release.opens_at),
            "closes_at": _moment(release.closes_at),
            "zone": release.zone,
        },
        "rulebook": {
            "edition": inputs.edition.number,
            "sha256": inputs.edition.bytes_digest,
            "meaning": inputs.edition.meaning_digest,
        },
        "artefacts": [{"name": one.name, "sha256": one.digest} for one in inputs.artefacts],
        "gates": [_gate(gate, run) for gate, run in runs.items()],
        "evidence": [
            {
                "method": one.method,
                "name": one.name,
                "part": one.part,
                "sha256": one.digest,
                "tombstoned": one.tombstoned_at is not None,
            }
            for one in inputs.evidence
        ],
        "waivers": _waivers(inputs, at),
        "acceptances": _acceptances(inputs, at),
        "defects": _defects(inputs, book, at),
        "checklists": [
            {
                "checklist": one.checklist,
                "place": one.place,
                "text": one.text,
                "done": one.done_at is not None,
                "evidence": one.evidence,
            }
            for one in inputs.checklists
        ],
    }
    return Dossier(content, canonical_bytes(content), runs, inputs, book)


def keep(dossier: Dossier) -> None:
    """Store the bytes, so that what was signed can be shown for ever."""
    blobs.keep(dossier.data, _LIMIT)


def kept(digest: str) -> dict[str, Any]:
    """A dossier that was handed out or signed, from its bytes.

    Raises:
        ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    content: dict[str, Any] = json.loads(blobs.intact_bytes(digest))
    return content


def changes_since(digest: str, now: Dossier) -> tuple[Difference, ...]:
    """What differs between a kept dossier and the one of now.

    Raises:
        ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    return () if digest == now.digest else differences(kept(digest), now.content)


@act
def hand_out(*, release: str, by: Actor, at: datetime) -> tuple[Dossier, datetime | None]:
    """The dossier as it is now, with the moment at which this person was first handed it.

    The first time that a person gets one is put on record; a machine reads it and signs nothing, so of that
    nothing is recorded.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_NO_RULEBOOK.
    """
    row = get_release(key=release, by=by, at=at)
    dossier = dossier_of(row, at)
    keep(dossier)
    if by.kind is not Kind.PERSON:
        return dossier, None
    handed, is_first = HandedOut.objects.get_or_create(
        release=row, person=by.key, dossier=dossier.digest, defaults={"at": at}
    )
    if is_first:
        append(
            stream=product_stream(row.product_id),
            tag=Tag.DOSSIER_HANDED_OUT,
            by=by,
            at=at,
            subject=f"release/{row.key}",
            data={"person": by.key, "dossier": {"sha256": dossier.digest}, "shown": dossier.shown},
        )
    return dossier, handed.at


def _release(release: Release, inputs: Inputs) -> dict[str, Any]:
    facts = {name: getattr(release, name) for name in sorted(SHOWN_AS_DIGEST)}
    said = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "key": str(release.key),
        "product": release.product_id,
        "product_name": inputs.product.name,
        "version": release.version,
        "release_class": release.release_class,
        "track": release.track,
        "build": release.build,
        "touches": list(release.touches),
        "facts": hashlib.sha256(said.encode()).hexdigest(),
    }


def _gate(gate: str, run: GateRun | None) -> dict[str, Any]:
    if run is None:
        return {"gate": gate, "outcome": "", "statuses": {}, "blockers": [], "cautions": [], "inputs": ""}
    return {
        "gate": gate,
        "outcome": run.outcome,
        "statuses": dict(sorted(run.statuses.items())),
        "blockers": list(run.blockers),
        "cautions": list(run.cautions),
        "inputs": run.inputs,
    }


def _waivers(inputs: Inputs, at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "key": str(one.key),
            "criterion": one.criterion,
            "expires_at": _moment(one.expires_at),
            "roles": sorted(approval.role for approval in one.approvals.all()),
        }
        for one in inputs.waivers
        if one.expires_at > at
    ]


def _acceptances(inputs: Inputs, at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "key": str(one.key),
            "defect": one.defect.number,
            "severity": one.severity,
            "expires_at": _moment(one.expires_at),
            "roles": sorted(approval.role for approval in one.approvals.all()),
        }
        for one in _standing(inputs, at)
    ]


def _defects(inputs: Inputs, book: Rulebook, at: datetime) -> list[dict[str, Any]]:
    accepted = {one.defect.number for one in _standing(inputs, at)}
    return [
        {
            "number": one.number,
            "title": one.title,
            "severity": one.severity,
            "state": one.state,
            "decision": _decided(one.severity, one.number in accepted, book),
        }
        for one in inputs.defects
        if one.state == "open"
    ]


def _standing(inputs: Inputs, at: datetime) -> list[Acceptance]:
    return [one for one in inputs.acceptances if one.expires_at > at]


def _decided(severity: str, is_accepted: bool, book: Rulebook) -> str:
    """What the severity policy makes of an open defect; a word that it does not know is its worst level."""
    level = book.severity.level(severity) or book.severity.levels[0]
    if level.decision == "accept":
        return "accepted" if is_accepted else BLOCKS
    return {"override-only": BLOCKS, "acknowledge": "acknowledged"}.get(level.decision, "next release")


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat()
