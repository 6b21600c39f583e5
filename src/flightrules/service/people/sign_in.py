"""How people sign in: what the sign-in library may do here, and what it may not.

Accounts are opened by one-time links alone, so every way by which the library would open one is shut. An
OpenID provider's word is matched by issuer and subject; an e-mail address proves nothing.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from flightrules.service.door.asked import TimedRequest
from flightrules.service.door.refusals import ConflictError, DeniedError, RefusalError, UnauthenticatedError
from flightrules.service.people import services
from flightrules.service.people.authentication import session_actor
from flightrules.service.people.models import Account, OutsideIdentity
from flightrules.service.people.proofs import tried
from flightrules.service.people.second_factor import needs_second_factor
from flightrules.service.records.actor import SYSTEM, Actor

__all__ = ["INVITED", "AccountAdapter", "AccountBackend", "OutsideAdapter", "SecondFactorAdapter", "vouched"]

_LOG = logging.getLogger("flightrules.mail")

INVITED = "flightrules_invitation"
"""Where the session keeps the code of a one-time link while its holder is at the OpenID provider."""


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Finds the account of a session at each request; a disabled person's is nobody's from then on."""

    def get_user(self, user_id: int) -> Account | None:
        """The account with its person, unless either is disabled."""
        account = Account.objects.select_related("person").filter(pk=user_id).first()
        return account if account is not None and self.user_can_authenticate(account) else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether neither the account nor its person is disabled."""
        return bool(user.is_active) and user.person.disabled_at is None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up; who is disabled is told so; wrong passwords count when it asks again."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- the library's signature
        """Never: accounts are opened by one-time links."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it if that is possible; the page says the same in any case, and never who is here."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:  # what smtplib raises is one, too
            _LOG.exception("a mail of the sign-in pages could not be sent")

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Whether it is this person's password, and the account is not locked."""
        actor = session_actor(context.request)
        if actor is None or actor.account_key != str(user.key):
            return False
        return tried(actor, _asked_at(), lambda account: account.check_password(password)) is None

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Stop a sign-in of a disabled person, by whichever means."""
        if user.person.disabled_at is not None:
            answer: HttpResponse = self.respond_user_inactive(request, user)
            return answer
        found: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return found


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps are kept encrypted; the last factor stays where one is needed."""

    def encrypt(self, text: str) -> str:
        """As it is kept."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it is used; one that was encrypted under another key matches no code."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return ""

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Whether another factor is left, or none is needed."""
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        left = Authenticator.objects.filter(
            user=authenticator.user, type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        ).exclude(pk=authenticator.pk)
        return left.exists() or not needs_second_factor(authenticator.user, _asked_at())


class OutsideAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """People of an OpenID provider: known by issuer and subject, or invited by a one-time link."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 -- the library's signature
        """Never: see ``pre_social_login``."""
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:  # noqa: ARG002 -- the library's signature
        """Never: whoever can set an e-mail address at the provider would be let in."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Match the provider's word with an account, or stop."""
        try:
            self._match(cast("TimedRequest", request), sociallogin)
        except RefusalError as refusal:
            page = render(request, "site/refused.html", {"refusal": refusal}, status=refusal.status)
            raise ImmediateHttpResponse(page) from None

    def _match(self, request: TimedRequest, sociallogin: SocialLogin) -> None:
        issuer, subject = vouched(sociallogin)
        known = (
            OutsideIdentity.objects.select_related("account").filter(issuer=issuer, subject=subject).first()
        )
        if sociallogin.state.get("process") == "connect":
            refuse_taken(known, session_actor(request))
            return  # the library asks for a fresh proof, then says that it is done: see sign_in_record
        account = known.account if known else self._invited(request, issuer, subject)
        if account is None:
            raise _unknown()
        SocialAccount.objects.filter(provider=sociallogin.account.provider, uid=subject).exclude(
            user=account
        ).delete()
        if not sociallogin.is_existing or sociallogin.user != account:
            sociallogin.connect(request, account)

    def _invited(self, request: TimedRequest, issuer: str, subject: str) -> Account | None:
        code = request.session.pop(INVITED, "")
        if not code:
            return None
        return services.accept_invitation(
            code=code, identity=(issuer, subject), by=SYSTEM, at=request.asked_at
        )


def vouched(sociallogin: SocialLogin) -> tuple[str, str]:
    """Issuer and subject of the identity token, which was fetched from the provider itself.

    Raises:
        RefusalError: E_ISSUER, when they are not those of the provider that the office trusts.
    """
    said = sociallogin.account.extra_data
    token, userinfo = said.get("id_token") or {}, said.get("userinfo") or {}
    issuer, subject = token.get("iss"), token.get("sub")
    if not subject or issuer != settings.FLIGHTRULES_OIDC_ISSUER or userinfo.get("sub", subject) != subject:
        raise UnauthenticatedError("E_ISSUER", "this identity is not from the provider that is trusted here")
    return str(issuer), str(subject)


def refuse_taken(known: OutsideIdentity | None, by: Actor | None) -> None:
    """Refuse an identity that belongs to another account.

    Raises:
        ConflictError: E_IDENTITY_TAKEN. DeniedError: E_NO_ACCOUNT.
    """
    if by is None:
        raise _unknown()
    if known is not None and str(known.account.key) != by.account_key:
        raise ConflictError("E_IDENTITY_TAKEN", "this identity belongs to another account")


def _unknown() -> RefusalError:
    return DeniedError(
        "E_NO_ACCOUNT",
        "no account here belongs to this identity",
        hint="ask for an invitation, and follow its link first",
    )


def _cipher() -> Fernet:
    key = hashlib.sha256(b"flightrules authenticator secrets\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _asked_at() -> Any:
    return context.request.asked_at
