"""The decision record: one canonical JSON document, kept as a blob, from which every paper about it is made.

Its members (``v`` 1, ``kind`` ``flightrules-decision``); moments are RFC 3339 in UTC, or ``""``::

    decision      key of the decision            moment      authorisation | final
    outcome       GO | CONDITIONAL GO | NO-GO | DEFERRED | CANCELLED | GO BY OVERRIDE
    poll          key, or null                   override    key, or null
    release       as in the dossier: key, product, product_name, version, release_class, track, ...
    target        environment, opens_at, closes_at, zone       rulebook    edition, sha256, meaning
    artefacts     [{name, sha256}]
    dossier       {sha256}: what everybody who counts has signed, or a rule carried over to
    gates         [{gate, outcome, stale, run, reports: {form: {sha256}}, blockers, cautions}]
    asked         {roles, needed, required, distinct_people, verdict, decider, gates}
    verdict       sign-off or null               votes       [sign-off], oldest first
    missing       roles that were asked and not heard
    dissent       [{role, choice, sign_off}]: verdict and votes that were not for going
    conditions    sentences that must hold at every deployment
    blockers      [{key, title, state, raised_at}] that were open or accepted then
    waivers, acceptances, defects    as in the dossier
    cautions      sentences: what is out of the ordinary and does not forbid it
    shipping      [{id, severity, title, decision}]: open defects that the gates found and that do not block
    emergency     null, or {classification, track, role, at, reason, reference, paths, share,
                  points [{point, title, met, why}]}
    at_stake      [{what, affected_users, business_impact, mitigation}]: blocking defects, open blockers, with
                  what is stated of them, where it does not go; else []
    reasons       [{kind, text}]: what stood against going
    remediation   sentences: what it takes to come back, for an outcome that does not go; else []
    decided       sign-off of the one who decided; of an override the last of its signatures
    override_record   of an override alone: {override, of, of_at, asked_by, asked_at, receipt_by, receipt_at,
                  escalated_at, statement {sha256}, criteria, defects, blockers, signatures [sign-off]}
    decided_at, valid_until

A sign-off is ``{sign_off, act, role, holder, through, person, name, choice, meaning, reason, conditions,
dossier, at, proved_at, components, opened_at, carried, counts, why_not}``. ``name`` and ``reason`` are
commitments (``{"commitment": sha256}``, ``reason`` null where none was written), which the ledger's kept
openings open until they are erased; ``person`` and ``holder`` are keys. ``carried`` is the rule that carried
it over, or ``""``.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flightrules.ledger.canonical import canonical_bytes
from flightrules.service.blockers.queries import unresolved_blockers
from flightrules.service.decisions.as_emergency import emergency_block
from flightrules.service.decisions.counting import Count, carried_to
from flightrules.service.decisions.dossiers import Dossier
from flightrules.service.decisions.models import GOING, Decision, SignOff
from flightrules.service.decisions.reported import at_stake, shipping, what_it_takes
from flightrules.service.decisions.situation import Found
from flightrules.service.records import blobs
from flightrules.service.releases.queries import Release

__all__ = ["keep_record", "record_of", "sign_off_block"]

_LIMIT = 16 << 20


def record_of(
    decision: Decision,
    decided: SignOff,
    dossier: Dossier,
    found: Found,
    release: Release,
    cautions: tuple[str, ...],
) -> dict[str, Any]:
    """Everything about a decision, as plain JSON values; see the head of this file."""
    content, goes = dossier.content, decision.outcome in GOING
    verdict = _blocks(found.verdict, carried_to(dossier.digest, None))
    votes = _blocks(found.votes, carried_to(dossier.digest, decision.poll))
    return {
        "v": 1,
        "kind": "flightrules-decision",
        "decision": str(decision.key),
        "moment": decision.moment,
        "outcome": decision.outcome,
        "poll": str(decision.poll_id) if decision.poll_id else None,
        "override": str(decision.override_id) if decision.override_id else None,
        **{name: content[name] for name in ("release", "target", "rulebook", "artefacts")},
        "dossier": {"sha256": dossier.digest},
        "gates": _gates(dossier, found),
        "asked": found.asking.to_json(),
        "verdict": verdict[0] if verdict else None,
        "votes": sorted(votes, key=lambda one: (one["at"], one["role"])),
        "missing": list(found.votes.tally.missing),
        "dissent": _dissent(found),
        "conditions": list(decision.conditions),
        "blockers": _blockers(release),
        **{name: content[name] for name in ("waivers", "acceptances", "defects")},
        "shipping": shipping(dossier),
        "emergency": emergency_block(release, decision.at),
        "at_stake": [] if goes else at_stake(dossier),
        "cautions": list(cautions),
        "reasons": [{"kind": one.kind.value, "text": one.text} for one in found.assessment.reasons],
        "remediation": [] if goes else what_it_takes(found.assessment.reasons, dossier),
        "decided": sign_off_block(decided),
        "decided_at": _moment(decision.at),
        "valid_until": _moment(decision.valid_until),
    }


def sign_off_block(
    row: SignOff, *, carried: str = "", counts: bool = True, why_not: str = ""
) -> dict[str, Any]:
    """A sign-off as it stands in a record."""
    return {
        "sign_off": str(row.key),
        "act": str(row.act),
        "role": row.role,
        "holder": row.holder,
        "through": row.through,
        "person": row.person,
        "name": {"commitment": row.printed_name},
        "choice": str(row.choice),
        "meaning": row.meaning,
        "reason": {"commitment": row.reason} if row.reason else None,
        "conditions": list(row.conditions),
        "dossier": {"sha256": row.dossier},
        "at": _moment(row.at),
        "proved_at": _moment(row.proved_at),
        "components": row.components,
        "opened_at": _moment(row.opened_at),
        "carried": carried,
        "counts": counts,
        "why_not": why_not,
    }


def keep_record(record: dict[str, Any]) -> str:
    """Store a record; returns its SHA-256."""
    digest, _ = blobs.store(io.BytesIO(canonical_bytes(record)), _LIMIT)
    return digest


def _blocks(count: Count, carried: Mapping[object, str]) -> list[dict[str, Any]]:
    found = []
    for _, row in count.rows:
        why = count.why_not(row)
        block = sign_off_block(row, carried=carried.get(row.pk, ""), counts=not why, why_not=why)
        found.append(block)
    return found


def _gates(dossier: Dossier, found: Found) -> list[dict[str, Any]]:
    said = {one["gate"]: one for one in dossier.content["gates"]}
    shown = dossier.shown
    return [
        {
            "gate": one.gate,
            "outcome": said[one.gate]["outcome"],
            "stale": one.stale,
            "run": shown.get(one.gate, {}).get("run"),
            "reports": shown.get(one.gate, {}).get("reports", {}),
            "blockers": said[one.gate]["blockers"],
            "cautions": said[one.gate]["cautions"],
        }
        for one in found.gates
    ]


def _dissent(found: Found) -> list[dict[str, str]]:
    """Who counts and was not for going: never left out, whatever was decided."""
    against = [*found.verdict.tally.against, *found.votes.tally.against]
    rows = [*found.verdict.rows, *found.votes.rows]
    return [
        {"role": row.role, "choice": str(row.choice), "sign_off": str(row.key)}
        for vote, row in rows
        if any(vote is one for one in against)
    ]


def _blockers(release: Release) -> list[dict[str, str]]:
    return [
        {
            "key": str(one.key),
            "title": one.title,
            "state": str(one.state),
            "raised_at": _moment(one.raised_at),
        }
        for one in unresolved_blockers(release)
    ]


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat()
