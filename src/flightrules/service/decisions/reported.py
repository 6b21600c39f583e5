"""What the report of a gate says beyond its verdict: what would open the gate, which defects ship with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flightrules.engine.decision import Hindrance, Reason
from flightrules.service.decisions.against import against
from flightrules.service.decisions.dossiers import BLOCKS, Dossier
from flightrules.service.door.refusals import ConflictError
from flightrules.service.readiness.models import GateRun
from flightrules.service.records import blobs

__all__ = ["at_stake", "shipping", "what_it_takes"]

_SIGNED_ANEW = "a quality verdict that is for going"


def what_it_takes(reasons: Sequence[Reason], dossier: Dossier) -> list[str]:
    """The way to a decision for going, a sentence each: what the gates ask for first, then the rest.

    A gate whose report cannot be read is named with its verdict alone.
    """
    steps = [step for run in dossier.runs.values() for step in _steps(_report_of(run))]
    shut = [one.text for one in reasons if one.kind is Hindrance.GATE_SHUT]
    others = [one for one in reasons if one.kind is not Hindrance.GATE_SHUT]
    return [*(steps or shut), *map(_said, others)]


def shipping(dossier: Dossier) -> list[dict[str, str]]:
    """Open defects that the gates found and that do not block: id, severity, title, decision."""
    found = {
        str(one["id"]): {name: str(one[name]) for name in ("id", "severity", "title", "decision")}
        for run in dossier.runs.values()
        for one in _report_of(run).get("defects", ())
        if not one["blocks"]
    }
    return [found[name] for name in sorted(found)]


def at_stake(dossier: Dossier) -> list[dict[str, str]]:
    """What shipping now would put at risk, as far as somebody stated it: defects that block, open blockers.

    Nothing where a report cannot be read, which is told as a reason of its own.
    """
    try:
        found = against(dossier)
    except ConflictError:
        return []
    stated = ("affected_users", "business_impact", "mitigation")
    return [
        {"what": _called(one)} | {name: str(one.get(name) or "") for name in stated}
        for one in (*found.defects, *found.blockers)
    ]


def _called(one: Mapping[str, Any]) -> str:
    return f"{one['number']} ({one['severity']}) {one['title']}" if "number" in one else str(one["title"])


def _steps(report: Mapping[str, Any]) -> Iterator[str]:
    for one in report.get("defects", ()):
        if one["decision"] == BLOCKS:
            yield f"{one['id']} ({one['severity']}): mend it, or descope it"
    for one in report.get("criteria", ()):
        if one["blocks"] and one["fix"]:
            yield f"{one['id']}: {one['fix']}"


def _said(one: Reason) -> str:
    return _SIGNED_ANEW if one.kind is Hindrance.VERDICT_NO_GO else one.text


def _report_of(run: GateRun | None) -> Mapping[str, Any]:
    """The report as it was kept; empty where there is none to be read, which forbids going elsewhere."""
    if run is None or "json" not in run.reports:
        return {}
    try:
        found: dict[str, Any] = json.loads(blobs.intact_bytes(run.reports["json"]))
    except ConflictError:
        return {}
    return found
