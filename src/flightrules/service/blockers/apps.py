"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["BlockersConfig"]


class BlockersConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.blockers"
    label = "blockers"
    default_auto_field = "django.db.models.BigAutoField"
