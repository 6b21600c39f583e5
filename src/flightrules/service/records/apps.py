"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["RecordsConfig"]


class RecordsConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
