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
        """From here on the share of emergencies, the board and what is owed rest on what was decided."""
        from flightrules.service.board.lookups import learn_decided as learn_undecided
        from flightrules.service.decisions.documents import drafted_for
        from flightrules.service.decisions.history import once_let_go
        from flightrules.service.decisions.override_debts import act_that_pays
        from flightrules.service.decisions.standing import why_undecided
        from flightrules.service.emergencies.history import learn_decided
        from flightrules.service.obligations.lookups import learn_drafter, learn_payer

        learn_undecided(why_undecided)
        learn_drafter(drafted_for)
        learn_payer(act_that_pays)
        learn_decided(
            lambda product: [(str(one.release_id), one.at, one.environment) for one in once_let_go(product)]
        )
