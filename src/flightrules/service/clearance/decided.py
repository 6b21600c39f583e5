"""The one place where this room asks what was decided, and whether that still stands."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from flightrules.service.decisions.asking import required_gates
from flightrules.service.decisions.hindrances import lacks
from flightrules.service.decisions.queries import Decision, Poll, SignOff, standing_of_decision
from flightrules.service.door.refusals import ForeignError
from flightrules.service.releases.queries import Release

__all__ = [
    "Decision",
    "final_decision",
    "find_decision",
    "lacks",
    "lacks_of_decision",
    "overridden_blockers",
    "people_were_asked",
    "required_gates",
    "signers_of",
    "was_authorised",
]

_FINAL, _AUTHORISATION = "final", "authorisation"


def final_decision(release: Release) -> Decision | None:
    """The last decision at T-0, a voided one among them."""
    found = Decision.objects.filter(release=release, moment=_FINAL).order_by("-at", "-key")
    return found.filter(voided_at__isnull=True).first() or found.first()


def find_decision(key: str) -> Decision:
    """One decision, for whoever asks for the power to read it next.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = Decision.objects.select_related("release").filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return found


def overridden_blockers(decision: Decision | None) -> frozenset[str]:
    """Keys of the blockers that both signatures under an override named."""
    override = decision.override if decision is not None else None
    return frozenset(map(str, override.blockers)) if override is not None else frozenset()


def people_were_asked(release: Release) -> bool:
    """Whether a poll was ever opened on the release, or anybody signed anything about it."""
    return Poll.objects.filter(release=release).exists() or SignOff.objects.filter(release=release).exists()


def was_authorised(release: Release) -> bool:
    """Whether the release was authorised ahead of the final poll, and that was not voided."""
    found = Decision.objects.filter(release=release, moment=_AUTHORISATION, voided_at__isnull=True)
    return found.exclude(outcome__in=("NO-GO", "CANCELLED", "DEFERRED")).exists()


def signers_of(decision: Decision) -> frozenset[str]:
    """Everybody whose signature the decision rests on: who decided, voted, gave the verdict, overrode."""
    rests_on = Q(act=SignOff.Act.VERDICT)
    if decision.poll_id is not None:
        rests_on |= Q(poll=decision.poll_id) | Q(carried__poll=decision.poll_id)
    if decision.override_id is not None:
        rests_on |= Q(override=decision.override_id)
    rows = SignOff.objects.filter(rests_on, release=decision.release_id, voided_at__isnull=True)
    return frozenset(rows.values_list("person", flat=True)) | {decision.by}


def lacks_of_decision(decision: Decision, at: datetime) -> tuple[str, ...]:
    """Why the decision does not let the release go any more; empty where it does."""
    stands, reasons = standing_of_decision(decision, at)
    return () if stands else reasons or ("it does not stand",)
