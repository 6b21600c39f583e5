"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ObligationsConfig"]


class ObligationsConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.obligations"
    label = "obligations"
    default_auto_field = "django.db.models.BigAutoField"
