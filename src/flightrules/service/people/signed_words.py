"""What the words of signed acts mean, in a sentence for whoever is asked to confirm one in the browser."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SENTENCES", "is_of_terms", "meaning_of_word"]

SENTENCES: Mapping[str, str] = {
    "vote:go": "Vote GO in the poll of this release",
    "vote:go-with-conditions": "Vote GO WITH CONDITIONS in the poll of this release",
    "vote:no-go": "Vote NO-GO in the poll of this release",
    "verdict:go": "Sign the quality verdict: GO",
    "verdict:go-with-conditions": "Sign the quality verdict: GO WITH CONDITIONS",
    "verdict:no-go": "Sign the quality verdict: NO-GO",
    "authorisation:go": "Decide that the release goes",
    "authorisation:go-with-conditions": "Decide that the release goes under conditions",
    "authorisation:no-go": "Decide that the release does not go",
    "authorisation:deferred": "Defer the decision on the release",
    "authorisation:cancelled": "Cancel the release",
    "override:agree": "Sign an override of a no-go: you agree to it",
    "override:dissent-acknowledged": "Sign that an override of a no-go is known to you and that you dissent",
    "waiver:grant": "Set a failed criterion aside for one release",
    "waiver:approve": "Agree that a failed criterion is set aside for one release",
    "defect:accept": "Accept that a known defect ships",
    "condition:confirm": "Say whether a condition of the decision holds",
    "accept-blocker": "Accept a blocker with its mitigation, and answer for it",
    "pay-obligation": "Sign what you wrote to pay an obligation",
    "confirm-obligation": "Confirm what another person wrote to pay an obligation",
    "classify-emergency": "Classify the release as an emergency",
    "lift-throttle": "Let one emergency through although there were too many",
    "end-emergency": "Take the classification as an emergency back",
    "confirm-emergency-point": "Confirm one point of the emergency's list",
    "written-sign-off": "Sign off in writing what went ahead on a spoken word",
    "board-vote:approve": "Vote on the change board: approve the change",
    "board-vote:reject": "Vote on the change board: reject the change",
    "board-vote:abstain": "Abstain on the change board",
    "board-answer:approved": "Answer for the change board: the change is approved",
    "board-answer:rejected": "Answer for the change board: the change is rejected",
    "override:receipt": "Confirm that you received the risk statement of an override",
    "waiver:end": "Take a waiver back before it expires",
    "acceptance:end": "Take the acceptance of a known defect back",
    "rulebook:sign": "Agree to an edition of the rulebook",
    "role:grant": "Give a person a role",
    "deputy:name": "Name a deputy for the holder of a role",
    "delegation:make": "Lend a role of yours for a while",
    "person:invite": "Invite a person, with the roles that were named",
    "person:invite-again": "Invite a person to open a further account",
    "person:enable": "Let a disabled person in again",
    "person:erase": "Forget who a person was; this cannot be undone",
    "account:enable": "Open a closed account again",
    "account:vouch": "Vouch that a further account belongs to its person",
}
"""Each word that an act asks for when it is signed; see ``docs/how-to/prove-who-signs.md``."""


def meaning_of_word(word: str) -> str:
    """The act in a sentence; empty where no act of this version asks for the word."""
    return SENTENCES.get(word, "")


def is_of_terms(word: str) -> bool:
    """Whether what is signed under the word are terms; a voice on the board is of what lies before it."""
    return word in SENTENCES and not word.startswith("board-")
