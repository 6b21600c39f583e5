"""What a release is judged by: evidence as it arrived, gate runs, and the registers that people keep."""

from __future__ import annotations

from typing import TypeAlias
from uuid import uuid4

from django.db import models

from flightrules.service.jobs.due import DueWork
from flightrules.service.records.recorded import Ended, Recorded
from flightrules.service.records.tags import Tag
from flightrules.service.records.told import Aside, Told

__all__ = [
    "Acceptance",
    "Approval",
    "ChecklistItem",
    "Defect",
    "EvidenceItem",
    "GateRun",
    "RegisterReview",
    "Risk",
    "Waiver",
]

_RELEASE = "releases.Release"
DIGESTED = ("statuses", "blockers", "cautions", "claim")
"""What the entry of a gate run holds the digest of."""
_PRODUCT = "catalogue.Product"


class EvidenceItem(models.Model):
    """One artefact as it was received: which bytes, for which method, what was stated with them.

    A later one of the same method and name supersedes it; both stay. Nothing here is ever deleted: a
    tombstone says who took it out of the judgement and why; its method has no data until more comes.
    """

    class Part(models.TextChoices):
        """What it is to its method: the measurement, what NEW is compared with, or which lines are new."""

        EVIDENCE = "evidence"
        BASELINE = "baseline"
        CHANGES = "changes"

    recorded_as = Recorded(
        "evidence",
        (Tag.EVIDENCE_RECEIVED,),
        words=("release_id", "digest", "method", "brought_by"),
        same=("name", "part", "size", "build", "environment", "artefact", "artefact_by", "taken_at"),
    )
    ended_as = Ended("evidence", (Tag.EVIDENCE_TOMBSTONED,), "tombstoned_at")
    told_as = Told(
        "evidence",
        (Tag.EVIDENCE_RECEIVED,),
        fields=("supersedes",),
        usual=("superseded_at",),
        asides={Tag.EVIDENCE_RECEIVED: Aside("supersedes", sets={"superseded_at": True})},
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="evidence")
    product = models.CharField(max_length=60)
    method = models.CharField(max_length=120)
    name = models.CharField(max_length=255)
    part = models.CharField(max_length=8, choices=Part.choices, default=Part.EVIDENCE)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    build = models.CharField(max_length=200, blank=True)
    environment = models.CharField(max_length=120, blank=True)
    artefact = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was tested")
    artefact_by = models.CharField(max_length=8, blank=True, help_text="stated, or receipt")
    taken_at = models.DateTimeField(null=True, help_text="as stated by the sender")
    received_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="when these bytes were first received for the product")
    seen_for = models.CharField(max_length=60, blank=True, help_text="version that they were first of")
    brought_by = models.CharField(max_length=64)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="later")
    superseded_at = models.DateTimeField(null=True)
    tombstoned_at = models.DateTimeField(null=True)
    tombstoned_by = models.CharField(max_length=64, blank=True)
    tombstone_reason = models.TextField(blank=True)
    fewer_accepted_at = models.DateTimeField(null=True, help_text="that it holds fewer tests than before")
    fewer_accepted_by = models.CharField(max_length=64, blank=True)
    fewer_reason = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("release", "method", "name")),
            models.Index(fields=("product", "digest")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("release", "method", "name", "part"),
                condition=models.Q(superseded_at__isnull=True),
                name="readiness_one_current_evidence",
            ),
        )


class GateRun(DueWork):
    """One gate judged by the service itself, from the bytes it holds; a claim of CI only stands beside."""

    recorded_as = Recorded(
        "gate-run", (Tag.GATE_RUN_ASKED, Tag.GATE_RUN_RECORDED), words=("release_id", "gate")
    )
    ended_as = Ended("gate-run", (Tag.GATE_RUN_RECORDED,), "judged_at", words=("outcome", "inputs"))
    told_as = Told(
        "gate-run",
        (Tag.GATE_RUN_RECORDED,),
        fields=(
            *("outcome", "inputs", "counts", "evidence", "reports", "asked_by", "release_class", "track"),
            *("advise", "stands_until", *DIGESTED),
        ),
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="gate_runs")
    edition = models.ForeignKey("catalogue.Edition", on_delete=models.PROTECT, related_name="gate_runs")
    gate = models.CharField(max_length=60)
    kind = models.CharField(max_length=8)
    release_class = models.CharField(max_length=60, blank=True, help_text="of the release when it was judged")
    track = models.CharField(max_length=60, blank=True, help_text="that the release was on then")
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)
    advise = models.BooleanField(default=False)
    inputs = models.CharField(max_length=64, blank=True, help_text="SHA-256 over all that it was judged on")
    stands_until = models.DateTimeField(null=True, help_text="when the first thing that it rests on expires")
    counts = models.JSONField(default=dict, help_text="criteria by status")
    blockers = models.JSONField(default=list)
    cautions = models.JSONField(default=list)
    statuses = models.JSONField(default=dict, help_text="status by criterion")
    evidence = models.JSONField(default=list, help_text="digests of the bytes that were read")
    reports = models.JSONField(default=dict, help_text="digest of each report by its form")
    claim = models.JSONField(null=True, help_text="what CI said, as it said it")
    differences = models.JSONField(default=list, help_text="where the claim and the judgement differ")

    class Meta(DueWork.Meta):
        indexes = (
            *DueWork.Meta.indexes,
            models.Index(fields=("release", "gate", "asked_at")),
        )


class DefectState(models.TextChoices):
    """Whether it still has to be dealt with."""

    OPEN = "open"
    DONE = "done"


class Defect(models.Model):
    """A known defect of a product, over releases, as people keep it; what the tracker reports is evidence."""

    State: TypeAlias = DefectState

    class Standing(models.TextChoices):
        """How it comes to be open: found too late, or known and being worked on."""

        MISSED = "missed"
        BEING_FIXED = "being-fixed"

    recorded_as = Recorded("defect", (Tag.DEFECT_RECORDED,), words=("number",))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    product = models.ForeignKey(_PRODUCT, on_delete=models.PROTECT, related_name="defects")
    number = models.CharField(max_length=60, help_text="the tracker's name for it, such as PROJ-441")
    title = models.CharField(max_length=500)
    severity = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.BEING_FIXED)
    url = models.CharField(max_length=2000, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    affected_users = models.TextField(blank=True)
    workaround = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("product", "number"), name="readiness_one_defect_a_number"),
        )


class RegisterReview(models.Model):
    """Somebody's word that the register of defects is complete for one release, as it stood then."""

    recorded_as = Recorded("register-review", (Tag.REGISTER_CONFIRMED,), words=("release_id", "by"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="register_reviews")
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    listed = models.PositiveIntegerField(help_text="defects in the register then")
    open = models.JSONField(help_text="of these open, by severity")


class Acceptance(models.Model):
    """A defect shipped on purpose with one release: the eight things that must be said, and who said yes."""

    recorded_as = Recorded("defect", (Tag.DEFECT_ACCEPTED,), key="defect_id", words=("pk", "release_id"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    defect = models.ForeignKey(Defect, on_delete=models.PROTECT, related_name="acceptances")
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="acceptances")
    severity = models.CharField(max_length=60, help_text="as it was when it was accepted")
    affected_users = models.TextField()
    business_impact = models.TextField()
    mitigation = models.TextField()
    monitoring = models.TextField()
    resolution_target = models.DateField()
    expires_at = models.DateTimeField()
    roles = models.JSONField(help_text="who must accept, by the severity policy in force")
    time = models.PositiveSmallIntegerField(default=1, help_text="1 the first time, 2 the second ...")
    opened_at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True, help_text="when everybody who must had accepted")
    voided_at = models.DateTimeField(null=True)
    voided_because = models.TextField(blank=True)
    reminded_at = models.DateTimeField(null=True, help_text="when they were told that it expires soon")

    class Meta:
        indexes = (models.Index(fields=("expires_at",)),)
        constraints = (
            models.UniqueConstraint(
                fields=("defect", "release"),
                condition=models.Q(voided_at__isnull=True),
                name="readiness_one_acceptance_a_release",
            ),
        )


class Waiver(models.Model):
    """A failed criterion set aside for one release: why, what stands in its place, until when, by whom."""

    recorded_as = Recorded(
        "waiver", (Tag.WAIVER_GRANTED,), words=("release_id", "criterion"), same=("expires_at",)
    )
    ended_as = Ended("waiver", (Tag.WAIVER_ENDED,), "ended_at")

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="waivers")
    criterion = models.CharField(max_length=60)
    reason = models.TextField()
    compensating_control = models.TextField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True, help_text="when it was told that it expires soon")


class Approval(models.Model):
    """One person's yes to an acceptance or a waiver, in one role."""

    recorded_as = (
        Recorded(
            "defect",
            (Tag.DEFECT_ACCEPTED,),
            key="acceptance__defect_id",
            words=("acceptance_id", "person", "role"),
        ),
        Recorded("waiver", (Tag.WAIVER_GRANTED,), key="waiver_id", words=("person", "role")),
    )

    acceptance = models.ForeignKey(Acceptance, on_delete=models.PROTECT, null=True, related_name="approvals")
    waiver = models.ForeignKey(Waiver, on_delete=models.PROTECT, null=True, related_name="approvals")
    role = models.CharField(max_length=60)
    person = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(acceptance__isnull=True) ^ models.Q(waiver__isnull=True),
                name="readiness_approval_is_of_one_thing",
            ),
            models.UniqueConstraint(fields=("acceptance", "person"), name="readiness_one_yes_a_person"),
            models.UniqueConstraint(fields=("acceptance", "role"), name="readiness_one_yes_a_role"),
            models.UniqueConstraint(fields=("waiver", "person"), name="readiness_one_waiving_a_person"),
        )


class RiskState(models.TextChoices):
    """A closed risk stays on record."""

    OPEN = "open"
    CLOSED = "closed"


class Risk(models.Model):
    """Something that may go wrong: how bad, how likely, what is done, by whom, looked at again when."""

    class Level(models.TextChoices):
        """Three levels for impact and probability alike."""

        LOW = "low"
        MEDIUM = "medium"
        HIGH = "high"

    State: TypeAlias = RiskState

    recorded_as = Recorded("risk", (Tag.RISK_RECORDED,), words=("release_id",))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="risks")
    title = models.CharField(max_length=500)
    impact = models.CharField(max_length=6, choices=Level.choices)
    probability = models.CharField(max_length=6, choices=Level.choices)
    mitigation = models.TextField(blank=True)
    owner = models.CharField(max_length=120)
    review_on = models.DateField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    recorded_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)


class ChecklistItem(models.Model):
    """One point of a checklist of one release, with who answers for it and where it can be looked up."""

    recorded_as = Recorded(
        "release",
        (Tag.CHECKLIST_CHANGED,),
        key="release_id",
        words=("checklist", "text"),
        several=True,
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="checklist_items")
    checklist = models.CharField(max_length=60)
    place = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    owner = models.CharField(max_length=120, blank=True)
    evidence = models.CharField(max_length=2000, blank=True, help_text="link to what shows that it is done")
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("release", "checklist", "place"), name="readiness_one_item_a_place"
            ),
        )
