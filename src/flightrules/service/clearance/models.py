"""What conditions of a deployment rest on, and which answers were given to whoever deploys.

Nothing here is changed or deleted: of readings that contradict each other the latest taken counts, and both
stay.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from flightrules.service.records.recorded import Recorded
from flightrules.service.records.tags import Tag

__all__ = ["Answer", "ConditionReading"]

_RELEASE = "releases.Release"


class ConditionReading(models.Model):
    """What somebody or something said of a condition at a moment: the value as text, exactly as it came."""

    recorded_as = Recorded(
        "condition-reading", (Tag.CONDITION_PROVED,), words=("release_id", "name", "value", "brought_by")
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="condition_readings")
    name = models.CharField(max_length=300, help_text="of what, as the condition says it")
    value = models.CharField(max_length=40)
    unit = models.CharField(max_length=20, blank=True)
    taken_at = models.DateTimeField(help_text="as stated by whoever brought it")
    received_at = models.DateTimeField()
    brought_by = models.CharField(max_length=64)
    role = models.CharField(max_length=60, blank=True, help_text="in which a person confirmed it")
    evidence = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what shows it")

    class Meta:
        indexes = (models.Index(fields=("release", "name", "taken_at")),)


class Answer(models.Model):
    """An answer that was put on record for whoever deploys: for which digest, where to, and why not."""

    recorded_as = Recorded(
        "clearance",
        (Tag.CLEARANCE_GIVEN, Tag.CLEARANCE_REFUSED),
        words=("artefact", "environment", "state", "asked_by"),
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    product = models.CharField(max_length=60, blank=True, help_text="empty where the artefact is not known")
    release = models.ForeignKey(
        _RELEASE, on_delete=models.PROTECT, null=True, related_name="clearance_answers"
    )
    artefact = models.CharField(max_length=64)
    environment = models.CharField(max_length=60)
    is_open = models.BooleanField()
    state = models.CharField(max_length=16)
    reasons = models.JSONField(default=list, help_text="codes of the reasons against it")
    asked_by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("artefact", "environment", "at")),
            models.Index(fields=("product", "at")),
        )
