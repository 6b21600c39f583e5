"""The whole language in one declaration: the sections of a rulebook."""

from __future__ import annotations

from flightrules.rules.authority import AUTHORITY, Authority
from flightrules.rules.criteria import CRITERIA, GATES
from flightrules.rules.environments import ENVIRONMENTS
from flightrules.rules.evidence_sources import EVIDENCE, SCOPES
from flightrules.rules.exception_files import QUARANTINE, WAIVER_POLICY, Quarantine, WaiverPolicy
from flightrules.rules.governance import GOVERNANCE, Governance
from flightrules.rules.indicator import INDICATORS
from flightrules.rules.obligation import OBLIGATIONS
from flightrules.rules.record import Field, Record
from flightrules.rules.release_facts import IDENTITY, PRODUCT, RELEASE, Identity, Product, ReleaseFacts
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.severity_policy import SEVERITY
from flightrules.rules.shape import Choice, Name
from flightrules.rules.track import CLASSES, TRACKS
from flightrules.rules.trigger import ROLLBACK, Rollback
from flightrules.rules.watch import WATCH, Watch

__all__ = ["RULEBOOK"]

RULEBOOK = Record(
    "the rulebook",
    "What was promised before the release.",
    Rulebook,
    (
        Field("flightrules", Choice("1"), "Version of the language.", required=True, attribute="language"),
        Field("product", PRODUCT, "What is released.", default=Product()),
        Field(
            "extends",
            Name("a shipped profile"),
            "Shipped profile whose entries hold unless stated here: web-feature, api-service, go-live "
            "or emergency.",
            default="",
        ),
        Field(
            "rulebook",
            IDENTITY,
            "Edition of this agreement and who agreed to it.",
            default=Identity(),
            attribute="identity",
        ),
        Field(
            "mode",
            Choice("block", "advise"),
            "block, or advise (says what it would have blocked).",
            default="block",
        ),
        Field("criteria", CRITERIA, "Promises by id, each one sentence.", default=(), attribute="rules"),
        Field("gates", GATES, "Points on the way to production and what they block.", default=()),
        Field("severity", SEVERITY, "What an open defect of each level does.", attribute="severity"),
        Field("quarantine", QUARANTINE, "Tests excluded from rates by agreement.", default=Quarantine()),
        Field("evidence", EVIDENCE, "Methods of measurement by name.", default=(), attribute="sources"),
        Field("scopes", SCOPES, "Parts of the product by name.", default=()),
        Field("environments", ENVIRONMENTS, "Where builds run, and in which order.", default=()),
        Field("classes", CLASSES, "Release classes by name.", default=()),
        Field("tracks", TRACKS, "Standard and emergency.", default=()),
        Field(
            "authority", AUTHORITY, "Who may sign, block, accept, override and waive.", default=Authority()
        ),
        Field("rollback", ROLLBACK, "How and when the release is taken back.", default=Rollback()),
        Field("watch", WATCH, "What is looked at after the release.", default=Watch()),
        Field("indicators", INDICATORS, "Metrics that predict and never block.", default=()),
        Field("obligations", OBLIGATIONS, "What must be written, how soon.", default=()),
        Field("waivers", WAIVER_POLICY, "What makes a waiver credible.", default=WaiverPolicy()),
        Field("release", RELEASE, "Facts of this release.", default=ReleaseFacts()),
        Field("governance", GOVERNANCE, "The frame: stages, bodies, times.", default=Governance()),
    ),
)
