"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["DoorConfig"]


class DoorConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.door"
    label = "door"
    default_auto_field = "django.db.models.BigAutoField"
