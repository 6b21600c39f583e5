"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["BoardConfig"]


class BoardConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.board"
    label = "board"
    default_auto_field = "django.db.models.BigAutoField"
