"""Change requests on their way, the sessions and votes that authorise them, and go/no-go meetings."""

from __future__ import annotations

from typing import TypeAlias
from uuid import uuid4

from django.db import models

from flightrules.engine.change_lifecycle import ChangeState, Type
from flightrules.engine.separation import Voice
from flightrules.service.records.recorded import Recorded
from flightrules.service.records.tags import Tag

__all__ = [
    "AgendaItem",
    "Attendance",
    "BoardAnswer",
    "BoardVote",
    "ChangeRequest",
    "Meeting",
    "Scorecard",
    "Session",
]

_PRODUCT, _RELEASE = "catalogue.Product", "releases.Release"
_VOIDED = models.Q(voided_at__isnull=True)


def _words(kind: type[ChangeState | Type]) -> list[tuple[str, str]]:
    return [(one.value, one.value) for one in kind]


class ChangeRequest(models.Model):
    """One change, or the template of standard changes. ``revision`` counts edits and moves."""

    recorded_as = Recorded("change-request", (Tag.CHANGE_RAISED,), words=("product_id", "requester"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    product = models.ForeignKey(_PRODUCT, on_delete=models.PROTECT, related_name="change_requests")
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, null=True, related_name="change_requests")
    is_template = models.BooleanField(default=False)
    template = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followers")
    type = models.CharField(max_length=9, choices=_words(Type))
    state = models.CharField(max_length=9, choices=_words(ChangeState), default=ChangeState.NEW.value)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    risk = models.TextField(blank=True)
    impact = models.TextField(blank=True)
    security_impact = models.TextField(blank=True)
    rollback_owner = models.CharField(max_length=120, blank=True)
    rollback_minutes = models.PositiveIntegerField(null=True)
    rollback_steps = models.CharField(max_length=2000, blank=True, help_text="where the steps are written")
    rollback_link = models.CharField(max_length=2000, blank=True, help_text="what shows that it was tested")
    rollback_digest = models.CharField(max_length=64, blank=True)
    communication = models.TextField(blank=True)
    implementation = models.TextField(blank=True)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=60, blank=True)
    requester = models.CharField(max_length=64)
    raised_at = models.DateTimeField()
    implementer = models.CharField(max_length=64, blank=True)
    implemented_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=24, blank=True)
    notes = models.TextField(blank=True, help_text="how it went")
    review = models.TextField(blank=True, help_text="what was learnt")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("product", "state")),)
        constraints = (
            models.UniqueConstraint(
                fields=("release",),
                condition=~models.Q(state="canceled") & models.Q(release__isnull=False),
                name="board_one_change_request_a_release",
            ),
            models.CheckConstraint(
                condition=models.Q(is_template=True, release__isnull=True, type="normal")
                | models.Q(is_template=False, release__isnull=False),
                name="board_a_template_has_no_release",
            ),
        )


class SessionKind(models.TextChoices):
    """Regular, or called together for an emergency with a smaller quorum."""

    REGULAR = "regular"
    EMERGENCY = "emergency"


class Session(models.Model):
    """One sitting of a board; its composition is that of the rulebook when it was called."""

    Kind: TypeAlias = SessionKind

    recorded_as = Recorded("board-session", (Tag.SESSION_CALLED,), words=("product_id", "body"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    product = models.ForeignKey(_PRODUCT, on_delete=models.PROTECT, related_name="board_sessions")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    body = models.CharField(max_length=60)
    chair = models.CharField(max_length=60, help_text="role that leads it")
    members = models.JSONField(help_text="roles that sit on it")
    quorum = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(help_text="time box of the whole")
    called_by = models.CharField(max_length=64)
    called_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True, help_text="when it was closed")
    held_by = models.CharField(max_length=64, blank=True)


class AgendaItem(models.Model):
    """One change request on the agenda of a session, in its place, with its time."""

    recorded_as = Recorded(
        "board-session", (Tag.SESSION_CALLED,), key="session_id", words=("change_id",), several=True
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="items")
    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="items")
    place = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("session", "place"), name="board_one_item_a_place"),
            models.UniqueConstraint(fields=("session", "change"), name="board_one_item_a_change"),
        )


class Scorecard(models.Model):
    """Five areas of one change as they were rated, each on evidence that can be looked at."""

    recorded_as = Recorded(
        "change-request", (Tag.CHANGE_SCORED,), key="item__change_id", words=("digest", "by")
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="scorecards")
    areas = models.JSONField(help_text="by area: rating, link, sha256, rationale")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the areas as canonical JSON")
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, help_text="when another one took its place")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("item",), condition=_VOIDED, name="board_one_scorecard_an_item"),
        )


class BoardVote(models.Model):
    """One member's voice on one change: one person, one seat, on exactly what was shown."""

    class Choice(models.TextChoices):
        """An abstention counts for the quorum and for nothing else."""

        APPROVE = "approve"
        REJECT = "reject"
        ABSTAIN = "abstain"

    recorded_as = Recorded(
        "change-request",
        (Tag.CHANGE_VOTED,),
        key="item__change_id",
        words=("person", "role", "choice", "shown"),
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="votes")
    person = models.CharField(max_length=64)
    role = models.CharField(max_length=60, help_text="the seat, as the rulebook calls it")
    holder = models.CharField(max_length=64)
    through = models.CharField(max_length=10)
    choice = models.CharField(max_length=7, choices=Choice.choices)
    reason = models.TextField(blank=True)
    shown = models.CharField(max_length=64, help_text="SHA-256 of what was shown")
    components = models.PositiveSmallIntegerField()
    proved_at = models.DateTimeField()
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, help_text="when it was given anew on what had changed")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("item", "person"), condition=_VOIDED, name="board_one_vote_a_person"
            ),
            models.UniqueConstraint(fields=("item", "role"), condition=_VOIDED, name="board_one_vote_a_seat"),
        )

    @property
    def voice(self) -> Voice:
        """As voices are counted."""
        lender = self.holder if self.through == "delegation" else ""
        return Voice(self.person, self.role, self.holder, lender)


class BoardAnswer(models.Model):
    """What the board said of one change, by its chair: approval or rejection. Not the go-live decision."""

    class Outcome(models.TextChoices):
        """One of two; no answer is none."""

        APPROVED = "approved"
        REJECTED = "rejected"

    recorded_as = Recorded(
        "change-request",
        (Tag.CHANGE_AUTHORISED, Tag.CHANGE_REJECTED),
        key="change_id",
        words=("by", "outcome", "shown"),
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="answers")
    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="answer")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    rationale = models.TextField()
    shown = models.CharField(max_length=64, help_text="SHA-256 of what was shown; its bytes are kept")
    voters = models.JSONField(help_text="whose voices counted: person, role, choice")
    by = models.CharField(max_length=64)
    role = models.CharField(max_length=60)
    holder = models.CharField(max_length=64)
    through = models.CharField(max_length=10)
    components = models.PositiveSmallIntegerField()
    proved_at = models.DateTimeField()
    at = models.DateTimeField()
    lapsed_at = models.DateTimeField(null=True, help_text="when it was found that what was shown had changed")
    lapsed_because = models.TextField(blank=True)


class Meeting(models.Model):
    """A go/no-go meeting on one release; its minutes are made from the ledger when it is closed."""

    recorded_as = Recorded("meeting", (Tag.MEETING_CALLED,), words=("release_id", "called_by"))

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    release = models.ForeignKey(_RELEASE, on_delete=models.PROTECT, related_name="meetings")
    agenda = models.JSONField(help_text="items with their minutes, in order")
    invited = models.JSONField(help_text="roles")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(help_text="time box of the whole")
    called_by = models.CharField(max_length=64)
    called_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, help_text="when the first one came")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    addressed_first = models.JSONField(default=list, help_text="what has to be done before it is tried again")
    minutes_digest = models.CharField(max_length=64, blank=True, help_text="the minutes as canonical JSON")
    markdown_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("release",),
                condition=models.Q(closed_at__isnull=True),
                name="board_one_open_meeting",
            ),
        )


class Attendance(models.Model):
    """Who was there from when to when, in a session or a meeting; said by nobody but themselves."""

    recorded_as = (
        Recorded("meeting", (Tag.MEETING_ATTENDED,), key="meeting_id", words=("person",)),
        Recorded("board-session", (Tag.SESSION_ATTENDED,), key="session_id", words=("person",)),
    )

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, related_name="attendance")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="attendance")
    person = models.CharField(max_length=64)
    roles = models.JSONField(help_text="invited roles that the person speaks in; none is a guest")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(meeting__isnull=False, session__isnull=True)
                | models.Q(meeting__isnull=True, session__isnull=False),
                name="board_attendance_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=("meeting", "person"),
                condition=models.Q(left_at__isnull=True),
                name="board_one_chair_a_person_in_a_meeting",
            ),
            models.UniqueConstraint(
                fields=("session", "person"),
                condition=models.Q(left_at__isnull=True),
                name="board_one_chair_a_person_in_a_session",
            ),
        )
