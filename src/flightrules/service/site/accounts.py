"""Routes of the sign-in library, as far as they are open here; each change they make is one transaction.

Signing up and changing one's own e-mail address are shut: accounts are opened by one-time links, and a
further address by a further one. The names stay known, because the library's own pages look for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from allauth.urls import urlpatterns as library
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver

from flightrules.service.door.refusals import RefusalError

__all__ = ["SHUT", "urlpatterns"]

View = Callable[..., HttpResponse]

SHUT = frozenset(
    {
        "account_signup",
        "account_signup_by_passkey",
        "account_email",
        "account_email_verification_sent",
        "account_confirm_email",
        "account_set_password",
        "mfa_signup_webauthn",
        "socialaccount_signup",
    }
)
_CHANGES = (
    "mfa_",
    "account_change_password",
    "account_reauthenticate",
    "account_reset_password_from_key",
    "usersessions_",
    "socialaccount_",
)
"""What the library changes and our entry tells of stand or fall together; sign-in changes no record."""

_SLOW = frozenset({"mfa_authenticate", "mfa_login_webauthn"})
"""Steps of a sign-in, which may hash a password: no transaction waits for that."""


def _opened(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern | URLResolver]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = list(_opened(one.url_patterns))
            yield URLResolver(one.pattern, inner, one.default_kwargs, one.app_name, one.namespace)
        else:
            yield URLPattern(one.pattern, _view(one), one.default_args, one.name)


def _view(pattern: URLPattern) -> View:
    name = pattern.name or ""
    if name in SHUT:
        return _shut
    if name == "account_reset_password":
        return _mailed(_spoken(pattern.callback))
    if name.startswith(_CHANGES) and name not in _SLOW:
        return _spoken(_whole(pattern.callback))
    return _spoken(pattern.callback)


def _shut(_request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def _mailed(view: View) -> View:
    """The view, where mail can be sent at all; else what to do instead."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.EMAIL_BACKEND.startswith("flightrules."):
            return render(request, "site/no_mail.html")
        return view(request, *args, **kwargs)

    return answered


def _whole(view: View) -> View:
    """The view, whose changes are one transaction; looking takes none."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return answered


def _spoken(view: View) -> View:
    """The view, whose refusals are pages."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RefusalError as refusal:
            return render(request, "site/refused.html", {"refusal": refusal}, status=refusal.status)

    return answered


urlpatterns = list(_opened(library))
