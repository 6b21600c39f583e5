"""Obligations as rows: what is owed, by when, how late it was paid, and how far up it was taken meanwhile.

Nothing here is deleted, and a late payment stays a late one: due time and payment stand side by side.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from flightrules.service.records.recorded import Recorded
from flightrules.service.records.tags import Tag

__all__ = ["Obligation"]


class Obligation(models.Model):
    """One debt with a clock, as the rulebook stood when it began.

    Whether it is overdue is a matter of ``due_at`` and the clock; ``overdue_at`` says when that was noted.
    """

    recorded_as = Recorded(
        "obligation",
        (Tag.OBLIGATION_OWED,),
        words=("release_id", "rule", "event", "owner"),
        same=("about", "what", "due_at"),
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey("releases.Release", on_delete=models.PROTECT, related_name="obligations")
    rule = models.CharField(max_length=60, help_text="its id in the rulebook, or of the shipped one")
    event = models.CharField(max_length=20, help_text="what started the clock")
    about = models.CharField(max_length=120, blank=True, help_text="kind/key of what started it")
    track = models.CharField(max_length=60, blank=True, help_text="that the release was on then")
    emergency = models.BooleanField(default=False, help_text="whether that track was an emergency's")
    what = models.TextField()
    owner = models.CharField(max_length=60, help_text="role that owes it")
    confirmer = models.CharField(max_length=60, blank=True, help_text="role that confirms it")
    escalates_to = models.CharField(max_length=60, blank=True)
    levels = models.JSONField(default=list, help_text="id, contacts and seconds to answer of each level")
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=64)
    due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    paid_by = models.CharField(max_length=64, blank=True)
    text = models.CharField(max_length=64, blank=True, help_text="commitment to what was written")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=64, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    overdue_at = models.DateTimeField(null=True, help_text="when it was noted that it is late")
    level = models.PositiveSmallIntegerField(default=0, help_text="how many levels were told")
    level_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True, help_text="when somebody is told next")

    class Meta:
        indexes = (
            models.Index(fields=("next_at",)),
            models.Index(fields=("due_at",)),
            models.Index(fields=("release", "event")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("release", "rule", "event", "about"),
                condition=models.Q(paid_at__isnull=True),
                name="obligations_one_open_debt_an_event",
            ),
            models.CheckConstraint(condition=models.Q(level__lte=3), name="obligations_three_levels"),
            models.CheckConstraint(
                condition=models.Q(paid_at__isnull=True, paid_by="", text="")
                | models.Q(paid_at__isnull=False) & ~models.Q(paid_by=""),
                name="obligations_paid_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, confirmed_by="")
                | models.Q(confirmed_at__isnull=False, paid_at__isnull=False)
                & ~models.Q(confirmed_by=models.F("paid_by")),
                name="obligations_confirmed_by_another",
            ),
        )
