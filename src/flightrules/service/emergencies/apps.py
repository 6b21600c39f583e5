"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["EmergenciesConfig"]


class EmergenciesConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.emergencies"
    label = "emergencies"
    default_auto_field = "django.db.models.BigAutoField"
