"""Releases: what goes out, out of which artefacts, when, and how long it was really tested."""

from __future__ import annotations

from typing import TypeAlias
from uuid import uuid4

from django.db import models

from flightrules.service.records.recorded import Recorded
from flightrules.service.records.tags import Tag
from flightrules.service.records.told import Aside, Told
from flightrules.service.releases.facts import EDITABLE

__all__ = ["Artefact", "Authorship", "ClockSpan", "Release"]


class ReleaseState(models.TextChoices):
    """Where it stands; DECIDED and what follows belong to the people who decide (see ``services``)."""

    DRAFT = "draft"
    IN_TEST = "in-test"
    READY = "ready"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Release(models.Model):
    """A versioned scope that goes to users. ``revision`` counts edits, so that nobody overwrites unseen."""

    State: TypeAlias = ReleaseState

    class Entry(models.TextChoices):
        """What the entry gate said last."""

        UNKNOWN = "unknown"
        MET = "met"
        FAILED = "failed"

    recorded_as = Recorded("release", (Tag.RELEASE_OPENED,), words=("version", "opened_by"))
    told_as = Told(
        "release",
        (Tag.RELEASE_OPENED, Tag.RELEASE_CHANGED, Tag.ENTRY_OVERRIDDEN),
        usual=(*EDITABLE, "emergency"),
        fields=("state",),
        asides={
            Tag.EMERGENCY_CLASSIFIED: Aside("release", ("track",), {"emergency": True}),
            Tag.EMERGENCY_ENDED: Aside("release", ("track",), {"emergency": False}),
        },
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    product = models.ForeignKey("catalogue.Product", on_delete=models.PROTECT, related_name="releases")
    version = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    release_class = models.CharField(max_length=60, blank=True)
    track = models.CharField(max_length=60, blank=True)
    target = models.CharField(max_length=60, blank=True, help_text="environment that it is meant for")
    build = models.CharField(max_length=200, blank=True)
    justification = models.TextField(blank=True)
    security_impact = models.TextField(blank=True, help_text="what it means for security; none is said too")
    rollback_method = models.TextField(blank=True, help_text="how to go back; empty for the rulebook's word")
    rollback_owner = models.CharField(max_length=200, blank=True, help_text="who goes back, best a role")
    rollback_minutes = models.PositiveIntegerField(null=True, help_text="how long that takes")
    scope_in = models.JSONField(default=list)
    scope_out = models.JSONField(default=list)
    touches = models.JSONField(default=list)
    tickets = models.JSONField(default=list)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=60, blank=True, help_text="IANA name, as people say the window")
    entry = models.CharField(max_length=8, choices=Entry.choices, default=Entry.UNKNOWN)
    entry_failing = models.JSONField(default=list, help_text="criteria that keep the entry gate shut")
    entry_overridden = models.JSONField(default=list, help_text="criteria set aside by an override")
    emergency = models.CharField(
        max_length=64, blank=True, help_text="key of the classification that put it on an emergency's track"
    )
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("product", "version"), name="releases_one_release_a_version"),
        )
        indexes = (
            models.Index(fields=("product", "state")),
            models.Index(fields=("product", "key")),  # a page of a product's releases
            models.Index(fields=("version",)),
        )


class Artefact(models.Model):
    """One thing that is shipped, by its SHA-256. Another digest under its name replaces it; both stay."""

    recorded_as = Recorded("release", (Tag.ARTEFACT_ADDED,), key="release_id", words=("name", "digest"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="artefacts")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    added_by = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("release", "name"),
                condition=models.Q(replaced_at__isnull=True),
                name="releases_one_artefact_a_name",
            ),
        )
        indexes = (models.Index(fields=("digest",)),)


class ClockSpan(models.Model):
    """A stretch of time in which testing counted: from when the entry gate let it start until it was shut."""

    recorded_as = Recorded("release", (Tag.TEST_CLOCK_STARTED,), key="release_id", words=("because",))

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="spans")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    because = models.TextField()
    stopped_because = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("release",),
                condition=models.Q(stopped_at__isnull=True),
                name="releases_one_running_clock",
            ),
        )


class Authorship(models.Model):
    """Who wrote the commits of a release, as stated; ``unknown`` addresses match nobody here."""

    recorded_as = Recorded("authorship", (Tag.CHANGE_AUTHORS_STATED,), words=("head", "unknown"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="authorships")
    base = models.CharField(max_length=64, blank=True)
    head = models.CharField(max_length=64)
    commits = models.PositiveIntegerField()
    authors = models.JSONField(help_text="keys of the people who are known")
    unknown = models.PositiveIntegerField()
    stated_by = models.CharField(max_length=64)
    stated_at = models.DateTimeField()
