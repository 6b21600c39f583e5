"""Artefacts as a verdict lists them."""

from __future__ import annotations

from flightrules.engine.facts import Found, Refusal
from flightrules.engine.verdict import EvidenceUse
from flightrules.evidence.measurement import Evidence

__all__ = ["uses_of"]


def uses_of(found: Found, method: str = "", *, baseline: bool = False) -> tuple[EvidenceUse, ...]:
    """Every artefact of a method, the refused ones with their reason.

    What NEW was compared with decides as much as the report itself, so ``baseline`` lists it too.
    """
    uses = [_use(one) for one in found.evidence]
    if baseline:
        uses += [_use(one, " (baseline)") for one in found.baseline]
    return tuple(uses + [_refused(one, method) for one in found.refused])


def _use(one: Evidence, role: str = "") -> EvidenceUse:
    return EvidenceUse(
        one.method + role,
        one.path,
        one.digest,
        one.size,
        one.reading.format,
        one.taken_at,
        one.environment,
        one.build,
        one.bound,
        claimed=one.reading.facts.get("claimed") == "true",
        notices=tuple(f"{notice.code} {notice.message}" for notice in one.reading.notices),
    )


def _refused(one: Refusal, method: str) -> EvidenceUse:
    return EvidenceUse(
        method, one.path, one.digest, one.size, "", None, None, None, "unknown", refusal=one.sentence
    )
