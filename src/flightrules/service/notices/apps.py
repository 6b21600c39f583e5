"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["NoticesConfig"]


class NoticesConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
