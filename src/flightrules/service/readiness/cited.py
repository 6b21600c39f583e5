"""What people point to as evidence: a link, or bytes that the service holds for the release. Never a word."""

from __future__ import annotations

from flightrules.service.door.refusals import InvalidError
from flightrules.service.readiness.models import EvidenceItem, GateRun
from flightrules.service.releases.queries import Release

__all__ = ["require_cited"]


def require_cited(release: Release, *, link: str, digest: str) -> None:
    """Refuse a statement that points to nothing, or to bytes that are no evidence of this release.

    Args:
        release: what the statement is about.
        link: where it can be looked at; http or https.
        digest: SHA-256 of evidence that was brought for the release, or of a report of one of its gate runs.

    Raises:
        InvalidError: E_EVIDENCE_NEEDED, E_EVIDENCE_UNKNOWN.
    """
    if link and not link.startswith(("https://", "http://")):
        raise InvalidError("E_EVIDENCE_NEEDED", "a link to evidence begins with https:// or http://")
    if not link and not digest:
        raise InvalidError(
            "E_EVIDENCE_NEEDED",
            "a word alone is no evidence",
            hint="send a link to it, or the digest of evidence that the release has",
        )
    if digest and not _holds(release, digest):
        raise InvalidError(
            "E_EVIDENCE_UNKNOWN",
            f"sha256:{digest[:64]} is no evidence of {release.version}",
            hint="bring it first, or send a link",
        )


def _holds(release: Release, digest: str) -> bool:
    if EvidenceItem.objects.filter(release=release, digest=digest, tombstoned_at__isnull=True).exists():
        return True
    reports = GateRun.objects.filter(release=release).values_list("reports", flat=True)
    return any(digest in made.values() for made in reports)
