"""Refusals as problem documents (RFC 9457): type, title, status, detail, and our stable code."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from flightrules.errors import FlightrulesError
from flightrules.ledger.canonical import canonical_bytes
from flightrules.service.door.refusals import RefusalError

__all__ = ["CONTENT_TYPE", "FORM", "answer_refusals", "problem"]

CONTENT_TYPE = "application/problem+json"
_TEXT = {"type": "string"}
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": {"type": "string", "pattern": "^E_[A-Z0-9_]+$"},
        "detail": _TEXT,
        "hint": _TEXT,
    },
    "required": ["type", "title", "status", "code", "detail"],
}
"""What every problem document has, as JSON Schema; further members depend on the code."""

_UNPROCESSABLE = 422
_FAULTS_SHOWN = 20
_TEXT_LIMIT = 300


def problem(status: int, code: str, detail: str, *, hint: str | None = None, **members: Any) -> HttpResponse:
    """One problem document; further members stand beside the standard ones."""
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": code.removeprefix("E_").replace("_", " ").lower(),
        "status": status,
        "code": code,
        "detail": detail,
        **members,
    }
    if hint:
        body["hint"] = hint
    answer = HttpResponse(canonical_bytes(body), status=status, content_type=CONTENT_TYPE)
    if status in (429, 503):
        answer["Retry-After"] = str(members.get("retry_after", 5))
    return answer


def refused(error: FlightrulesError) -> HttpResponse:
    """The problem document of a refusal; a fault of the core (rulebook, evidence) is the sender's: 422."""
    if isinstance(error, RefusalError):
        return problem(error.status, error.code, error.message, hint=error.hint, **error.detail)
    where = {"where": error.where} if error.where else {}
    return problem(_UNPROCESSABLE, error.code, error.message, hint=error.hint, **where)


def answer_refusals(api: NinjaAPI) -> None:
    """Let every refusal, ours and the framework's, leave as a problem document."""

    @api.exception_handler(FlightrulesError)
    def _(_request: HttpRequest, error: FlightrulesError) -> HttpResponse:
        return refused(error)

    @api.exception_handler(ValidationError)
    def _(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem(
            _UNPROCESSABLE,
            "E_INVALID_BODY",
            "the request does not have the stated form",
            errors=_faults(error),
        )

    @api.exception_handler(AuthenticationError)
    def _(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
        return problem(
            401, "E_UNAUTHENTICATED", "sign in, or send an API token", hint="Authorization: Bearer TOKEN"
        )

    @api.exception_handler(Throttled)
    def _(_request: HttpRequest, error: Throttled) -> HttpResponse:
        wait = int(error.wait or 1)
        return problem(429, "E_RATE_LIMIT", "too many requests", retry_after=wait)

    @api.exception_handler(HttpError)
    def _(_request: HttpRequest, error: HttpError) -> HttpResponse:
        if isinstance(error.__cause__, FlightrulesError):  # the framework wraps what our parser refused
            return refused(error.__cause__)
        return problem(error.status_code, "E_HTTP", str(error))


def _faults(error: ValidationError) -> list[dict[str, str]]:
    """Where and why, one a fault; what was sent is not repeated, for it may be a secret."""
    return [
        {"where": _showable(".".join(map(str, fault["loc"]))), "why": _showable(str(fault["msg"]))}
        for fault in error.errors[:_FAULTS_SHOWN]
    ]


def _showable(text: str) -> str:
    """A name that the caller chose may be endless, hold what no record may, or be no Unicode at all."""
    return text[:_TEXT_LIMIT].replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
