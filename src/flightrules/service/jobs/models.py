"""What the workers leave behind of themselves: a sign of life."""

from __future__ import annotations

from django.db import models

__all__ = ["WorkerBeat"]


class WorkerBeat(models.Model):
    """One worker process and when it last swept."""

    worker = models.CharField(max_length=120, primary_key=True, help_text="host and process")
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)
