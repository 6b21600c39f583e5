"""Gate runs: judged at once where it is little work, in the worker where it is much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet, Sum

from flightrules.errors import RulebookError
from flightrules.ledger.canonical import canonical_bytes
from flightrules.service.catalogue.queries import outline_of, require_edition_in_force, rulebook_of
from flightrules.service.door.refusals import InvalidError
from flightrules.service.jobs.due import GiveUpError, State, due_keys, work_off
from flightrules.service.jobs.services import enqueue
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.people.queries import keys_of_machines
from flightrules.service.readiness.claims import claim_of, differences
from flightrules.service.readiness.inputs import Inputs, inputs_of
from flightrules.service.readiness.judging import Judged, failing, gate_of, judge
from flightrules.service.readiness.models import DIGESTED, EvidenceItem, GateRun
from flightrules.service.readiness.people_names import names_for
from flightrules.service.readiness.telling import tell_clock_stopped, tell_turned_no_go
from flightrules.service.records.actor import SYSTEM, Actor
from flightrules.service.records.services import act, append, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.clock import entry_gate_said, exit_gate_said
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = ["JOB", "ask_gate_run", "due_runs", "is_much", "work_run"]

JOB = "readiness.judge"
_LITTLE_BYTES = 1 << 20
_FEW_CRITERIA = 200
_LITTLE_RULEBOOK = 128 << 10  # bytes, read in a third of a second; there may be a mebibyte of them
_LEASE_S = 50
_MUCH_BYTES = 8 << 20  # a tenth of a second to a second, by format


@act
def ask_gate_run(*, release: str, gate: str | None, claim: str | None, by: Actor, at: datetime) -> GateRun:
    """Have a gate judged. What is little is judged here and now; else the run is waiting when this returns.

    Args:
        release: key of the release.
        gate: its id in the rulebook in force; None for the exit gate.
        claim: what CI found itself, a signed record or a report; kept as claimed.
        by: who; to have it judged, without a claim, managing the release is enough.
        at: when.

    Raises:
        ConflictError: E_NO_RULEBOOK, E_RELEASE_STATE. InvalidError: E_GATE, E_CLAIM.
    """
    row = locked(release, by, at)
    judging = () if claim else (Power.MANAGE_RELEASES,)
    require(by, Power.BRING_EVIDENCE, *judging, product=row.product_id, at=at)
    require_open(row)
    edition = require_edition_in_force(row.product_id)
    is_little = edition.size <= _LITTLE_RULEBOOK
    wanted = gate_of(rulebook_of(edition) if is_little else outline_of(edition), gate)
    said = claim_of(claim, keys_of_machines(row.product_id)) if claim else None
    inputs = inputs_of(row)
    run = GateRun.objects.create(
        release=row,
        edition=edition,
        gate=wanted.id,
        kind=wanted.kind,
        asked_by=by.key,
        asked_at=at,
        next_at=at,
        claim=said,
    )
    if is_little and inputs.size <= _LITTLE_BYTES and len(wanted.criteria) <= _FEW_CRITERIA:
        run.state, run.next_at, run.attempts, run.finished_at = State.DONE, None, 1, at
        _record(run, row, _judged(inputs, run, at), by=by, at=at)
        return run
    append(
        stream=product_stream(row.product_id),
        tag=Tag.GATE_RUN_ASKED,
        by=by,
        at=at,
        subject=f"gate-run/{run.key}",
        data={"release": str(row.key), "gate": run.gate, "edition": edition.number},
    )
    enqueue(JOB, run.key)
    return run


def due_runs(at: datetime, limit: int) -> Iterable[str]:
    """Keys of runs that wait to be judged."""
    return due_keys(_runs(), at, limit)


def is_much(key: str) -> bool:
    """Whether judging a run takes seconds of a processor: by the bytes to read, or by its criteria."""
    run = _runs().filter(pk=key, state=State.WAITING).first()
    if run is None:
        return False
    if run.edition.size > _LITTLE_RULEBOOK:
        return True
    brought = EvidenceItem.objects.filter(release=run.release_id, superseded_at__isnull=True)
    return (brought.aggregate(bytes=Sum("size"))["bytes"] or 0) > _MUCH_BYTES


def work_run(key: str, at: datetime) -> None:
    """Judge one waiting run: read and judged outside any transaction, recorded in one."""
    work_off(_runs(), key, lambda run: _worked(run, at), at=at, lease_s=_LEASE_S, outside=True)


def _worked(run: GateRun, at: datetime) -> None:
    try:
        judged = _judged(inputs_of(run.release), run, at)
    except (InvalidError, RulebookError) as error:  # the agreement changed meanwhile; it will not change back
        raise GiveUpError(error.code, error.message) from error
    record_run(run=run, judged=judged, by=SYSTEM, at=at)


@act
def record_run(*, run: GateRun, judged: Judged, by: Actor, at: datetime) -> None:
    """Put a worked run on record, once: a second worker that judged it too changes nothing."""
    release = locked(str(run.release_id), by, at)
    if GateRun.objects.filter(pk=run.pk, judged_at__isnull=False).exists():
        return
    _record(run, release, judged, by=by, at=at)


def _judged(inputs: Inputs, run: GateRun, at: datetime) -> Judged:
    accepted = [approval.person for one in inputs.acceptances for approval in one.approvals.all()]
    waived = [approval.person for one in inputs.waivers for approval in one.approvals.all()]
    agreed = inputs.edition.agreements.values_list("person", flat=True)
    run.edition = inputs.edition
    return judge(
        inputs, run.gate, at, names_for([*accepted, *waived, *agreed], inputs.release.product_id, at)
    )


def _record(run: GateRun, release: Release, judged: Judged, *, by: Actor, at: datetime) -> None:
    verdict = judged.verdict
    statuses = {result.rule.id: str(result.status) for result in verdict.results}
    run.release_class, run.track = release.release_class, release.track
    run.judged_at, run.outcome, run.advise = at, str(verdict.outcome), verdict.advise
    run.inputs, run.reports = judged.inputs_digest, judged.reports
    run.stands_until = judged.stands_until
    run.statuses, run.counts = statuses, dict(sorted(Counter(statuses.values()).items()))
    run.blockers, run.cautions = list(verdict.blockers), list(verdict.warnings)
    run.evidence = sorted({one.digest for one in verdict.evidence if one.digest} | set(judged.also_read))
    run.differences = differences(run.claim, run.outcome, statuses) if run.claim else []
    run.save()
    shut = failing(verdict)
    tell_turned_no_go(run, release, verdict, rulebook_of(run.edition), at)
    if run.kind == "exit":
        exit_gate_said(release, lets_through=not shut)
    append(
        stream=product_stream(release.product_id),
        tag=Tag.GATE_RUN_RECORDED,
        by=by,
        at=at,
        subject=f"gate-run/{run.key}",
        data=_for_ledger(run, release),
    )
    if run.kind == "entry" and entry_gate_said(release, shut, run=str(run.key), by=by, at=at):
        tell_clock_stopped(run, release, shut, at)


def _for_ledger(run: GateRun, release: Release) -> dict[str, Any]:
    claim = run.claim or {}
    return {
        "release": str(release.key),
        "gate": run.gate,
        "release_class": run.release_class,
        "track": run.track,
        "edition": run.edition.number,
        "rulebook": run.edition.meaning_digest,
        "outcome": run.outcome,
        "counts": run.counts,
        "release_state": release.state,
        "inputs": run.inputs,
        "advise": run.advise,
        "stands_until": run.stands_until.isoformat() if run.stands_until else None,
        **{name: {"sha256": _digest(getattr(run, name))} for name in DIGESTED},
        "evidence": run.evidence,
        "reports": run.reports,
        "asked_by": run.asked_by,
        "claimed": claim.get("outcome"),
        **({"claim_key": claim["verified_by"]} if claim.get("verified_by") else {}),
        "differences": len(run.differences),
    }


def _digest(value: Any) -> str:
    return sha256(canonical_bytes(value)).hexdigest()


def _runs() -> QuerySet[GateRun]:
    return GateRun.objects.select_related("release")
