"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["DecisionsConfig"]


class DecisionsConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.decisions"
    label = "decisions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """From here on the share of emergencies is worked out on what was decided."""
        from flightrules.service.decisions.history import let_go
        from flightrules.service.emergencies.history import learn_decided

        learn_decided(
            lambda product: [(str(one.release_id), one.at, one.environment) for one in let_go(product)]
        )
