"""Products and the editions of their rulebook; an edition never changes, a change is another edition."""

from __future__ import annotations

from typing import TypeAlias
from uuid import uuid4

from django.db import models

from flightrules.service.records.recorded import Recorded
from flightrules.service.records.tags import Tag

__all__ = ["Agreement", "Edition", "Product"]


class Product(models.Model):
    """What is released; its key is chosen once and stands in every address and in the name of its ledger."""

    recorded_as = Recorded("product", (Tag.PRODUCT_OPENED,))

    key = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)


class EditionState(models.TextChoices):
    """Only one edition of a product is adopted at a time."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"


class Edition(models.Model):
    """One version of a product's rulebook: proposed, signed by those who negotiate, adopted, superseded."""

    State: TypeAlias = EditionState

    recorded_as = Recorded("rulebook", (Tag.RULEBOOK_PROPOSED,), words=("bytes_digest", "meaning_digest"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    bytes_digest = models.CharField(max_length=64, help_text="SHA-256 of the file as it was proposed")
    meaning_digest = models.CharField(max_length=71, help_text="sha256: over what the file means")
    size = models.PositiveIntegerField()
    file_name = models.CharField(max_length=120)
    reason = models.TextField(blank=True)
    negotiators = models.JSONField(default=list, help_text="roles of which each must sign")
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    adopted_at = models.DateTimeField(null=True)
    changed = models.JSONField(default=list, help_text="what differs from the edition that was in force")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("product", "number"), name="catalogue_one_edition_a_number"),
            models.UniqueConstraint(
                fields=("product",),
                condition=models.Q(state="adopted"),
                name="catalogue_one_edition_in_force",
            ),
        )


class Agreement(models.Model):
    """One person's signature under an edition, in one of the negotiating roles."""

    recorded_as = Recorded("rulebook", (Tag.RULEBOOK_SIGNED,), key="edition_id", words=("person", "role"))

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="agreements")
    role = models.CharField(max_length=60)
    person = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("edition", "role"), name="catalogue_one_signature_a_role"),
            models.UniqueConstraint(fields=("edition", "person"), name="catalogue_one_signature_a_person"),
        )
