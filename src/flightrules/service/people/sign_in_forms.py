"""The library's forms in our ways: wrong codes count as at the API, and a new key is a passkey at once."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import ReauthenticateForm as LibraryForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.core.exceptions import ValidationError

from flightrules.service.people.authentication import session_actor
from flightrules.service.people.models import Account
from flightrules.service.people.proofs import tried

__all__ = ["AddPasskeyForm", "ReauthenticateForm"]


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey, with which its holder signs in without a password unless they say otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.initial, alone.label = True, "Sign in with it alone"
        alone.help_text = "Without this it is asked for after the password."


class ReauthenticateForm(LibraryForm):  # type: ignore[misc]
    """A code of the authenticator app, or a recovery code."""

    def clean_code(self) -> str:
        """The code, if it is right and the account is not locked.

        Raises:
            ValidationError: in the words of the page.
        """
        faults: list[ValidationError] = []

        def is_right(_: Account) -> bool:
            try:
                super(ReauthenticateForm, self).clean_code()
            except ValidationError as fault:
                faults.append(fault)
            return not faults

        request: Any = context.request
        actor = session_actor(request)
        refusal = tried(actor, request.asked_at, is_right) if actor is not None else None
        if actor is None or refusal is not None:
            raise faults[0] if faults else ValidationError(refusal.message if refusal else "sign in again")
        return str(self.cleaned_data["code"])
