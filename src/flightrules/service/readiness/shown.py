"""What shows that something held against a release is gone: what the service holds itself, or else a claim.

It has to be younger than what it answers, and to say that all is well: a run that opens its gate, a defect
that is done. A link leads to where the service does not look, so it is on record as claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flightrules.engine.verdict import Outcome
from flightrules.service.door.refusals import InvalidError
from flightrules.service.readiness.cited import require_cited
from flightrules.service.readiness.models import Defect, EvidenceItem, GateRun
from flightrules.service.releases.queries import Release

__all__ = ["Grounds", "Shown", "shown_by"]


_OPEN = (str(Outcome.GO), str(Outcome.CONDITIONAL_GO))


class Shown(StrEnum):
    """By what it was shown; ``WORD`` is the word of who held it against the release."""

    WORD = "word"
    CLAIMED = "claimed"
    EVIDENCE = "evidence"
    GATE_RUN = "gate-run"
    DEFECT = "defect"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is pointed to: a link, the SHA-256 of evidence, the key of a gate run, the number of a defect."""

    link: str = ""
    digest: str = ""
    gate_run: str = ""
    defect: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """What an entry says of them beside the link, which may name somebody."""
        said = {"sha256": self.digest, "gate_run": self.gate_run, "defect": self.defect}
        return {name: value for name, value in said.items() if value}


def shown_by(release: Release, grounds: Grounds, *, since: datetime) -> Shown:
    """Look at everything that is pointed to; ``since`` is when the thing came up that is said to be gone.

    Raises:
        InvalidError: E_EVIDENCE_NEEDED, E_EVIDENCE_UNKNOWN, E_EVIDENCE_SHOWS_NOT.
    """
    if grounds.link or grounds.digest or not grounds.told:
        require_cited(release, link=grounds.link, digest=grounds.digest)
    checks = (
        (Shown.DEFECT, grounds.defect, _is_done),
        (Shown.GATE_RUN, grounds.gate_run, _is_open),
        (Shown.EVIDENCE, grounds.digest, _came),
    )
    for kind, named, holds in checks:
        if named and not holds(release, named, since):
            raise InvalidError(
                "E_EVIDENCE_SHOWS_NOT",
                f"this {kind} does not show that it is gone since {since:%Y-%m-%d %H:%M} UTC",
                hint="name a defect closed since, a run of this release since that opens its gate, "
                "or evidence that came in since",
            )
    return next((kind for kind, named, _ in checks if named), Shown.CLAIMED)


def _is_done(release: Release, number: str, since: datetime) -> bool:
    done = Defect.objects.filter(product_id=release.product_id, number=number, state=Defect.State.DONE)
    return done.filter(changed_at__gte=since).exists()


def _is_open(release: Release, key: str, since: datetime) -> bool:
    """Whether that run opened its gate, for good: no later one of the gate was judged."""
    judged = GateRun.objects.filter(release=release, judged_at__isnull=False)
    run = judged.filter(pk=key, asked_at__gte=since, advise=False, outcome__in=_OPEN).first()
    return run is not None and not judged.filter(gate=run.gate, asked_at__gt=run.asked_at).exists()


def _came(release: Release, digest: str, since: datetime) -> bool:
    """Whether these bytes came after it; a report counts by its run, which is named for that."""
    items = EvidenceItem.objects.filter(release=release, digest=digest, tombstoned_at__isnull=True)
    return items.filter(received_at__gte=since).exists()
