"""The library's form for a code when it asks again who somebody is: wrong ones count as at the API."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import ReauthenticateForm as LibraryForm
from django.core.exceptions import ValidationError

from flightrules.service.people.authentication import session_actor
from flightrules.service.people.models import Account
from flightrules.service.people.proofs import tried

__all__ = ["ReauthenticateForm"]


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
