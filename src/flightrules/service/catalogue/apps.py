"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["CatalogueConfig"]


class CatalogueConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
