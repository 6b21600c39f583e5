"""The ledger's tables. The database itself refuses to change or delete what was recorded (migration 0002)."""

from __future__ import annotations

from django.db import models

__all__ = ["Blob", "Checkpoint", "Entry", "Office", "PersonalDatum", "Stream"]


class Office(models.Model):
    """This installation; its key is part of the origin that every checkpoint names."""

    key = models.UUIDField(unique=True)


class Stream(models.Model):
    """One append-only sequence of entries and its tip; the row is the lock that orders writers."""

    name = models.CharField(max_length=120, unique=True)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    last = models.BinaryField(default=b"", max_length=32, help_text="leaf hash of the newest entry")
    head = models.TextField(default="", help_text="signed checkpoint over all entries")


class Entry(models.Model):
    """One recorded act: the canonical bytes as they were hashed, and columns to find them by."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="entries")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    tag = models.CharField(max_length=60)
    actor = models.CharField(max_length=64)
    subject = models.CharField(max_length=120)
    body = models.BinaryField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("stream", "seq"), name="records_one_entry_a_place"),)
        indexes = (models.Index(fields=("subject", "id")), models.Index(fields=("tag", "at")))


class Checkpoint(models.Model):
    """A signed head that was kept or handed out: after a decision, in a report, in an export."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.BigIntegerField()
    note = models.TextField()
    at = models.DateTimeField()
    anchors = models.JSONField(default=list, help_text="outside witnesses: RFC 3161 tokens, git notes")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("stream", "size"), name="records_one_checkpoint_a_size"),
        )


class PersonalDatum(models.Model):
    """What an entry's commitment stands for; erasing it leaves the ledger whole and the value unknowable."""

    commitment = models.CharField(max_length=64, primary_key=True)
    salt = models.BinaryField(null=True)
    value = models.TextField(null=True)
    about = models.CharField(max_length=64, db_index=True, help_text="key of the person")
    erased_at = models.DateTimeField(null=True)


class Blob(models.Model):
    """Evidence bytes that were taken in, by their SHA-256; where they lie is the store's business."""

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
