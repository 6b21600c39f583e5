"""What was decided: polls with their sign-offs, quality verdicts, decisions, and overrides of a no-go.

Nothing here is ever deleted or rewritten. What stops counting is voided, with the reason; the row stays.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from flightrules.service.records.recorded import Ended, Recorded
from flightrules.service.records.tags import Tag

__all__ = ["GOING", "Carried", "Decision", "HandedOut", "Override", "Poll", "SignOff"]

_RELEASE = "releases.Release"
GOING = ("GO", "CONDITIONAL GO", "GO BY OVERRIDE")
"""Outcomes that let a release go."""


class Moment(models.TextChoices):
    """The two times at which a release is decided: weeks ahead, and right before it goes out."""

    AUTHORISATION = "authorisation"
    FINAL = "final"


class Poll(models.Model):
    """One asking of the required roles; open until it is decided, or given up."""

    recorded_as = Recorded("poll", (Tag.POLL_OPENED,), words=("release_id", "moment"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="polls")
    moment = models.CharField(max_length=13, choices=Moment.choices)
    edition = models.ForeignKey("catalogue.Edition", on_delete=models.PROTECT, related_name="polls")
    dossier = models.CharField(max_length=64, help_text="SHA-256 of what is shown now")
    asked = models.JSONField(
        default=dict, help_text="roles, number and required ones; verdict; decider; gates"
    )
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("release",),
                condition=models.Q(closed_at__isnull=True),
                name="decisions_one_open_poll",
            ),
        )


class HandedOut(models.Model):
    """Who was handed which dossier, and when first: a signature given in seconds shows against it."""

    recorded_as = Recorded(
        "release", (Tag.DOSSIER_HANDED_OUT,), key="release_id", words=("person", "dossier")
    )

    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="dossiers_handed_out")
    person = models.CharField(max_length=64)
    dossier = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("dossier",)),)
        constraints = (
            models.UniqueConstraint(
                fields=("release", "person", "dossier"), name="decisions_handed_out_once"
            ),
        )


class SignOff(models.Model):
    """One person, one role, one meaning, one dossier, one moment; proved to be that person at the signing."""

    class Act(models.TextChoices):
        """What was signed."""

        VERDICT = "verdict"
        VOTE = "vote"
        AUTHORISATION = "authorisation"
        OVERRIDE = "override"

    class Choice(models.TextChoices):
        """What it says; deferring and cancelling are decided alone, the last two are said to an override."""

        GO = "go"
        GO_WITH_CONDITIONS = "go-with-conditions"
        NO_GO = "no-go"
        DEFERRED = "deferred"
        CANCELLED = "cancelled"
        AGREE = "agree"
        DISSENT_ACKNOWLEDGED = "dissent-acknowledged"

    recorded_as = Recorded(
        "sign-off",
        (Tag.SIGNED_OFF,),
        words=(
            "release_id",
            "poll_id",
            "override_id",
            "act",
            "choice",
            "person",
            "holder",
            "role",
            "dossier",
        ),
        same=("through", "meaning", "conditions", "components", "proved_at"),
    )
    ended_as = Ended("sign-off", (Tag.SIGN_OFF_VOIDED, Tag.SIGN_OFF_WITHDRAWN), "voided_at")

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="sign_offs")
    act = models.CharField(max_length=13, choices=Act.choices)
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, null=True, related_name="sign_offs")
    override = models.ForeignKey("Override", on_delete=models.PROTECT, null=True, related_name="sign_offs")
    choice = models.CharField(max_length=20, choices=Choice.choices)
    role = models.CharField(max_length=60)
    holder = models.CharField(max_length=64, help_text="who holds the role; the same person, or stood in for")
    through = models.CharField(max_length=10, help_text="grant, deputy or delegation")
    person = models.CharField(max_length=64)
    account = models.CharField(max_length=64)
    printed_name = models.CharField(max_length=64, help_text="commitment to the name as it stood then")
    meaning = models.CharField(max_length=400, help_text="what the signature says, in a sentence")
    reason = models.CharField(max_length=64, blank=True, help_text="commitment to what the signer wrote")
    conditions = models.JSONField(default=list)
    dossier = models.CharField(max_length=64, help_text="SHA-256 of exactly what was shown")
    shown = models.JSONField(default=dict, help_text="gate runs and report digests that lay beside it")
    opened_at = models.DateTimeField(null=True, help_text="when this person was first handed the dossier")
    components = models.PositiveSmallIntegerField(help_text="identification components that were used")
    proved_at = models.DateTimeField()
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    voided_because = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = (models.Index(fields=("release", "act")), models.Index(fields=("person", "at")))
        constraints = (
            models.UniqueConstraint(
                fields=("poll", "person"),
                condition=models.Q(voided_at__isnull=True),
                name="decisions_one_vote_a_person",
            ),
            models.UniqueConstraint(
                fields=("poll", "role"),
                condition=models.Q(voided_at__isnull=True),
                name="decisions_one_vote_a_role",
            ),
            models.UniqueConstraint(
                fields=("release",),
                condition=models.Q(act="verdict", voided_at__isnull=True),
                name="decisions_one_quality_verdict",
            ),
            models.UniqueConstraint(
                fields=("override", "person"),
                condition=models.Q(voided_at__isnull=True),
                name="decisions_two_people_override",
            ),
            models.UniqueConstraint(
                fields=("override", "role"),
                condition=models.Q(voided_at__isnull=True),
                name="decisions_two_roles_override",
            ),
            models.CheckConstraint(
                condition=models.Q(act="vote", poll__isnull=False, override__isnull=True)
                | models.Q(act="override", poll__isnull=True, override__isnull=False)
                | models.Q(act__in=("verdict", "authorisation"), poll__isnull=True, override__isnull=True),
                name="decisions_a_sign_off_is_of_one_thing",
            ),
        )

    @property
    def lender(self) -> str:
        """Who lent the seat in which it was signed; a deputy was named by others."""
        return self.holder if self.through == "delegation" else ""

    @property
    def speakers(self) -> frozenset[str]:
        """Whose word it is: who signed, and who lent the seat."""
        return frozenset({self.person, self.lender} - {""})


class Carried(models.Model):
    """A sign-off that counts for another dossier than the one that was signed, by a rule that says so."""

    recorded_as = Recorded("sign-off", (Tag.SIGN_OFF_CARRIED,), key="sign_off_id", words=("dossier",))

    sign_off = models.ForeignKey(SignOff, on_delete=models.PROTECT, related_name="carried")
    poll = models.ForeignKey(
        Poll,
        on_delete=models.PROTECT,
        null=True,
        related_name="carried",
        help_text="into which; none: a verdict",
    )
    dossier = models.CharField(max_length=64, help_text="what it counts for from now on")
    rule = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("sign_off", "poll", "dossier"), name="decisions_carried_into_a_poll_once"
            ),
        )


class Decision(models.Model):
    """What was decided on one dossier; ``record`` is the decision record as it was made, by its digest.

    A release can be told to stay several times; only one decision at a time lets it go.
    """

    class Outcome(models.TextChoices):
        """GO BY OVERRIDE stays what it is for ever."""

        GO = "GO"
        CONDITIONAL_GO = "CONDITIONAL GO"
        NO_GO = "NO-GO"
        DEFERRED = "DEFERRED"
        CANCELLED = "CANCELLED"
        GO_BY_OVERRIDE = "GO BY OVERRIDE"

    recorded_as = Recorded(
        "decision",
        (Tag.DECISION_RECORDED,),
        words=("release_id", "outcome", "moment", "dossier", "record", "by"),
        same=("role", "environment", "artefacts", "conditions", "valid_until"),
    )
    ended_as = Ended("decision", (Tag.DECISION_VOIDED,), "voided_at")

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="decisions")
    moment = models.CharField(max_length=13, choices=Moment.choices)
    outcome = models.CharField(max_length=14, choices=Outcome.choices)
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, null=True, related_name="decisions")
    override = models.OneToOneField(
        "Override", on_delete=models.PROTECT, null=True, related_name="decision_made"
    )
    dossier = models.CharField(max_length=64)
    environment = models.CharField(max_length=60)
    artefacts = models.JSONField(help_text="SHA-256 by name of what was decided on")
    conditions = models.JSONField(default=list, help_text="what must be proved when it is deployed")
    record = models.CharField(max_length=64, help_text="digest of the decision record")
    by = models.CharField(max_length=64)
    role = models.CharField(max_length=60)
    at = models.DateTimeField()
    valid_until = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    voided_because = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = (models.Index(fields=("release", "at")), models.Index(fields=("outcome", "at")))
        constraints = (
            models.UniqueConstraint(
                fields=("release", "moment"),
                condition=models.Q(voided_at__isnull=True, outcome__in=GOING),
                name="decisions_one_standing_go",
            ),
            models.UniqueConstraint(fields=("poll",), name="decisions_one_decision_a_poll"),
            models.CheckConstraint(
                condition=models.Q(outcome="GO BY OVERRIDE", override__isnull=False)
                | ~models.Q(outcome="GO BY OVERRIDE") & models.Q(override__isnull=True),
                name="decisions_an_override_says_so",
            ),
        )


class Override(models.Model):
    """The asking for an override of a no-go: what exactly is accepted, and how far its two signatures are."""

    recorded_as = Recorded("override", (Tag.OVERRIDE_ASKED,), words=("release_id", "dossier", "statement"))
    ended_as = Ended("override", (Tag.OVERRIDE_ENDED,), "closed_at")

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="overrides")
    of = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="overrides", help_text="the no-go that was recorded"
    )
    dossier = models.CharField(max_length=64)
    criteria = models.JSONField(help_text="every criterion that fails, by id")
    defects = models.JSONField(help_text="every open defect that blocks, by number")
    blockers = models.JSONField(default=list, help_text="every blocker that is open, by key")
    statement = models.CharField(max_length=64, help_text="digest of the risk statement as it was drafted")
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    answer_due_at = models.DateTimeField(help_text="when the side that has not signed is escalated")
    escalated_at = models.DateTimeField(null=True)
    receipt_by = models.CharField(max_length=64, blank=True)
    receipt_at = models.DateTimeField(null=True, help_text="when the authority confirmed the risk statement")
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("release",),
                condition=models.Q(closed_at__isnull=True),
                name="decisions_one_open_override",
            ),
        )
