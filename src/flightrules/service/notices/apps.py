"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["NoticesConfig"]


class NoticesConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """From here on who answers for security is told of guesses at somebody's proofs."""
        from flightrules.service.notices.alarms import tell_of_guesses
        from flightrules.service.people.proofs import raise_alarm_with

        raise_alarm_with(tell_of_guesses)
