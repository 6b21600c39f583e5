"""Blockers: what a signatory holds against a release, until it is resolved or accepted with a mitigation."""

from __future__ import annotations

from typing import TypeAlias
from uuid import uuid4

from django.db import models

from flightrules.service.records.recorded import Recorded
from flightrules.service.records.tags import Tag

__all__ = ["STANDING", "Blocker"]


class BlockerState(models.TextChoices):
    """Open ones are asked about. Overruled ones are not, and stand in the way of any other decision."""

    OPEN = "open"
    OVERRULED = "overruled"
    RESOLVED = "resolved"
    ACCEPTED = "accepted"


STANDING = (BlockerState.OPEN, BlockerState.OVERRULED)
"""What nobody has resolved or accepted."""


class Blocker(models.Model):
    """One objection. It is ended once and never opened again: who still sees it raises another ``again``.

    An override that names it overrules it and does not end it. Where the decision by that override ends, the
    blocker is open as before.
    """

    State: TypeAlias = BlockerState

    recorded_as = Recorded("blocker", (Tag.BLOCKER_RAISED,), words=("release_id", "raised_by"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey("releases.Release", on_delete=models.PROTECT, related_name="objections")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    title = models.CharField(max_length=200)
    impact = models.TextField(help_text="what it costs the business, in words and numbers")
    link = models.CharField(max_length=2000, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of evidence of the release")
    again = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="raised_again")
    raised_by = models.CharField(max_length=64)
    raised_at = models.DateTimeField()
    escalated_to = models.PositiveSmallIntegerField(default=0, help_text="levels that were asked so far")
    escalates_at = models.DateTimeField(null=True, help_text="when the next level is asked")
    overruled_by = models.UUIDField(null=True, help_text="the override that named it, last")
    overruled_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_in = models.CharField(max_length=60, blank=True, help_text="role of who accepted or answered it")
    said = models.TextField(blank=True, help_text="what resolved it, or what mitigates it")
    owner = models.CharField(max_length=120, blank=True, help_text="who sees to the mitigation")
    ended_link = models.CharField(max_length=2000, blank=True)
    ended_digest = models.CharField(max_length=64, blank=True)
    ended_run = models.UUIDField(null=True, help_text="gate run that shows it")
    ended_defect = models.CharField(max_length=60, blank=True, help_text="closed defect that shows it")
    ended_shown = models.CharField(max_length=8, blank=True, help_text="by what it was shown to be gone")
    proved_at = models.DateTimeField(null=True, help_text="when the one who accepted proved who they are")

    class Meta:
        indexes = (models.Index(fields=("release", "state")), models.Index(fields=("state", "escalates_at")))
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(state="accepted") | ~models.Q(ended_by=models.F("raised_by")),
                name="blockers_nobody_accepts_their_own",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=STANDING, ended_at__isnull=True)
                | ~models.Q(state__in=STANDING) & models.Q(ended_at__isnull=False),
                name="blockers_ended_or_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="overruled") | models.Q(overruled_by__isnull=False),
                name="blockers_overruled_by_something",
            ),
        )
