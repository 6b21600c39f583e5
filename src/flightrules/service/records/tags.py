"""What can happen, as ``source:subject:action`` in the past; a tag once written never changes or vanishes."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Tag", "is_decision"]


class Tag(StrEnum):
    """Every kind of entry; tests/service/records holds the list of those that were ever released."""

    ACT_DENIED = "office:act:denied"
    KEY_ADOPTED = "office:key:adopted"
    PERSONAL_DATA_ERASED = "office:personal-data:erased"
    RESTORED = "office:ledger:restored"
    ANCHORED = "office:ledger:anchored"

    ACCOUNT_OPENED = "people:account:opened"
    ACCOUNT_CHANGED = "people:account:changed"
    ACCOUNT_DISABLED = "people:account:disabled"
    ACCOUNT_ENABLED = "people:account:enabled"
    MACHINE_REGISTERED = "people:machine:registered"
    TOKEN_ISSUED = "people:token:issued"  # noqa: S105 -- a kind of event
    TOKEN_REVOKED = "people:token:revoked"  # noqa: S105 -- a kind of event
    TEAM_CHANGED = "people:team:changed"
    ROLE_GRANTED = "people:role:granted"
    ROLE_REVOKED = "people:role:revoked"
    DELEGATED = "people:delegation:made"
    DELEGATION_ENDED = "people:delegation:ended"
    RASCI_AGREED = "people:rasci:agreed"
    SETUP_LINK_MADE = "people:setup-link:made"
    INVITED = "people:invitation:made"
    MACHINE_DISABLED = "people:machine:disabled"
    MACHINE_IDENTITY_ADDED = "people:machine-identity:added"
    MACHINE_IDENTITY_ENDED = "people:machine-identity:ended"
    MACHINE_KEY_ADDED = "people:machine-key:added"
    MACHINE_KEY_ENDED = "people:machine-key:ended"
    DEPUTY_NAMED = "people:deputy:named"
    DEPUTY_ENDED = "people:deputy:ended"
    IDENTITY_PROVED = "people:identity:proved"
    IDENTITY_LOCKED = "people:identity:locked"
    CONFIRMATION_ASKED = "people:confirmation:asked"
    CONFIRMED = "people:confirmation:confirmed"
    CONFIRMATION_REFUSED = "people:confirmation:refused"

    CHANNEL_OPENED = "notices:channel:opened"
    CHANNEL_ENDED = "notices:channel:ended"
    CHANNEL_TRIED = "notices:channel:tried"
    NOTICE_GIVEN_UP = "notices:notice:given-up"
    NOTICE_SENT_AGAIN = "notices:notice:sent-again"

    PRODUCT_OPENED = "catalogue:product:opened"
    PRODUCT_CHANGED = "catalogue:product:changed"
    ENVIRONMENTS_AGREED = "catalogue:environments:agreed"
    RULEBOOK_PROPOSED = "catalogue:rulebook:proposed"
    RULEBOOK_SIGNED = "catalogue:rulebook:signed"
    RULEBOOK_ADOPTED = "catalogue:rulebook:adopted"

    RELEASE_OPENED = "release:release:opened"
    RELEASE_CHANGED = "release:release:changed"
    ARTEFACT_ADDED = "release:artefact:added"
    CHANGE_AUTHORS_STATED = "release:change-authors:stated"
    TEST_CLOCK_STARTED = "release:test-clock:started"
    TEST_CLOCK_STOPPED = "release:test-clock:stopped"
    ENTRY_OVERRIDDEN = "release:entry-criteria:overridden"

    EVIDENCE_RECEIVED = "readiness:evidence:received"
    EVIDENCE_REFUSED = "readiness:evidence:refused"
    EVIDENCE_TOMBSTONED = "readiness:evidence:tombstoned"
    FEWER_TESTS_ACCEPTED = "readiness:evidence:fewer-tests-accepted"
    GATE_RUN_ASKED = "readiness:gate-run:asked"
    GATE_RUN_RECORDED = "readiness:gate-run:recorded"
    DEFECT_RECORDED = "readiness:defect:recorded"
    DEFECT_CHANGED = "readiness:defect:changed"
    DEFECT_ACCEPTED = "readiness:defect:accepted"
    REGISTER_CONFIRMED = "readiness:register:confirmed"
    ACCEPTANCE_VOIDED = "readiness:acceptance:voided"
    WAIVER_GRANTED = "readiness:waiver:granted"
    WAIVER_ENDED = "readiness:waiver:ended"
    RISK_RECORDED = "readiness:risk:recorded"
    RISK_CHANGED = "readiness:risk:changed"
    CHECKLIST_CHANGED = "readiness:checklist:changed"

    OBLIGATION_OWED = "obligation:obligation:owed"
    OBLIGATION_PAID = "obligation:obligation:paid"
    OBLIGATION_CONFIRMED = "obligation:obligation:confirmed"
    OBLIGATION_OVERDUE = "obligation:obligation:overdue"
    OBLIGATION_ESCALATED = "obligation:obligation:escalated"

    BLOCKER_RAISED = "blocker:blocker:raised"
    BLOCKER_RESOLVED = "blocker:blocker:resolved"
    BLOCKER_ACCEPTED = "blocker:blocker:accepted"
    BLOCKER_ESCALATED = "blocker:blocker:escalated"
    BLOCKER_OVERRULED = "blocker:blocker:overruled"
    BLOCKER_BROUGHT_BACK = "blocker:blocker:brought-back"

    CHANGE_RAISED = "board:change-request:raised"
    CHANGE_MOVED = "board:change-request:moved"
    CHANGE_EDITED = "board:change-request:edited"
    SESSION_CALLED = "board:session:called"
    SESSION_HELD = "board:session:held"
    SESSION_ATTENDED = "board:session:attended"
    CHANGE_SCORED = "board:scorecard:filled"
    CHANGE_VOTED = "board:change-request:voted"
    CHANGE_AUTHORISED = "board:change-request:authorised"
    CHANGE_REJECTED = "board:change-request:rejected"
    CHANGE_LAPSED = "board:change-request:lapsed"
    MEETING_CALLED = "board:meeting:called"
    MEETING_ATTENDED = "board:meeting:attended"
    MEETING_CLOSED = "board:meeting:closed"

    EMERGENCY_CLASSIFIED = "emergency:emergency:classified"
    EMERGENCY_POINT_CONFIRMED = "emergency:checklist:confirmed"
    EMERGENCY_VERBAL_SIGN_OFF = "emergency:sign-off:spoken"
    EMERGENCY_WRITTEN_SIGN_OFF = "emergency:sign-off:written"
    EMERGENCY_THROTTLED = "emergency:emergency:throttled"
    EMERGENCY_THROTTLE_LIFTED = "emergency:throttle:lifted"
    EMERGENCY_REVIEW_SCHEDULED = "emergency:review:scheduled"
    EMERGENCY_ENDED = "emergency:emergency:ended"

    POLL_OPENED = "decision:poll:opened"
    POLL_CLOSED = "decision:poll:closed"
    POLL_REFRESHED = "decision:poll:refreshed"
    DOSSIER_HANDED_OUT = "decision:dossier:handed-out"
    SIGNED_OFF = "decision:sign-off:recorded"
    SIGN_OFF_VOIDED = "decision:sign-off:voided"
    SIGN_OFF_CARRIED = "decision:sign-off:carried"
    SIGN_OFF_WITHDRAWN = "decision:sign-off:withdrawn"
    DECISION_RECORDED = "decision:decision:recorded"
    DECISION_VOIDED = "decision:decision:voided"
    OVERRIDE_ASKED = "decision:override:asked"
    OVERRIDE_RECEIPT_CONFIRMED = "decision:override:receipt-confirmed"
    OVERRIDE_ESCALATED = "decision:override:escalated"
    OVERRIDE_ENDED = "decision:override:ended"

    CONDITION_PROVED = "clearance:condition:proved"
    CLEARANCE_GIVEN = "clearance:clearance:given"
    CLEARANCE_REFUSED = "clearance:clearance:refused"


_DECISIONS = frozenset(
    {
        Tag.KEY_ADOPTED,
        Tag.RESTORED,
        Tag.DECISION_RECORDED,
        Tag.DECISION_VOIDED,
        Tag.SIGNED_OFF,
        Tag.CHANGE_AUTHORISED,
        Tag.EMERGENCY_CLASSIFIED,
        Tag.RULEBOOK_ADOPTED,
        Tag.DEFECT_ACCEPTED,
        Tag.ENTRY_OVERRIDDEN,
        Tag.GATE_RUN_RECORDED,
    }
)


def is_decision(tag: Tag) -> bool:
    """Whether a signed checkpoint is kept right after it, to be printed and handed out."""
    return tag in _DECISIONS
