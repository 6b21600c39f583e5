"""The verdict as JSON: the record that is signed, and what other programs read. No floats, one key order."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flightrules import __version__
from flightrules.engine.operators import shown
from flightrules.engine.verdict import CriterionResult, DefectLine, EvidenceUse, Verdict
from flightrules.inert import json_safe, storable
from flightrules.reports.report import Report, actual_of, in_service, target_of
from flightrules.reports.section_annex import indicator_of
from flightrules.reports.section_rollback import rollback_answer
from flightrules.reports.wording import statement
from flightrules.rules.exceptions import Approval, Waiver
from flightrules.rules.render import render as sentence

__all__ = ["VERSION", "record", "render"]

VERSION = "flightrules-report/1"


def render(report: Report) -> str:
    """The record as text, indented, ending in a line end."""
    return json_safe(json.dumps(record(report), ensure_ascii=False, indent=2, sort_keys=True)) + "\n"


def record(report: Report) -> dict[str, Any]:
    """The verdict as plain values: text, whole numbers, lists, objects; exact decimals are text."""
    stored: dict[str, Any] = _stored(_record(report))
    return stored


def _stored(value: Any) -> Any:
    """The value with odd file names made fit for UTF-8."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _stored(one) for key, one in value.items()}
    return [_stored(one) for one in value] if isinstance(value, list) else value


def _record(report: Report) -> dict[str, Any]:
    verdict, book = report.verdict, report.rulebook
    return {
        "format": VERSION,
        "tool_version": __version__,
        "product": verdict.product,
        "version": verdict.version,
        "artefact_sha256": verdict.artefact_digest,
        "gate": verdict.gate,
        "verdict": str(verdict.outcome),
        "advise": verdict.advise,
        "as_of": _time(verdict.as_of),
        "rulebook_digest": verdict.rulebook_digest,
        "rulebook": {"id": book.identity.id, "version": book.identity.version, "extends": book.extends},
        "blockers": list(verdict.blockers),
        "criteria": [_criterion(result) for result in verdict.results],
        "defects": [_defect(line) for line in verdict.defects],
        "conditions": [
            {"kind": one.kind, "text": one.text, "parameters": dict(one.parameters)}
            for one in verdict.conditions
        ],
        "evidence": [_evidence(one) for one in verdict.evidence if one.digest],
        "refused": [{"path": one.path, "reason": one.refusal} for one in verdict.evidence if one.refusal],
        "waivers": [_waiver(one) for one in verdict.waivers],
        "quarantined": list(verdict.quarantined),
        "unused_evidence": list(verdict.unused),
        "not_looked_for": list(verdict.not_looked_for),
        "warnings": list(verdict.warnings),
        "release": _release(report),
        "rollback": _rollback(report),
        "indicators": [_indicator(report, kind) for kind in ("leading", "lagging")],
        "statement": statement(verdict),
        **_place(verdict),
    }


def _place(verdict: Verdict) -> dict[str, Any]:
    """Where the build is and where it passed before, for what comes next; nothing where nobody asked."""
    found: dict[str, Any] = {"environment": verdict.environment} if verdict.environment else {}
    if verdict.upstream:
        found["passed_before"] = [
            {
                "environment": one.environment,
                "status": str(one.status),
                "reason": one.reason,
                "claimed": one.claimed,
            }
            for one in verdict.upstream
        ]
    return found


def _release(report: Report) -> dict[str, Any]:
    facts, book = report.rulebook.release, report.rulebook
    window = facts.window
    return {
        "qa_lead": facts.qa_lead,
        "features": list(facts.features),
        "excluded": list(facts.excluded),
        "opens": _time(window.opens_at) if window else None,
        "closes": _time(window.closes_at) if window and window.closes_at else None,
        "agreed_by": [
            {"name": one.name, "role": one.role, "at": _time(one.at) if one.at else None}
            for one in book.identity.agreed_by
        ],
    }


def _rollback(report: Report) -> dict[str, Any]:
    plan = report.rulebook.rollback
    return {
        "at_what_error_rate": rollback_answer(report.rulebook),
        "method": plan.method,
        "owner": plan.owner,
        "estimated_minutes": plan.estimated_minutes,
        "triggers": [one.id for one in plan.triggers],
    }


def _indicator(report: Report, kind: str) -> dict[str, Any]:
    one, value = indicator_of(report, kind)
    return {"kind": kind, "id": one.id if one else None, "value": value}


def _criterion(result: CriterionResult) -> dict[str, Any]:
    interval = result.interval
    return {
        "id": result.rule.id,
        "sentence": sentence(result.rule.criterion),
        "metric": result.rule.criterion.metric,
        "enforcement": str(result.enforcement),
        "status": str(result.status),
        "actual": None if result.actual is None else actual_of(result),
        "value": None
        if result.actual is None
        else shown(result.actual, result.rule.criterion.threshold, places=6),
        "target": target_of(result),
        "reason": result.reason,
        "fix": result.fix,
        "details": list(result.details),
        "definitions": dict(result.definitions),
        "interval": {"low": str(interval.low), "high": str(interval.high), "of": interval.total}
        if interval
        else None,
        "blocks": result.blocks,
        "would_block": result.would_block,
        "waiver": result.waiver.id if result.waiver else None,
        "excluded": list(result.excluded),
        "evidence": sorted({one.digest for one in result.evidence if one.digest}),
    }


def _defect(line: DefectLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "title": line.title,
        "severity": line.severity,
        "state": line.state,
        "decision": line.decision,
        "reason": line.reason,
        "blocks": line.blocks,
        "accepted_by": [_approval(one) for one in line.acceptance.approvals] if line.acceptance else [],
    }


def _evidence(one: EvidenceUse) -> dict[str, Any]:
    return {
        "method": one.method or "unnamed",
        "path": one.path,
        "sha256": one.digest,
        "bytes": one.size,
        "format": one.format,
        "taken_at": _time(one.taken_at) if one.taken_at else None,
        "environment": one.environment,
        "build": one.build,
        "bound_by": one.bound,
        "claimed": one.claimed,
        "notices": list(one.notices),
    }


def _waiver(one: Waiver) -> dict[str, Any]:
    return {
        "id": one.id,
        "criterion": one.criterion,
        "reason": one.reason,
        "compensating_control": one.compensating_control,
        "expires": _time(one.expires_at),
        "scope": one.scope,
        "approved_by": [_approval(approval) for approval in one.approvals],
    }


def _approval(one: Approval) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": one.role,
        "at": _time(one.at) if one.at else None,
        "known_by": _known_by(one),
    }


def _known_by(one: Approval) -> str:
    if not one.verified_by:
        return "claimed by a file"
    return one.verified_by if in_service(one) else f"key {one.verified_by}"


def _time(moment: datetime) -> str:
    return moment.isoformat()
