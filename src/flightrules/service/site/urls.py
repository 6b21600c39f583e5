"""Routes of the pages around the API."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from flightrules.service.site import confirming, exchanging, views

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/", RedirectView.as_view(pattern_name="security")),
    path("setup", views.setup, name="setup"),
    path("invitation", views.invitation, name="invitation"),
    path("confirm/<uuid:key>", confirming.confirm_act, name="confirm"),
    path("oauth/token", exchanging.exchange_token, name="exchange-token"),
    path("security", views.security, name="security"),
    path("security/tokens", views.issue_token, name="issue-token"),
    path("security/tokens/<uuid:key>/revoke", views.revoke_token, name="revoke-token"),
]
