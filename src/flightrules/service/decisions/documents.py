"""Papers of a decision, rendered anew from the kept record whenever they are asked for: the same bytes.

A paper is the kept record with the openings of its commitments; nothing of today goes into it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flightrules.reports import (
    approval_form,
    decision_record,
    html_page,
    markdown,
    no_go_decision,
    risk_statement,
)
from flightrules.reports.decision_summary import summary
from flightrules.reports.document import Document
from flightrules.service.decisions.models import Decision
from flightrules.service.decisions.override_queries import override_of
from flightrules.service.door.refusals import ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor
from flightrules.service.records.queries import opened

__all__ = ["FORMS", "approval", "decision_of", "drafted_for", "paper", "statement_paper"]

_PAPERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, str]], Document]] = {
    "record": decision_record.document,
    "no-go": no_go_decision.document,
}
FORMS = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
}
"""The forms of a paper, and what each is served as."""


def decision_of(key: str, *, by: Actor, at: datetime) -> Decision:
    """One decision.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = Decision.objects.select_related("release").filter(pk=key).first()
    if found is None:
        raise _none()
    require(by, Power.READ, product=found.release.product_id, at=at)
    return found


def paper(key: str, name: str, form: str, *, by: Actor, at: datetime) -> bytes:
    """A paper of a decision: ``record`` (with an override, the override record) or ``no-go``.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED. UsageError: E_EXTRA.
    """
    data = blobs.intact_bytes(decision_of(key, by=by, at=at).record)
    record, make = json.loads(data), _PAPERS.get(name)
    if make is None:
        raise _none()
    return _rendered(data, make(record, _openings(record)), form, record["decided_at"])


def approval(key: str, sign_off: str, form: str, *, by: Actor, at: datetime) -> bytes:
    """The approval form of one signature that the decision's record holds.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED. UsageError: E_EXTRA.
    """
    data = blobs.intact_bytes(decision_of(key, by=by, at=at).record)
    record = json.loads(data)
    signature = approval_form.signatures_in(record).get(sign_off)
    if signature is None:
        raise _none()
    return _rendered(data, approval_form.document(record, _openings(record), sign_off), form, signature["at"])


def statement_paper(key: str, form: str, *, by: Actor, at: datetime) -> bytes:
    """The risk statement of an override.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED. UsageError: E_EXTRA.
    """
    data = blobs.intact_bytes(override_of(key, by=by, at=at).statement)
    statement = json.loads(data)
    return _rendered(data, risk_statement.document(statement), form, statement["drafted_at"])


def drafted_for(about: str) -> str:
    """A decision in a paragraph, for the record that is owed after it; empty for anything but a decision.

    Raises:
        ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    kind, _, key = about.partition("/")
    found = Decision.objects.filter(pk=key).first() if kind == "decision" and _is_key(key) else None
    return summary(json.loads(blobs.intact_bytes(found.record))) if found is not None else ""


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _rendered(data: bytes, document: Document, form: str, moment: str) -> bytes:
    """The document in one form; ``json`` is the kept record itself, byte for byte."""
    if form == "json":
        return data
    if form == "md":
        return markdown.written(document).encode()
    if form == "html":
        return html_page.page(document).encode()
    if form != "pdf":
        raise _none()
    from flightrules.reports import pdf

    return pdf.paper(document, data.decode(), datetime.fromisoformat(moment))


def _openings(record: Mapping[str, Any]) -> dict[str, str]:
    """What the commitments in a record stand for, as far as they were not erased."""
    signed = approval_form.signatures_in(record).values()
    kept = [said for one in signed for said in (one["name"], one["reason"]) if said]
    if record.get("emergency"):
        kept.append(record["emergency"]["reason"])
    found = {said["commitment"]: opened(said["commitment"]) for said in kept}
    return {commitment: value for commitment, value in found.items() if value is not None}


def _none() -> ForeignError:
    return ForeignError("E_NO_SUCH", "there is no such thing here")
