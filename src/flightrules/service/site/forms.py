"""What people type on the pages around the API; what it means is checked by the services behind."""

from __future__ import annotations

from django import forms
from django.conf import settings

from flightrules.rules.role_words import role_words
from flightrules.service.people.powers import BUILT_IN_ROLES, Power

__all__ = ["ConfirmForm", "InvitationForm", "SetupForm", "TokenForm"]

_ROLES = [(name, role_words(name)) for name in BUILT_IN_ROLES if name != "administrator"]
_SCOPES = [(power.value, power.value) for power in Power]


class _WithPassword(forms.Form):
    code = forms.CharField(max_length=200, widget=forms.HiddenInput)
    password = forms.CharField(
        max_length=1000,
        strip=False,
        label="Password",
        help_text="At least 15 characters; a sentence is fine, and nothing else is asked of it.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        max_length=1000,
        strip=False,
        label="Password again",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        """Both passwords are the same."""
        found = super().clean() or {}
        if found.get("password") != found.get("again"):
            self.add_error("again", "The two passwords differ.")
        return found


class SetupForm(_WithPassword):
    """The first account."""

    name = forms.CharField(
        max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    roles = forms.MultipleChoiceField(
        choices=_ROLES,
        required=False,
        label="Your roles beside administrator",
        help_text="An administrator manages people and has no vote; choose what you are in releases.",
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("code", "name", "email", "password", "again", "roles")


class InvitationForm(_WithPassword):
    """The account that an invitation is for."""


class ConfirmForm(forms.Form):
    """All components of a signature, for who signs with password and code."""

    password = forms.CharField(
        max_length=1000,
        required=False,
        strip=False,
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        max_length=20,
        required=False,
        label="Code of your authenticator app",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class TokenForm(forms.Form):
    """A new API token."""

    title = forms.CharField(max_length=120, label="What it is for")
    days = forms.IntegerField(min_value=1, label="Days until it expires", initial=30)
    scopes = forms.MultipleChoiceField(
        choices=_SCOPES, label="What it may do", widget=forms.CheckboxSelectMultiple
    )
    product = forms.SlugField(
        max_length=60, required=False, label="Key of the one product that it acts in; empty for all of yours"
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["days"].max_value = settings.FLIGHTRULES_TOKEN_DAYS  # type: ignore[attr-defined]
