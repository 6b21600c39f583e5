"""What every answer carries, page or not: a content policy without inline script, no right to be framed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

__all__ = ["PageManners"]

Answer = Callable[[HttpRequest], HttpResponse]
_PERMISSIONS = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)"
)
_SENSITIVE = ("/setup", "/invitation", "/accounts/", "/security", "/confirm/")


class PageManners:
    """Sets the headers that tell a browser what this site never does."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._answer(request)
        answer.setdefault("Content-Security-Policy", _policy())
        answer.setdefault("Permissions-Policy", _PERMISSIONS)
        answer.setdefault("X-Content-Type-Options", "nosniff")
        answer.setdefault("X-Frame-Options", "DENY")
        answer.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path == "/" or request.path.startswith(_SENSITIVE):
            answer["Cache-Control"] = "no-store"
            # not "no-referrer": with it a browser sends "Origin: null", and its own form is refused
            answer["Referrer-Policy"] = (
                "strict-origin" if request.path in ("/setup", "/invitation") else "same-origin"
            )
        return answer


def _policy() -> str:
    """Everything from this site alone; forms may also lead to the OpenID provider that is trusted here."""
    forms = " ".join(["'self'", *_provider()])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"font-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )


def _provider() -> list[str]:
    parts = urlsplit(settings.FLIGHTRULES_OIDC_ISSUER)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
