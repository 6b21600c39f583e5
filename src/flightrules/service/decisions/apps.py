"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["DecisionsConfig"]


class DecisionsConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.decisions"
    label = "decisions"
    default_auto_field = "django.db.models.BigAutoField"
