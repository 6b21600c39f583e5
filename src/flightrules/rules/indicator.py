"""Indicators: metrics that foretell or look back, and never block."""

from __future__ import annotations

from flightrules.rules.record import Field, MapOf, Record
from flightrules.rules.shape import Choice
from flightrules.rules.vocabulary import LINE, TEXT
from flightrules.values import frozen

__all__ = ["INDICATORS", "Indicator"]


@frozen
class Indicator:
    """A leading or lagging metric with its formula; gates block releases, indicators predict."""

    id: str
    kind: str
    title: str
    formula: str
    unit: str = ""
    better: str = "higher"
    source: str = ""
    known: str = ""


INDICATORS: MapOf[Indicator] = MapOf(
    "indicators",
    Record(
        "an indicator",
        "A metric that never blocks.",
        Indicator,
        (
            Field(
                "kind", Choice("leading", "lagging"), "leading foretells, lagging looks back.", required=True
            ),
            Field("title", LINE, "Its name in reports.", required=True),
            Field("formula", TEXT, "How it is computed.", required=True),
            Field("unit", LINE, "Its unit.", default=""),
            Field("better", Choice("higher", "lower"), "Which direction is good.", default="higher"),
            Field("source", LINE, "Where it comes from.", default=""),
            Field("known", LINE, "When it is known.", default=""),
        ),
        partial=True,
    ),
)
