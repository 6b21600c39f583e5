"""Who may not deploy, because the rulebook keeps deployers apart from others with a part in the release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flightrules.engine.separation import violations
from flightrules.rules.rulebook import Rulebook
from flightrules.service.clearance.answer import Reason
from flightrules.service.clearance.decided import Decision, signers_of
from flightrules.service.decisions.involved import involved_in, kept_apart
from flightrules.service.readiness.inputs import inputs_of
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.releases.queries import Release
from flightrules.values import replace

__all__ = ["not_by_you"]


def not_by_you(
    release: Release, book: Rulebook, decision: Decision | None, by: Actor, at: datetime
) -> Iterator[Reason]:
    """What keeps whoever asks from deploying; that nobody deploys what they alone signed holds always."""
    if not any("deployer" in (one.first, one.second) for one in book.authority.separations):
        return
    involved = replace(
        involved_in(inputs_of(release), at),
        deployers=(by.key,) if by.kind is Kind.PERSON else (),
        signers=tuple(sorted(signers_of(decision))) if decision is not None else (),
    )
    for broken in violations(involved, kept_apart(book, deploying=True), distinct_people=False):
        name = broken.name.replace("_", " ")
        if broken.unknown:
            text = f"the rulebook keeps people apart ({name}), and it is not known who deploys"
            yield Reason("separation_unknown", text, "have a person ask, or state who had the part")
        else:
            text = f"the rulebook keeps people apart: {name}"
            yield Reason("separation", text, "let somebody else deploy it")
