"""The registers that people keep, as the engine takes them: stored as evidence in the generic format.

A snapshot's bytes are kept by digest like any other evidence, so that the verdict can be judged again from
the case file alone.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flightrules.evidence.measurement import Evidence
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source
from flightrules.rules import exceptions
from flightrules.rules.rulebook import Rulebook
from flightrules.service.readiness.inputs import Inputs
from flightrules.service.readiness.models import Acceptance, Approval, ChecklistItem, Waiver
from flightrules.service.records import blobs
from flightrules.values import frozen

__all__ = ["Snapshot", "acceptances_of", "defect_methods", "snapshots", "store_snapshots", "waivers_of"]

_LIMIT = 64 << 20
_TOOL = "flightrules service"
_CHECKLISTS = "checklists of the release"
_DEFECTS = "register of defects"
_UNREVIEWED = "nobody has confirmed that the register of defects is complete for this release"


@frozen
class Snapshot:
    """A register as it stood, for one method.

    Where other evidence was brought for the method, a register adds to it; where none was, it stands alone.
    ``partial`` says why more may be known elsewhere, which matters where it stands alone.
    """

    method: str
    data: bytes
    evidence: Evidence
    partial: str = ""


def snapshots(inputs: Inputs, book: Rulebook, at: datetime) -> tuple[Snapshot, ...]:
    """The registers that say anything, for each method that the rulebook measures with them."""
    defects, checklists = _defects(inputs, at), _checklists(inputs.checklists, at)
    reviewed = inputs.review.at if inputs.review else at
    partial = "" if inputs.review else _UNREVIEWED
    made = [
        _snapshot(method, _DEFECTS, defects, at, inputs, taken_at=reviewed, partial=partial)
        for method in defect_methods(book)
    ]
    made += [
        _snapshot(method, _CHECKLISTS, checklists, at, inputs, taken_at=at)
        for method in _methods(book, "checklist.")
    ]
    return tuple(one for one in made if one is not None)


def defect_methods(book: Rulebook) -> list[str]:
    """Methods that defects are counted by."""
    return _methods(book, "defects.")


def store_snapshots(made: tuple[Snapshot, ...]) -> None:
    """Keep the bytes of the snapshots; before the transaction of the act that speaks of them."""
    for data in {one.data for one in made}:
        blobs.store(io.BytesIO(data), _LIMIT)


def acceptances_of(
    rows: tuple[Acceptance, ...], names: Mapping[str, str]
) -> tuple[exceptions.Acceptance, ...]:
    """Acceptances as the engine takes them; each for its own release alone."""
    return tuple(
        exceptions.Acceptance(
            defect=one.defect.number,
            title=one.defect.title,
            severity=one.severity,
            affected_users=one.affected_users,
            business_impact=one.business_impact,
            mitigation=one.mitigation,
            monitoring=one.monitoring,
            resolution_target=one.resolution_target.isoformat(),
            approvals=_approvals(one.approvals.all(), names),
            expires_at=one.expires_at,
            scope=one.release.version,
            origin=f"acceptance/{one.key}",
        )
        for one in rows
    )


def waivers_of(rows: tuple[Waiver, ...], names: Mapping[str, str]) -> tuple[exceptions.Waiver, ...]:
    """Waivers as the engine takes them; each for its own release alone."""
    return tuple(
        exceptions.Waiver(
            id=f"waiver-{one.key.hex[:12]}",
            criterion=one.criterion,
            reason=one.reason,
            approvals=_approvals(one.approvals.all(), names),
            compensating_control=one.compensating_control,
            expires_at=one.expires_at,
            scope=one.release.version,
            origin=f"waiver/{one.key}",
        )
        for one in rows
    )


def _approvals(rows: Any, names: Mapping[str, str]) -> tuple[exceptions.Approval, ...]:
    """Who said yes; one person is one voice, so the key that counts is the person's."""
    ordered: list[Approval] = sorted(rows, key=lambda one: (one.at, one.pk))
    return tuple(
        exceptions.Approval(
            names.get(one.person, one.person), one.role.replace("-", "_"), one.at, f"person {one.person}"
        )
        for one in ordered
    )


def _methods(book: Rulebook, family: str) -> list[str]:
    """Methods that a criterion of this family names."""
    named = [rule.criterion.method for rule in book.rules if rule.criterion.metric.startswith(family)]
    sources = [book.source(method) for method in named if method is not None]
    return list(dict.fromkeys(source.name for source in sources if source is not None))


def _snapshot(
    method: str,
    name: str,
    data: bytes | None,
    at: datetime,
    inputs: Inputs,
    *,
    taken_at: datetime,
    partial: str = "",
) -> Snapshot | None:
    if data is None:
        return None
    source = Source.of(data, name)
    digest = hashlib.sha256(data).hexdigest()
    build = inputs.release.build or None
    evidence = Evidence(method, name, digest, len(data), read(source), at, taken_at, None, build, "register")
    return Snapshot(method, data, evidence, partial)


def _defects(inputs: Inputs, at: datetime) -> bytes | None:
    """The register; one that is empty says nothing until somebody has said that this is right."""
    rows = inputs.defects
    if not rows and inputs.review is None:
        return None
    listed = [
        {
            "id": one.number,
            "title": one.title,
            "severity": one.severity,
            "state": one.state,
            "updated": _time(one.changed_at),
            **{
                key: value
                for key, value in (
                    ("url", one.url),
                    ("owner", one.owner),
                    ("affected_users", one.affected_users[:4000]),
                    ("mitigation", one.workaround[:4000]),
                )
                if value.strip()
            },
        }
        for one in rows
    ]
    return _document(at, defects=listed)


def _checklists(rows: tuple[ChecklistItem, ...], at: datetime) -> bytes | None:
    if not rows:
        return None
    named: dict[str, list[dict[str, Any]]] = {}
    for one in rows:
        entry: dict[str, Any] = {"id": str(one.place), "title": one.text, "done": one.done_at is not None}
        entry |= {"owner": one.owner} if one.owner.strip() else {}
        entry |= {"evidence": one.evidence} if one.evidence.strip() else {}
        named.setdefault(one.checklist, []).append(entry)
    return _document(at, checklists=[{"name": name, "items": items} for name, items in named.items()])


def _document(at: datetime, **records: Any) -> bytes:
    head = {"flightrules": "evidence/1", "tool": _TOOL, "taken_at": _time(at)}
    return json.dumps(head | records, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
