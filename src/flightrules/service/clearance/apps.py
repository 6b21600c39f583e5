"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ClearanceConfig"]


class ClearanceConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.clearance"
    label = "clearance"
    default_auto_field = "django.db.models.BigAutoField"
