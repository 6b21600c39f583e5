"""Routes of the pages around the API."""

from __future__ import annotations

from django.urls import path

from flightrules.service.site import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
