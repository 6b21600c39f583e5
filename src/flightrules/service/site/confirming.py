"""The page on which a person confirms what they are about to sign with a token, with a fresh proof."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from flightrules.rules.role_words import role_words
from flightrules.service.door.asked import TimedRequest
from flightrules.service.door.refusals import RefusalError
from flightrules.service.people import confirmations
from flightrules.service.people.authentication import remember_proof, session_actor
from flightrules.service.people.proofs import prove
from flightrules.service.people.signed_words import meaning_of_word
from flightrules.service.records.actor import Actor
from flightrules.service.releases.queries import get_release
from flightrules.service.site.forms import ConfirmForm

__all__ = ["confirm_act"]


@require_http_methods(["GET", "POST"])
@login_required
def confirm_act(request: TimedRequest, key: str) -> HttpResponse:
    """What is to be confirmed; looking at it changes nothing."""
    by = session_actor(request)
    if by is None:
        return redirect("account_login")
    fault: RefusalError | None = None
    try:
        if request.method == "POST":
            by, fault = _answered(request, str(key), by)
        found = confirmations.shown_to(str(key), by)
    except RefusalError as refusal:
        return render(request, "site/refused.html", {"refusal": refusal}, status=refusal.status)
    shown = {
        "it": found,
        "meaning": meaning_of_word(found.act),
        "terms": [_term(name, value) for name, value in sorted(found.terms.items())],
        "state": confirmations.state_of(found, request.asked_at).value,
        "about": _named(found.about, by, request),
        "proved": confirmations.is_proved_for(found, by, request.asked_at),
        "form": ConfirmForm(),
        "fault": fault,
        **_means(request),
    }
    return render(request, "site/confirm.html", shown, status=fault.status if fault else 200)


def _term(name: str, value: str) -> tuple[str, str]:
    """One of the terms as people read it."""
    return name.replace("_", " ").capitalize(), role_words(value) if name == "role" else value


def _answered(request: TimedRequest, key: str, by: Actor) -> tuple[Actor, RefusalError | None]:
    """Confirm or refuse as the button said; returns what stands in the way and may be tried again.

    Raises:
        RefusalError: there is nothing here for this person.
    """
    try:
        if "refuse" in request.POST:
            confirmations.refuse(key=key, by=by, at=request.asked_at)
        else:
            by = _proved(request, key, by)
            confirmations.confirm(key=key, by=by, at=request.asked_at)
    except RefusalError as refusal:
        if refusal.code in ("E_NO_SUCH", "E_CONFIRMATION_OF_OTHER"):
            raise
        return by, refusal
    return by, None


def _proved(request: TimedRequest, key: str, by: Actor) -> Actor:
    """With what was typed, if anything was; nothing is tried where nothing waits for this person."""
    form = ConfirmForm(request.POST)
    typed = form.cleaned_data if form.is_valid() else {}
    code, password = typed.get("code") or None, typed.get("password") or None
    if code is None and password is None:
        return by
    try:
        found = confirmations.shown_to(key, by)
    except RefusalError:
        return by  # the act itself refuses, and puts that on record
    if confirmations.state_of(found, request.asked_at) is not confirmations.ConfirmationState.WAITING:
        return by
    proved = prove(by=by, code=code, password=password, at=request.asked_at)
    remember_proof(request, proved, request.asked_at)
    return proved


def _means(request: TimedRequest) -> dict[str, Any]:
    """By which means this person can give all components."""
    account: Any = request.user
    kinds = set(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    return {
        "has_passkey": Authenticator.Type.WEBAUTHN in kinds,
        "has_code": account.has_usable_password() and Authenticator.Type.TOTP in kinds,
    }


def _named(about: str, by: Actor, request: TimedRequest) -> str:
    """A release by product and version, as far as this person may see it; anything else by its key."""
    kind, _, key = about.partition("/")
    if kind != "release":
        return about
    try:
        release = get_release(key=str(UUID(key)), by=by, at=request.asked_at)
    except (RefusalError, ValueError):
        return about
    return f"{release.product_id} {release.version} ({about})"
