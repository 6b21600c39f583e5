"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["SiteConfig"]


class SiteConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"
