"""All routes of the service."""

from __future__ import annotations

from django.urls import include, path

from flightrules.service.config.api import api

urlpatterns = [
    path("", include("flightrules.service.site.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
]
