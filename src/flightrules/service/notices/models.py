"""Where a product's notices go, and the messages on their way."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models

from flightrules.service.jobs.due import DueWork
from flightrules.service.records.recorded import Recorded
from flightrules.service.records.tags import Tag

__all__ = ["Channel", "Outbox", "Subscription"]


class Channel(models.TextChoices):
    """The ways out."""

    EMAIL = "email"
    SLACK = "slack"
    TEAMS = "teams"
    WEBHOOK = "webhook"


class Subscription(models.Model):
    """One channel of one product. Its address may be a secret itself, so it is sealed and not shown again."""

    recorded_as = Recorded("channel", (Tag.CHANNEL_OPENED,), words=("channel",))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    product = models.CharField(max_length=60, db_index=True)
    title = models.CharField(max_length=120)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.TextField(help_text="sealed")
    secret = models.TextField(blank=True, help_text="sealed; signs what a webhook is sent")
    shown = models.CharField(max_length=260, help_text="the host, or the mail address's domain")
    kinds = models.JSONField(default=list, help_text="kinds of notices; empty for all")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Outbox(DueWork):
    """One message to one recipient through one channel, written in the transaction of what it tells of."""

    LIMIT: ClassVar[int] = 54  # with an hour between the later ones: a channel may be down for two days

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    once = models.CharField(max_length=64, unique=True, help_text="digest of event, kind, recipient, channel")
    product = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=120, help_text="kind/key of what it is about")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    person = models.CharField(
        max_length=64, blank=True, help_text="key of the person, for mail to one person"
    )
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, null=True)
    context = models.JSONField(default=dict)
    told_at = models.DateTimeField()

    class Meta(DueWork.Meta):
        indexes: ClassVar[tuple[models.Index, ...]] = (
            *DueWork.Meta.indexes,
            models.Index(fields=("product", "key")),  # a page of a product's notices, in the order of pages
        )
