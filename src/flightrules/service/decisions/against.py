"""What stands against going, by name: criteria that are not met, open defects that block, open blockers.

An override names each of them; so does the risk statement that is read before anybody signs it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flightrules.engine.verdict import Status
from flightrules.service.blockers.queries import standing_blockers
from flightrules.service.decisions.dossiers import BLOCKS, Dossier
from flightrules.service.readiness.queries import report_bytes

__all__ = ["Against", "against"]

_MET = frozenset({str(Status.PASS), str(Status.WAIVED), str(Status.NOT_APPLICABLE)})
_STATED = ("affected_users", "business_impact", "mitigation")


@dataclass(frozen=True, slots=True)
class Against:
    """All of it; ``names`` is what an asking has to name."""

    criteria: tuple[str, ...]
    defects: tuple[Mapping[str, Any], ...]
    blockers: tuple[Mapping[str, Any], ...]

    @property
    def names(self) -> frozenset[str]:
        """Ids of criteria, numbers of defects, keys of blockers."""
        numbers = (str(one["number"]) for one in self.defects)
        return frozenset((*self.criteria, *numbers, *(str(one["key"]) for one in self.blockers)))


def against(dossier: Dossier) -> Against:
    """What stands against going now, each part in a fixed order.

    Raises:
        ConflictError: E_EVIDENCE_TAMPERED, E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    criteria = {
        name
        for gate in dossier.content["gates"]
        for name, status in gate["statuses"].items()
        if status not in _MET
    }
    blockers = [
        {"key": str(one.key), "title": one.title, "business_impact": one.impact}
        for one in standing_blockers(dossier.inputs.release)
    ]
    return Against(tuple(sorted(criteria)), tuple(_defects(dossier)), tuple(blockers))


def _defects(dossier: Dossier) -> list[dict[str, Any]]:
    """Of the register and of what the tracker's evidence lists; the register's words come first."""
    found: dict[str, dict[str, Any]] = {}
    for number, title, severity in (*_of_register(dossier), *_of_reports(dossier)):
        found.setdefault(number, {"number": number, "title": title, "severity": severity})
    for one in dossier.inputs.acceptances:
        if one.defect.number in found:
            found[one.defect.number] |= {name: getattr(one, name) for name in _STATED}
    for row in dossier.inputs.defects:
        for name, said in (("affected_users", row.affected_users), ("mitigation", row.workaround)):
            if row.number in found and said:
                found[row.number].setdefault(name, said)
    return [found[number] for number in sorted(found)]


def _of_register(dossier: Dossier) -> Iterator[tuple[str, str, str]]:
    for one in dossier.content["defects"]:
        if one["decision"] == BLOCKS:
            yield one["number"], one["title"], one["severity"]


def _of_reports(dossier: Dossier) -> Iterator[tuple[str, str, str]]:
    for run in dossier.runs.values():
        if run is None or "json" not in run.reports:
            continue
        for one in json.loads(report_bytes(run, "json"))["defects"]:
            if one["blocks"]:
                yield one["id"], one["title"], one["severity"]
