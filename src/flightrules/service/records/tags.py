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
    DEPUTY_NAMED = "people:deputy:named"
    DEPUTY_ENDED = "people:deputy:ended"
    IDENTITY_PROVED = "people:identity:proved"

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

    DECISION_RECORDED = "decision:decision:recorded"


_DECISIONS = frozenset(
    {
        Tag.KEY_ADOPTED,
        Tag.RESTORED,
        Tag.DECISION_RECORDED,
        Tag.RULEBOOK_ADOPTED,
        Tag.DEFECT_ACCEPTED,
        Tag.ENTRY_OVERRIDDEN,
        Tag.GATE_RUN_RECORDED,
    }
)


def is_decision(tag: Tag) -> bool:
    """Whether a signed checkpoint is kept right after it, to be printed and handed out."""
    return tag in _DECISIONS
