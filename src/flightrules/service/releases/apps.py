"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ReleasesConfig"]


class ReleasesConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.releases"
    label = "releases"
    default_auto_field = "django.db.models.BigAutoField"
