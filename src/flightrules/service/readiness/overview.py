"""All that bears on a release's readiness in one answer, so that nobody has to gather it from six lists."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, UUIDField, prefetch_related_objects

from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.door.questions import Question
from flightrules.service.readiness.lineage import withdrawn_before
from flightrules.service.readiness.models import Acceptance, ChecklistItem, Defect, GateRun, Risk
from flightrules.service.readiness.queries import Standings, latest_run
from flightrules.service.readiness.risks import priority
from flightrules.service.records.actor import Actor
from flightrules.service.releases.queries import Release, get_release, lacks_for_approval

__all__ = ["overview"]

_OPEN_DEFECTS = Question(
    lambda product: Defect.objects.filter(product=product, state=Defect.State.OPEN).only("severity"),
    CharField(),
)
_ACCEPTED = Question(
    lambda release, at: Acceptance.objects.filter(
        release=release, complete_at__isnull=False, voided_at__isnull=True, expires_at__gt=at
    ).order_by("defect__number"),
    UUIDField(),
    DateTimeField(),
)
_OPEN_RISKS = Question(
    lambda release: Risk.objects.filter(release=release, state=Risk.State.OPEN).order_by("review_on", "key"),
    UUIDField(),
)
_ITEMS = Question(
    lambda release: ChecklistItem.objects.filter(release=release).only("checklist", "done_at"), UUIDField()
)


def overview(*, release: str, by: Actor, at: datetime) -> dict[str, Any]:
    """Gates with their standing, what blocks, what to know, and the registers in numbers."""
    row = get_release(key=release, by=by, at=at)
    edition = edition_in_force(row.product_id)
    gates = rulebook_of(edition).gates if edition else ()
    runs = {gate.id: latest_run(row, gate.id) for gate in gates}
    judged = [run for run in runs.values() if run is not None]
    standings, risks = Standings(row), _OPEN_RISKS.rows(row.pk)
    return {
        "release": row.key,
        "product": row.product_id,
        "version": row.version,
        "state": row.state,
        "rulebook": edition.number if edition else None,
        "gates": [_gate(gate, runs[gate.id], standings) for gate in gates],
        "blockers": _unique(f"{run.gate}: {one}" for run in judged for one in run.blockers),
        "cautions": _unique(one for run in judged for one in run.cautions),
        "differences": _unique(f"{run.gate}: {one}" for run in judged for one in run.differences),
        "defects": _open_defects(row),
        "accepted": _accepted(row, at),
        "risks": dict(Counter(priority(one.impact, one.probability) for one in risks)),
        "overdue": [
            f"risk {one.title!r} was to be reviewed on {one.review_on.isoformat()}"
            for one in risks
            if one.review_on < at.date()
        ],
        "checklists": _checklists(row),
        "lacks_for_approval": lacks_for_approval(row),
        "said_before": withdrawn_before(row),
    }


def _gate(gate: Any, run: GateRun | None, standings: Standings) -> dict[str, Any]:
    standing = standings.of(run) if run is not None else None
    return {
        "gate": gate.id,
        "title": gate.title or gate.id,
        "kind": gate.kind,
        "run": run.key if run else None,
        "outcome": run.outcome if run else "NOT RUN",
        "stands": bool(standing and standing.stands),
        "because": list(standing.reasons) if standing else ["it was never run"],
    }


def _open_defects(release: Release) -> dict[str, int]:
    return dict(sorted(Counter(one.severity for one in _OPEN_DEFECTS.rows(release.product_id)).items()))


def _accepted(release: Release, at: datetime) -> list[str]:
    rows = _ACCEPTED.rows(release.pk, at)
    prefetch_related_objects(rows, "defect")
    return [
        f"{one.defect.number} ({one.severity}), time {one.time}, until {one.expires_at:%Y-%m-%d}"
        for one in rows
    ]


def _checklists(release: Release) -> dict[str, str]:
    done: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for one in _ITEMS.rows(release.pk):
        total[one.checklist] += 1
        done[one.checklist] += one.done_at is not None
    return {name: f"{done[name]} of {total[name]}" for name in sorted(total)}


def _unique(said: Any) -> list[str]:
    return list(dict.fromkeys(said))
