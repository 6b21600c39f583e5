"""All routes of the service."""

from __future__ import annotations

from django.urls import include, path

from flightrules.service.config import operation
from flightrules.service.config.api import api
from flightrules.service.door.routes import indexed

urlpatterns = [
    indexed(path("api/v1/", api.urls)),
    path("healthz", operation.healthz, name="healthz"),
    path("readyz", operation.readyz, name="readyz"),
    path("metrics", operation.metrics, name="metrics"),
    path("", include("flightrules.service.site.urls")),
    path("accounts/", include("flightrules.service.site.accounts")),
]

handler400 = "flightrules.service.config.operation.not_understood"
handler404 = "flightrules.service.config.operation.not_found"
handler500 = "flightrules.service.config.operation.defect"
