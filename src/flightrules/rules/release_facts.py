"""Facts of one release and of the product that reports print and some metrics need."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flightrules.rules.record import Field, ListOf, Record
from flightrules.rules.shape import Name, Number
from flightrules.rules.vocabulary import FLAG, ID, IDS, LINE, LINES, MOMENT, ROLE, TEXT
from flightrules.values import frozen

__all__ = ["IDENTITY", "PRODUCT", "RELEASE", "Agreement", "Identity", "Product", "ReleaseFacts", "Window"]


@frozen
class Product:
    """What is released."""

    name: str = ""
    version: str = ""
    description: str = ""


@frozen
class Agreement:
    """One party that agreed to the thresholds."""

    name: str
    role: str
    at: datetime | None = None


@frozen
class Identity:
    """Which edition of the rulebook this is, and who agreed to it before the pressure came."""

    id: str = ""
    version: str = ""
    agreed_by: tuple[Agreement, ...] = ()


@frozen
class Window:
    """When the release goes out; ``zone`` is how people say it, the moments carry their offset."""

    opens_at: datetime
    closes_at: datetime | None = None
    zone: str = ""


@frozen
class ReleaseFacts:
    """What the report's header and scope section say. ``kloc`` and ``projected_rps`` feed metrics."""

    qa_lead: str = ""
    window: Window | None = None
    features: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    kloc: Decimal | None = None
    projected_rps: Decimal | None = None
    touches: tuple[str, ...] = ()
    release_class: str = ""
    track: str = ""
    high_stakes: bool = False
    justification: str = ""


PRODUCT = Record(
    "the product",
    "What is released.",
    Product,
    (
        Field("name", Name("the product's name", spaced=True), "Its name.", default=""),
        Field("version", LINE, "Its version; 4.20 stays 4.20.", default=""),
        Field("description", TEXT, "What it is.", default=""),
    ),
    short="name",
    partial=True,
)

IDENTITY = Record(
    "the rulebook's identity",
    "Which edition this is and who agreed to it.",
    Identity,
    (
        Field("id", ID, "Name of the agreement.", default=""),
        Field("version", LINE, "Edition.", default=""),
        Field(
            "agreed_by",
            ListOf(
                Record(
                    "a party",
                    "Who agreed.",
                    Agreement,
                    (
                        Field("name", LINE, "The person.", required=True),
                        Field("role", ROLE, "In which role.", required=True),
                        Field("at", MOMENT, "When, with zone.", default=None),
                    ),
                )
            ),
            "Who negotiated the thresholds.",
            default=(),
        ),
    ),
    partial=True,
)


_WINDOW = Record(
    "the release window",
    "When the release goes out.",
    Window,
    (
        Field("opens", MOMENT, "First moment, with zone.", required=True, attribute="opens_at"),
        Field("closes", MOMENT, "Last moment, with zone.", default=None, attribute="closes_at"),
        Field("zone", LINE, "The zone as people call it.", default=""),
    ),
)

RELEASE = Record(
    "the release",
    "Facts that reports print and some metrics need.",
    ReleaseFacts,
    (
        Field("qa_lead", LINE, "Who leads quality for this release.", default=""),
        Field("window", _WINDOW, "When it goes out.", default=None),
        Field("features", LINES, "What is in.", default=()),
        Field("excluded", LINES, "What was left out on purpose.", default=()),
        Field(
            "kloc",
            Number("thousands of lines of code", least=0),
            "Size of the code in thousand lines.",
            default=None,
        ),
        Field(
            "projected_rps",
            Number("requests a second", least=0),
            "Projected peak load in requests a second.",
            default=None,
        ),
        Field(
            "touches", IDS, "Parts that need care, such as auth, pii, payment or data-pipeline.", default=()
        ),
        Field("class", ID, "Release class.", default="", attribute="release_class"),
        Field("track", ID, "Track.", default=""),
        Field("high_stakes", FLAG, "Needs an escalation path before it starts.", default=False),
        Field("justification", TEXT, "Why it is worth releasing.", default=""),
    ),
    partial=True,
)
