"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["PeopleConfig"]


class PeopleConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What the sign-in library changes is put on record."""
        from flightrules.service.people.sign_in_record import connect

        connect()
