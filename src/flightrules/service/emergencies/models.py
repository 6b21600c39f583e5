"""Emergencies: who classified a release as one and why, what it is locked to, and what was confirmed of it.

A classification is never rewritten; what ends, ends with a reason and stays.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from flightrules.service.records.recorded import Recorded
from flightrules.service.records.tags import Tag

__all__ = ["Classification", "Confirmation", "Throttling"]

_RELEASE = "releases.Release"


class Throttling(models.Model):
    """A classification that was refused as the share of emergencies would be too large; lifted or not."""

    recorded_as = Recorded("throttling", (Tag.EMERGENCY_THROTTLED,), words=("release_id", "asked_by"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="throttlings")
    asked_by = models.CharField(max_length=64)
    role = models.CharField(max_length=60, help_text="in which the classification was asked for")
    share = models.CharField(max_length=200, help_text="the share as it was worked out, in words")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=64, blank=True)
    lifted_role = models.CharField(max_length=60, blank=True)
    lift_reason = models.CharField(max_length=64, blank=True, help_text="commitment to why")
    lift_until = models.DateTimeField(null=True, help_text="a lifting that was not used by then is none")

    class Meta:
        indexes = (models.Index(fields=("release", "at")),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True, lifted_by="")
                | models.Q(lifted_at__isnull=False)
                & ~models.Q(lifted_by="")
                & ~models.Q(lifted_by=models.F("asked_by"))
                & ~models.Q(lifted_role=models.F("role")),
                name="emergencies_lifted_by_a_second_authority",
            ),
        )


class Classification(models.Model):
    """The written word that a release is an emergency, before its track opens."""

    recorded_as = Recorded(
        "classification", (Tag.EMERGENCY_CLASSIFIED,), words=("release_id", "track", "classified_by")
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="classifications")
    edition = models.ForeignKey("catalogue.Edition", on_delete=models.PROTECT, related_name="classifications")
    track = models.CharField(max_length=60)
    former_track = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=64, help_text="commitment to why")
    reference = models.CharField(max_length=60, help_text="the P1 defect or the CVE")
    hotfix_of = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, null=True, related_name="hotfixes")
    paths = models.JSONField(help_text="what may change")
    authors = models.JSONField(help_text="keys of the people who wrote the change")
    classified_by = models.CharField(max_length=64)
    role = models.CharField(max_length=60)
    at = models.DateTimeField()
    share = models.CharField(max_length=200, help_text="of emergencies with this one, in words")
    lifted = models.OneToOneField(
        Throttling, on_delete=models.PROTECT, null=True, related_name="classification"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)
    ended_because = models.CharField(max_length=64, blank=True, help_text="commitment to why")

    class Meta:
        indexes = (models.Index(fields=("release", "at")),)
        constraints = (
            models.UniqueConstraint(
                fields=("release",),
                condition=models.Q(ended_at__isnull=True),
                name="emergencies_one_classification_a_release",
            ),
        )


class Confirmation(models.Model):
    """Somebody's signed word on one point of the emergency's list; the latest of a point stands.

    ``basis`` is what was there when it was given: a word on the change counts for that very change alone.
    """

    recorded_as = (
        Recorded(
            "classification",
            (
                Tag.EMERGENCY_POINT_CONFIRMED,
                Tag.EMERGENCY_VERBAL_SIGN_OFF,
                Tag.EMERGENCY_REVIEW_SCHEDULED,
                Tag.EMERGENCY_WRITTEN_SIGN_OFF,
            ),
            key="classification_id",
            words=("pk", "point", "by"),
        ),
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    classification = models.ForeignKey(Classification, on_delete=models.PROTECT, related_name="confirmations")
    point = models.CharField(max_length=30)
    by = models.CharField(max_length=64)
    role = models.CharField(max_length=60)
    at = models.DateTimeField()
    said_by = models.CharField(max_length=64, blank=True, help_text="whose word or duty it is")
    said_at = models.DateTimeField(null=True, help_text="when it was spoken, or when the review is held")
    until = models.DateTimeField(null=True, help_text="how long somebody is on call")
    seconds = models.PositiveIntegerField(null=True, help_text="how long the rollback took")
    link = models.CharField(max_length=2000, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of evidence of the release")
    text = models.CharField(max_length=64, blank=True, help_text="commitment to what was written")
    basis = models.CharField(max_length=64, help_text="SHA-256 over artefacts and diffs as they stood")

    class Meta:
        indexes = (models.Index(fields=("classification", "point", "at")),)
