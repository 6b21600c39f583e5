"""Measured as stated? A criterion under 200 users is not met by a run of 10, however fast that run was."""

from __future__ import annotations

from decimal import Decimal

from flightrules.engine.binding import Misfit
from flightrules.engine.facts import Found
from flightrules.engine.operators import rate, shown
from flightrules.engine.selection import distinct, join
from flightrules.engine.verdict import Status
from flightrules.rules.criterion import LoadCondition, Rule

__all__ = ["RATE_TOLERANCE", "inadequate"]

# A generator that sends 100 requests a second reaches 99.9 over the run: starting and ending take time.
RATE_TOLERANCE = Decimal("0.99")


def inadequate(rule: Rule, found: Found) -> Misfit | None:
    """Why the run did not exercise what the sentence states, or ``None``."""
    load = rule.criterion.load
    if load is not None and load.unit != "projected":
        return _load(load, found) or _duration(rule, found)
    return _duration(rule, found)


def _load(load: LoadCondition, found: Found) -> Misfit | None:
    metric, what = ("load.users", "users") if load.unit == "users" else ("load.rps", "requests/s")
    ran = found.joined.total(metric)
    if load.unit == "users":  # a warm-up beside the run would dilute it
        ran = min(_each(found, metric), default=ran)
    fix = f"run the load test with {shown(load.amount)} {what}"
    if ran is None:
        reason = f"the run does not state its {what}; {shown(load.amount)} are asked for"
        return Misfit(
            Status.NOT_MEASURED_AS_STATED, reason, "keep the samples, or use a tool that states the load"
        )
    least = load.amount * RATE_TOLERANCE if load.unit == "rps" else load.amount
    if ran < least:
        share = shown(rate(ran, load.amount), places=0)
        reason = f"the run had {shown(ran)} {what}, {share} % of the {shown(load.amount)} that are asked for"
        return Misfit(Status.NOT_MEASURED_AS_STATED, reason, fix)
    return None


def _each(found: Found, metric: str) -> list[Decimal]:
    """What the artefacts state one by one, if there are several."""
    artefacts = distinct(found.evidence)
    return (
        [ran for one in artefacts if (ran := join((one,)).total(metric)) is not None] if artefacts[1:] else []
    )


def _duration(rule: Rule, found: Found) -> Misfit | None:
    least = rule.minimum_duration
    if least is None:
        return None
    ran = found.joined.total("load.duration")
    each = _each(found, "load.duration")
    if ran is not None and each:  # without the time between them
        ran = min(ran, sum(each, Decimal(0)))
    if ran is not None and ran >= least:
        return None
    said = f"ran {shown(ran)} s" if ran is not None else "does not state its duration"
    return Misfit(
        Status.NOT_MEASURED_AS_STATED,
        f"the run {said}; at least {shown(least)} s are asked for",
        "run it longer",
    )
