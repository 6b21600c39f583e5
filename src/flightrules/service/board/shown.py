"""What the board is shown of a change, as canonical bytes: what an approval is of, and goes stale by.

Its parts are named as those of a dossier. Free text stands in it by its SHA-256, so that it holds no names.
"""

from __future__ import annotations

import hashlib
import io
from typing import Any

from flightrules.ledger.canonical import canonical_bytes
from flightrules.service.board.models import AgendaItem, ChangeRequest, Scorecard
from flightrules.service.catalogue.queries import edition_in_force
from flightrules.service.records import blobs
from flightrules.service.releases.queries import Release, artefacts

__all__ = ["TEXTS", "digest_of", "shown_of", "store_shown"]

TEXTS = (
    "title",
    "category",
    "reason",
    "risk",
    "impact",
    "security_impact",
    "rollback_owner",
    "rollback_steps",
    "rollback_link",
    "communication",
    "implementation",
)
_LIMIT = 1 << 20


def shown_of(item: AgendaItem) -> dict[str, Any]:
    """Everything about one item that a vote and an answer rely on."""
    change = item.change
    release = change.release
    return {
        "v": 1,
        "kind": "flightrules-change",
        "change": _change(change),
        "scorecard": _scorecard(item),
        **(_release(release) if release else {}),
    }


def digest_of(shown: dict[str, Any]) -> str:
    """SHA-256 of the canonical bytes."""
    return hashlib.sha256(canonical_bytes(shown)).hexdigest()


def store_shown(shown: dict[str, Any]) -> str:
    """Keep the bytes, so that what was signed can be laid on the table again; returns their digest."""
    return blobs.store(io.BytesIO(canonical_bytes(shown)), _LIMIT)[0]


def _change(change: ChangeRequest) -> dict[str, Any]:
    return {
        "key": str(change.key),
        "type": change.type,
        "is_template": change.is_template,
        "requester": change.requester,
        "window": _window(change),
        "rollback_minutes": change.rollback_minutes,
        "rollback_sha256": change.rollback_digest,
        "texts": {name: _sha256(getattr(change, name)) for name in TEXTS},
    }


def _scorecard(item: AgendaItem) -> str:
    found = Scorecard.objects.filter(item=item, voided_at__isnull=True).values_list("digest", flat=True)
    return found.first() or ""


def _release(release: Release) -> dict[str, Any]:
    edition = edition_in_force(release.product_id)
    stated = ("key", "product_id", "version", "release_class", "track", "emergency", "build")
    return {
        "release": {name.removesuffix("_id"): str(getattr(release, name)) for name in stated}
        | {"touches": sorted(release.touches)},
        "target": {"environment": release.target, **_window(release)},
        "rulebook": {
            "edition": edition.number if edition else 0,
            "sha256": edition.bytes_digest if edition else "",
            "meaning": edition.meaning_digest if edition else "",
        },
        "artefacts": [{"name": one.name, "sha256": one.digest} for one in artefacts(release)],
    }


def _window(of: ChangeRequest | Release) -> dict[str, str]:
    moments = {name: getattr(of, name) for name in ("opens_at", "closes_at")}
    return {name: one.isoformat() if one else "" for name, one in moments.items()} | {"zone": of.zone}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
