"""What the door remembers: the answers that were given under an idempotency key."""

from __future__ import annotations

from django.db import models

__all__ = ["KeptAnswer"]


class KeptAnswer(models.Model):
    """One state change that a client asked for under its own key; written in the change's transaction."""

    account = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    scopes = models.JSONField(
        null=True, help_text="of the token that asked; none: of no token, so all powers"
    )
    product = models.CharField(max_length=60, blank=True, help_text="that the token was for alone")
    asked = models.CharField(max_length=64, help_text="SHA-256 over method, path and body")
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(default=b"")
    content_type = models.CharField(max_length=80, default="application/json")
    kept_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "key"), name="door_one_answer_a_key"),)
