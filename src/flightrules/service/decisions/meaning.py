"""What a signature says in a sentence, and what a signer may not leave it at."""

from __future__ import annotations

from flightrules.engine.decision import Outcome
from flightrules.engine.quorum import Choice
from flightrules.errors import RulebookError
from flightrules.rules.exceptions import says_nothing
from flightrules.service.decisions.dossiers import BLOCKS, Dossier
from flightrules.service.door.refusals import InvalidError

__all__ = ["checked_conditions", "checked_reason", "is_clear", "meaning_of", "says_only_fine"]

_CLEAR = "no known blockers"
_LISTED = "risk accepted as listed"
_FINE_WORDS = """
    ack acked agree agreed all am and approve approved as done fine fix go good great happy i is it lgtm like
    looks me nice no none nothing ok okay perfect same sgtm ship sure thanks the this to up thumbs works yes
"""
_FINE = frozenset(_FINE_WORDS.split())
"""Words of which a reason may not consist alone: they say that somebody agrees, never why."""

_CONDITIONS_LIMIT = 30


def is_clear(dossier: Dossier, blockers: int) -> bool:
    """Whether "no known blockers" is true: every gate is GO, nothing is waived or accepted, nothing blocks.

    Args:
        dossier: what is signed.
        blockers: how many objections were raised and are open or accepted.
    """
    content = dossier.content
    green = all(one["outcome"] == Outcome.GO for one in content["gates"]) and bool(content["gates"])
    blocked = any(one["decision"] == BLOCKS for one in content["defects"])
    return green and not content["waivers"] and not content["acceptances"] and not blocked and not blockers


def meaning_of(act: str, choice: str, *, clear: bool) -> str:
    """The sentence that is signed.

    Args:
        act: what is signed, such as ``Quality verdict`` or ``Vote``.
        choice: what it says.
        clear: see ``is_clear``.
    """
    word = choice.replace("-", " ").upper().replace("NO GO", "NO-GO")
    if choice in (Choice.NO_GO, Outcome.NO_GO, Outcome.DEFERRED, Outcome.CANCELLED):
        return f"{act}: {word}, for the reason given."
    if choice in (Choice.GO_WITH_CONDITIONS, Outcome.CONDITIONAL_GO):
        return f"{act}: {word}, as long as every condition is met when it is deployed; {_LISTED}."
    return f"{act}: {word}; {_CLEAR if clear else _LISTED}."


def checked_reason(reason: str, choice: str) -> str:
    """The reason as it was written; a choice that is not simply for going cannot do without one.

    Raises:
        InvalidError: E_REASON.
    """
    said = reason.strip()
    needed = choice not in (Choice.GO, Choice.GO_WITH_CONDITIONS, Outcome.GO, Outcome.CONDITIONAL_GO)
    if (needed or said) and says_only_fine(said):
        raise InvalidError(
            "E_REASON",
            "the reason says nothing that a reader could hold against what happens",
            hint="say what was looked at and which risk is accepted, or why it must not go",
        )
    return said


def checked_conditions(texts: list[str], choice: str) -> list[str]:
    """Conditions of deployment, each one that a machine can check.

    Raises:
        InvalidError: E_CONDITIONS_MISSING, E_CONDITIONS_STATED, or the code of the condition's own fault.
    """
    from flightrules.engine.deploy_conditions import parse_condition, render_condition

    wants = choice in (Choice.GO_WITH_CONDITIONS, Outcome.CONDITIONAL_GO)
    if choice == Choice.GO_WITH_CONDITIONS and not texts:
        raise InvalidError(
            "E_CONDITIONS_MISSING",
            "GO WITH CONDITIONS names at least one",
            hint="off-peak 22:00-06:00 Europe/Berlin",
        )
    if texts and not wants:
        raise InvalidError(
            "E_CONDITIONS_STATED", "conditions go with GO WITH CONDITIONS or CONDITIONAL GO alone"
        )
    if len(texts) > _CONDITIONS_LIMIT:
        raise InvalidError("E_CONDITIONS_STATED", f"at most {_CONDITIONS_LIMIT} conditions are taken")
    try:
        return list(dict.fromkeys(render_condition(parse_condition(text)) for text in texts))
    except RulebookError as error:
        raise InvalidError(error.code, error.message, hint=error.hint) from None


def says_only_fine(text: str) -> bool:
    """Whether a text says nothing, or no more than that somebody is fine with it."""
    words = "".join(one if one.isalnum() else " " for one in text.casefold()).split()
    return says_nothing(text) or all(word in _FINE for word in words)
