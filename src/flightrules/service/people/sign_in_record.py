"""Entries of what the sign-in library changes: factors, passwords, identities from outside.

The library calls back in the transaction of its change (``site.accounts``); a change that cannot be recorded
is not made.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as outside_signals
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.db.models.signals import post_delete, post_save

from flightrules.service.people import services
from flightrules.service.people.models import Account, OutsideIdentity
from flightrules.service.people.sign_in import vouched
from flightrules.service.records.actor import Actor, Kind

__all__ = ["connect"]


def connect() -> None:
    """Listen to the library; called once, when the app is ready.

    Factors are watched where they are stored, because the library speaks of them only after its transaction.
    """
    post_save.connect(_factor_added, sender=Authenticator, weak=False, dispatch_uid="people-factor-added")
    post_delete.connect(_factor_removed, sender=Authenticator, weak=False, dispatch_uid="people-factor-gone")
    for signal, what in (
        (account_signals.password_changed, "password-changed"),
        (account_signals.password_set, "password-set"),
        (account_signals.password_reset, "password-reset"),
    ):
        signal.connect(_changed(what), weak=False, dispatch_uid=f"people-{what}")
    outside_signals.social_account_added.connect(_linked, weak=False, dispatch_uid="people-linked")
    outside_signals.social_account_removed.connect(_unlinked, weak=False, dispatch_uid="people-unlinked")


def _factor_added(instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        _record_own(instance, "factor-added")


def _factor_removed(instance: Authenticator, **_: Any) -> None:
    _record_own(instance, "factor-removed")


def _record_own(factor: Authenticator, what: str) -> None:
    """What people do to their own factors on the library's pages; an erasure has an entry of its own."""
    request, account = context.request, factor.user
    if request is not None and request.user == account:
        _record(request, account, f"{what}:{factor.type}")


def _changed(what: str) -> Any:
    def noted(request: Any, user: Account, **_: Any) -> None:
        _record(request, user, what)

    return noted


def _linked(request: Any, sociallogin: SocialLogin, **_: Any) -> None:
    """The identity comes with the library's row, unless an invitation brought it in before."""
    issuer, subject = vouched(sociallogin)
    account: Any = sociallogin.user
    if not OutsideIdentity.objects.filter(issuer=issuer, subject=subject, account=account).exists():
        services.link_identity(issuer=issuer, subject=subject, by=_actor(account), at=request.asked_at)


def _unlinked(request: Any, socialaccount: SocialAccount, **_: Any) -> None:
    """The identity goes with the library's row."""
    account: Any = socialaccount.user
    OutsideIdentity.objects.filter(account=account, subject=socialaccount.uid).delete()
    _record(request, account, "identity-unlinked")


def _record(request: Any, account: Account, what: str) -> None:
    services.record_account_change(account=account, what=what, by=_actor(account), at=request.asked_at)


def _actor(account: Account) -> Actor:
    return Actor(str(account.person_id), Kind.PERSON, str(account.key), "session")
