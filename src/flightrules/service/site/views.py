"""The few pages around the API: first set-up, invitation, home, and what keeps one's own account safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from flightrules.rules.role_words import role_words
from flightrules.service.door.asked import TimedRequest
from flightrules.service.door.refusals import RefusalError, UnauthenticatedError
from flightrules.service.people import queries, services
from flightrules.service.people.authentication import require_second_factor, session_actor
from flightrules.service.people.models import Account
from flightrules.service.people.sign_in import INVITED
from flightrules.service.records.actor import SYSTEM
from flightrules.service.site.forms import InvitationForm, SetupForm, TokenForm

__all__ = ["home", "invitation", "issue_token", "revoke_token", "security", "setup"]

_BACKEND = "flightrules.service.people.sign_in.AccountBackend"


@require_GET
def home(request: TimedRequest) -> HttpResponse:
    """Who is signed in, and where to go from here."""
    actor = session_actor(request)
    if actor is None:
        return redirect("account_login")
    me = queries.described(actor.key, request.asked_at)
    roles = [(role_words(held.role), held) for held in me["roles"]]
    return render(request, "site/home.html", {"me": me, "roles": roles})


@require_http_methods(["GET", "POST"])
def setup(request: TimedRequest) -> HttpResponse:
    """Open the first account, with the link that the service printed."""
    form = SetupForm(request.POST or None, initial={"code": request.GET.get("code", "")})

    def open_it(told: dict[str, Any]) -> Account:
        return services.open_first_account(
            code=told["code"],
            name=told["name"],
            email=told["email"],
            password=told["password"],
            roles=told["roles"],
            by=SYSTEM,
            at=request.asked_at,
        )

    return _account_page(request, "site/setup.html", form, open_it)


@require_http_methods(["GET", "POST"])
def invitation(request: TimedRequest) -> HttpResponse:
    """Open the account that an invitation is for: with a password, or through the OpenID provider."""
    form = InvitationForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    if request.method == "POST" and "outside" in request.POST:
        request.session[INVITED] = request.POST.get("code", "")[:200]
        return _to_provider(request)

    def open_it(told: dict[str, Any]) -> Account:
        return services.accept_invitation(
            code=told["code"], password=told["password"], by=SYSTEM, at=request.asked_at
        )

    return _account_page(request, "site/invitation.html", form, open_it)


@require_GET
@login_required
def security(request: TimedRequest) -> HttpResponse:
    """One's own means of signing in, sessions and tokens."""
    return _security(request, TokenForm())


@require_http_methods(["GET", "POST"])
@login_required
def issue_token(request: TimedRequest) -> HttpResponse:
    """Issue a token and show its secret, this once; looked at again, it is the page of one's security."""
    if request.method == "GET":
        return redirect("security")
    form, actor = TokenForm(request.POST), session_actor(request)
    if actor is None or not form.is_valid():
        return _security(request, form, status=422)
    told = form.cleaned_data
    try:
        require_second_factor(request)
        _, secret = services.issue_token(
            title=told["title"],
            scopes=told["scopes"],
            days=told["days"],
            product=told["product"],
            by=actor,
            at=request.asked_at,
        )
    except UnauthenticatedError:
        return _prove_first("security")
    except RefusalError as refusal:
        form.add_error(None, refusal.message)
        return _security(request, form, status=refusal.status)
    return _security(request, TokenForm(), secret=secret)


@require_POST
@login_required
def revoke_token(request: TimedRequest, key: str) -> HttpResponse:
    """End one of one's own tokens."""
    actor = session_actor(request)
    if actor is None:
        return redirect("account_login")
    try:
        services.revoke_token(token=str(key), by=actor, at=request.asked_at)
    except RefusalError as refusal:
        return render(request, "site/refused.html", {"refusal": refusal}, status=refusal.status)
    return redirect("security")


def _account_page(
    request: TimedRequest, template: str, form: Form, open_it: Callable[[dict[str, Any]], Account]
) -> HttpResponse:
    """Show the form; once it is filled in well, open the account, sign in, and offer a second factor."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                account = open_it(form.cleaned_data)
            except RefusalError as refusal:
                form.add_error(_field(refusal, form), refusal.message)
                status = refusal.status
            else:
                return _signed_in(request, account)
    shown = {"form": form, "outside": settings.FLIGHTRULES_OIDC_ISSUER}
    return render(request, template, shown, status=status)


def _field(refusal: RefusalError, form: Form) -> str | None:
    """The field that a refusal is about; none where it is about the link."""
    name = {"E_PASSWORD": "password", "E_EMAIL": "email", "E_PERSON_NAME": "name", "E_ROLE": "roles"}.get(
        refusal.code
    )
    return name if name in form.fields else None


def _signed_in(request: HttpRequest, account: Account) -> HttpResponse:
    from allauth.account.internal.flows.login import record_authentication
    from allauth.usersessions.models import UserSession

    login(request, account, backend=_BACKEND)
    UserSession.objects.create_from_request(request)  # so that it is listed, and ended with the others
    record_authentication(request, account, method="password", email=account.email, reauthenticated=True)
    return redirect("mfa_index")


def _to_provider(request: HttpRequest) -> HttpResponse:
    from allauth.socialaccount.adapter import get_adapter

    provider = get_adapter().get_provider(request, "office")
    answer: HttpResponse = provider.redirect(request, process="login")
    return answer


def _prove_first(then: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?next={reverse(then)}")


def _security(request: TimedRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    account: Any = request.user
    shown = {
        "form": form,
        "secret": secret,
        "tokens": queries.tokens_of(account.key),
        "outside": settings.FLIGHTRULES_OIDC_ISSUER,
        "factor_missing": queries.lacks_second_factor(account, request.asked_at),
    }
    return render(request, "site/security.html", shown, status=status)
