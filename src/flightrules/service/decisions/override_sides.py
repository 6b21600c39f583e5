"""The two sides of an override: quality, which is never left out, and the authority that overrides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flightrules.rules.authority import Act as SignedAct
from flightrules.rules.rulebook import Rulebook
from flightrules.service.decisions.against import against
from flightrules.service.decisions.asking import matching
from flightrules.service.decisions.dossiers import Dossier
from flightrules.service.decisions.models import Override, SignOff
from flightrules.service.people.powers import role_key

__all__ = ["Sides", "answer_within", "answers", "override_meaning", "owes_answer", "sides_of"]

_QUALITY = "qa_lead"
_ANSWER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Sides:
    """Roles of both sides, in the office's spelling; no role is on both."""

    quality: tuple[str, ...]
    authorities: tuple[str, ...]

    def side_of(self, role: str) -> str:
        """``quality``, ``authority``, or empty for a role that signs no override."""
        if matching(role, self.quality):
            return "quality"
        return "authority" if matching(role, self.authorities) else ""


def sides_of(dossier: Dossier) -> Sides:
    """Who signs an override of what stands against going now: defects that only some may lift leave only
    those as the authority.

    Raises:
        ConflictError: E_EVIDENCE_TAMPERED, E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    book, stated = dossier.book, _stated(dossier.book)
    open_ones = [str(one["severity"]) for one in against(dossier).defects]
    able = book.severity.lifting(open_ones, stated.authorities)
    lifting = (role_key(one) for one in able)
    return Sides(stated.quality, tuple(one for one in lifting if not matching(one, stated.quality)))


def _stated(book: Rulebook) -> Sides:
    """Both sides by the rulebook alone; the QA lead is never left out, whatever it says."""
    act_ = book.authority.act("override") or SignedAct("override")
    quality = tuple(dict.fromkeys(role_key(one) for one in (act_.required or (_QUALITY,))))
    named = act_.signers or tuple(one.id for one in book.authority.roles if one.may_override)
    others = (role_key(one) for one in named)
    return Sides(quality, tuple(dict.fromkeys(one for one in others if not matching(one, quality))))


def answers(sides: Sides) -> tuple[str, ...]:
    """Roles whose debt of an answer the signature of the quality side pays."""
    return (*sides.quality, _QUALITY)


def owes_answer(role: str, book: Rulebook) -> bool:
    """Whether this role owes the answer of quality by this rulebook."""
    return bool(matching(role, answers(_stated(book))))


def answer_within(book: Rulebook) -> timedelta:
    """How long quality has to answer; two hours where the rulebook says nothing.

    What others owe after an override has a clock of its own.
    """
    stated = [one for one in book.obligations if one.after == "override" and owes_answer(one.owner, book)]
    return min((one.within for one in stated), default=_ANSWER)


def override_meaning(side: str, choice: str, override: Override) -> str:
    """What a signature of one side says, in a sentence."""
    count = len(override.criteria) + len(override.defects) + len(override.blockers)
    named = "the item it names" if count == 1 else f"the {count} items it names"
    if side == "authority":
        each = "" if count == 1 else "each of "
        return f"Override: I have read the risk statement and accept {each}{named}."
    if choice == SignOff.Choice.AGREE:
        return f"Override: quality agrees; the risk of {named} is recorded."
    return f"Override: I recommended no-go; the risk of {named} is recorded."
