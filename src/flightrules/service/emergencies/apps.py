"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["EmergenciesConfig"]


class EmergenciesConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.emergencies"
    label = "emergencies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """From here on the word that is owed in writing is owed by who gave it."""
        from flightrules.service.emergencies.words import is_writer
        from flightrules.service.obligations.lookups import learn_writer

        learn_writer(lambda row, by, at: is_writer(row.release, by, at))
