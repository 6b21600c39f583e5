"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ReadinessConfig"]


class ReadinessConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.readiness"
    label = "readiness"
    default_auto_field = "django.db.models.BigAutoField"
