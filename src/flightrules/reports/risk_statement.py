"""The risk statement of an override: what exactly is accepted, drafted from what is recorded, never made up.

It is drafted when the override is asked for, read by both who sign, and kept by its digest. What nobody has
stated, such as the users affected, is said to be not stated. Its words are neutral: a documented override is
a legitimate decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flightrules.reports.document import Banner, Bullets, Cell, Column, Document, Facts, Section, Table, Text
from flightrules.reports.wording import count, listed, moment

__all__ = ["KIND", "document", "drafted"]

KIND = "flightrules-risk-statement"
_SILENT = "not stated"


def drafted(
    dossier: Mapping[str, Any],
    *,
    digest: str,
    criteria: Sequence[str],
    defects: Sequence[Mapping[str, Any]],
    blockers: Sequence[Mapping[str, Any]],
    recommended: str,
    at: datetime,
) -> dict[str, Any]:
    """The statement as plain JSON values.

    Args:
        dossier: what was shown when the no-go was decided.
        digest: its SHA-256.
        criteria: every criterion that fails, by id.
        defects: every open defect that blocks: number, title, severity, and of an acceptance what it states:
            affected_users, business_impact, mitigation.
        blockers: every open blocker: key, title, business_impact.
        recommended: the outcome that is to be overridden.
        at: when it was drafted.
    """
    statuses = {name: status for gate in dossier["gates"] for name, status in gate["statuses"].items()}
    reasons = [text for gate in dossier["gates"] for text in gate["blockers"]]
    return {
        "v": 1,
        "kind": KIND,
        "release": {name: dossier["release"][name] for name in ("key", "product_name", "version", "track")},
        "target": dict(dossier["target"]),
        "dossier": {"sha256": digest},
        "drafted_at": at.isoformat(),
        "recommended": recommended,
        "criteria": [{"id": one, "status": statuses.get(one, "NOT JUDGED")} for one in criteria],
        "reasons": reasons,
        "defects": [_defect(one) for one in defects],
        "blockers": [
            {name: str(one.get(name) or _SILENT) for name in ("key", "title", "business_impact")}
            for one in blockers
        ],
    }


def document(statement: Mapping[str, Any]) -> Document:
    """The statement as a document."""
    release = statement["release"]
    return Document(
        title=f"{release['product_name']} {release['version']}",
        kind="Risk statement of an override",
        header=Facts(
            (
                ("Drafted", Cell(moment(datetime.fromisoformat(statement["drafted_at"])))),
                ("Environment", Cell(statement["target"]["environment"] or _SILENT)),
                ("Track", Cell(release["track"] or "standard")),
            )
        ),
        agreement=Facts((("Dossier", Cell(statement["dossier"]["sha256"], code=True)),)),
        banner=Banner(statement["recommended"], "fail", _sentence(statement), label="Recommendation"),
        sections=tuple(_sections(statement)),
        foot=f"Risk statement on dossier {statement['dossier']['sha256']}",
    )


def _defect(one: Mapping[str, Any]) -> dict[str, str]:
    known = {name: str(one[name]) for name in ("number", "title", "severity")}
    stated = ("affected_users", "business_impact", "mitigation")
    return known | {name: str(one.get(name) or _SILENT) for name in stated}


def _sentence(statement: Mapping[str, Any]) -> str:
    parts = [
        count(len(statement[name]), *noun)
        for name, noun in (
            ("criteria", ("criterion not met", "criteria not met")),
            ("defects", ("open defect that blocks", "open defects that block")),
            ("blockers", ("open blocker",)),
        )
        if statement[name]
    ]
    return f"Shipping now means shipping with {listed(parts) or 'nothing that is recorded against it'}."


def _sections(statement: Mapping[str, Any]) -> list[Section]:
    return [
        Section(1, "Criteria that are not met", tuple(_criteria(statement))),
        Section(2, "Open defects that block", (_defects(statement),)),
        Section(3, "Open blockers", (_blockers(statement),)),
        Section(
            4,
            "What the signatures mean",
            (
                Text(
                    "The QA lead signs that the risk was stated: agreeing with the override, or recording "
                    "dissent. Either completes that side; it does not turn the recommendation round."
                ),
                Text(
                    "The overriding authority signs that this statement was received and read, and accepts "
                    "each item above by name."
                ),
            ),
        ),
    ]


def _criteria(statement: Mapping[str, Any]) -> Iterator[Table | Text | Bullets]:
    if not statement["criteria"]:
        yield Text("None.")
        return
    rows = tuple((Cell(one["id"], code=True), Cell(one["status"])) for one in statement["criteria"])
    yield Table("Criteria that are not met", (Column("Criterion"), Column("Status")), rows)
    if statement["reasons"]:
        yield Text("What the gates say of it:")
        yield Bullets(tuple(statement["reasons"]))


def _defects(statement: Mapping[str, Any]) -> Table | Text:
    if not statement["defects"]:
        return Text("None.")
    names = ("number", "severity", "title", "affected_users", "business_impact", "mitigation")
    titles = ("Defect", "Severity", "Title", "Affected users", "Business impact", "Mitigation")
    rows = tuple(tuple(Cell(one[name]) for name in names) for one in statement["defects"])
    return Table("Open defects that block", tuple(map(Column, titles)), rows)


def _blockers(statement: Mapping[str, Any]) -> Bullets | Text:
    said = tuple(f"{one['title']}: {one['business_impact']}" for one in statement["blockers"])
    return Bullets(said) if said else Text("None.")
