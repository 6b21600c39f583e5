"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["JobsConfig"]


class JobsConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
