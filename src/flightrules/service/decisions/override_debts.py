"""The answer that quality owes to an override is a signature, and no text takes its place."""

from __future__ import annotations

from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.decisions.models import Override
from flightrules.service.decisions.override_sides import owes_answer
from flightrules.service.obligations.queries import Obligation

__all__ = ["act_that_pays"]


def act_that_pays(row: Obligation) -> str:
    """The command that pays an answer as long as its override can be signed; empty for any other debt.

    Of one that has ended nothing is left to sign: who owed the answer writes why there was none.
    """
    kind, _, key = row.about.partition("/")
    if row.event != "override" or kind != "override":
        return ""
    edition = edition_in_force(row.release.product_id)
    if edition is None or not owes_answer(row.owner, rulebook_of(edition)):
        return ""
    if not Override.objects.filter(pk=key, closed_at__isnull=True).exists():
        return ""
    return f"flightrules signoff CHOICE --as {row.owner} --release {row.release.version}"
