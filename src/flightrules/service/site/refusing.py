"""What a page says of a form that may have been sent by another site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from flightrules.service.door.problems import problem
from flightrules.service.door.refusals import DeniedError

__all__ = ["forged"]


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- named by Django
    """The form came without its token against forgery: mostly a page that was left open for long."""
    refusal = DeniedError(
        "E_CSRF",
        "this form is too old, or was sent from somewhere else",
        hint="Load the page anew and send it again. Cookies have to be allowed for this site.",
    )
    if request.path.startswith("/api/"):
        return problem(refusal.status, refusal.code, refusal.message, hint=refusal.hint)
    return render(request, "site/refused.html", {"refusal": refusal}, status=refusal.status)
