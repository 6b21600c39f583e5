"""REST of papers: decision record, override record, no-go message, approval forms, risk statement."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from flightrules.service.decisions import documents
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router(tags=["papers"])
Form = Literal["html", "md", "pdf", "json"]
_EXTRA = {**guarded(Power.READ), "responses": {200: {"description": "OK"}}}


@router.get("/decisions/{uuid:key}/record.{form}", openapi_extra=_EXTRA)
def get_record(request: AskedRequest, key: UUID, form: Form) -> HttpResponse:
    """The decision record; of an override, the override record."""
    data = documents.paper(str(key), "record", form, by=request.actor, at=request.asked_at)
    return _answer(data, form, f"decision-{key}")


@router.get("/decisions/{uuid:key}/no-go.{form}", openapi_extra=_EXTRA)
def get_no_go(request: AskedRequest, key: UUID, form: Form) -> HttpResponse:
    """The no-go message of a decision."""
    data = documents.paper(str(key), "no-go", form, by=request.actor, at=request.asked_at)
    return _answer(data, form, f"no-go-{key}")


@router.get("/decisions/{uuid:key}/approvals/{uuid:sign_off}.{form}", openapi_extra=_EXTRA)
def get_approval(request: AskedRequest, key: UUID, sign_off: UUID, form: Form) -> HttpResponse:
    """The approval form of one signature."""
    data = documents.approval(str(key), str(sign_off), form, by=request.actor, at=request.asked_at)
    return _answer(data, form, f"approval-{sign_off}")


@router.get("/overrides/{uuid:key}/statement.{form}", openapi_extra=_EXTRA)
def get_statement(request: AskedRequest, key: UUID, form: Form) -> HttpResponse:
    """The risk statement of an override, as it was drafted."""
    data = documents.statement_paper(str(key), form, by=request.actor, at=request.asked_at)
    return _answer(data, form, f"risk-statement-{key}")


def _answer(data: bytes, form: Form, name: str) -> HttpResponse:
    """As an attachment that no browser runs: names of tests and people are hostile until proved otherwise."""
    answer = HttpResponse(data, content_type=documents.FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer["Content-Security-Policy"] = "sandbox"
    return answer
