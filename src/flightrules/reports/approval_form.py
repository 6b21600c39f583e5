"""The approval form of one signatory: what they signed, and the statement that their signature makes.

The statement follows from the state and cannot be chosen: "no known blockers" only when that is true, else
"risk accepted as listed", with the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flightrules.errors import LedgerError
from flightrules.reports.decision_record import accepted_by_name, agreement, defects_that_ship, header, title
from flightrules.reports.document import Banner, Bullets, Document, Section, Text
from flightrules.reports.signatures import Openings, name_of, signature_table, signed_at
from flightrules.reports.wording import roles_named
from flightrules.rules.role_words import role_words

__all__ = ["document", "signatures_in"]

_CHOICES = {
    "go": ("GO", "pass"),
    "go-with-conditions": ("GO WITH CONDITIONS", "waived"),
    "no-go": ("NO-GO", "fail"),
    "agree": ("AGREE", "waived"),
    "dissent-acknowledged": ("DISSENT ACKNOWLEDGED", "waived"),
}


def signatures_in(record: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Every signature that a record holds, by its key."""
    override = record.get("override_record") or {"signatures": []}
    given = [record["verdict"], *record["votes"], record["decided"], *override["signatures"]]
    return {one["sign_off"]: one for one in given if one}


def document(record: Mapping[str, Any], openings: Openings, sign_off: str) -> Document:
    """The form of one signature.

    Raises:
        LedgerError: E_MISSING_FIELD, when the record holds no such signature.
    """
    signature = signatures_in(record).get(sign_off)
    if signature is None:
        raise LedgerError("E_MISSING_FIELD", "the record holds no such signature")
    word, mark = _CHOICES.get(signature["choice"], (signature["choice"].upper(), "none"))
    said = f"{role_words(signature['role'])}, {name_of(signature, openings)}, {signed_at(signature)}"
    return Document(
        title=title(record),
        kind="Approval form",
        header=header(record),
        agreement=agreement(record),
        banner=Banner(word, mark, f"{signature['meaning']} Signed by {said}.", label="Signature"),
        sections=(
            Section(1, "Statement", (Text(signature["meaning"], strong=True),)),
            Section(2, "Risks that are listed", (_listed(record, signature),)),
            Section(3, "Signature", (signature_table("Signature", [signature], openings),)),
        ),
        foot=f"Sign-off {sign_off}, dossier {signature['dossier']['sha256']}",
    )


def _listed(record: Mapping[str, Any], signature: Mapping[str, Any]) -> Bullets | Text:
    """What lay on the table; what an override accepts is in the signatures of the override alone."""
    lines = [text for gate in record["gates"] for text in gate["blockers"]]
    lines += accepted_by_name(record) if signature["act"] == "override" else []
    lines += [f"{one['criterion']} is waived by {roles_named(one['roles'])}" for one in record["waivers"]]
    lines += [
        f"{one['defect']} ({one['severity']}) is accepted by {roles_named(one['roles'])}"
        for one in record["acceptances"]
    ]
    lines += [
        f"{one['number']} ({one['severity']}) {one['title']}: {one['decision']}" for one in record["defects"]
    ]
    lines += [
        f"{one['id']} ({one['severity']}) {one['title']}: {one['decision']}"
        for one in defects_that_ship(record)
    ]
    lines += [f"Blocker {one['title']}: {one['state']}" for one in record["blockers"]]
    return Bullets(tuple(lines)) if lines else Text("None is known.")
