"""How this room refuses: each lack with the status of its class, on record under the change request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flightrules.engine.change_lifecycle import Lack, Type
from flightrules.service.board.models import ChangeRequest
from flightrules.service.door.refusals import (
    ConflictError,
    DeniedError,
    ForeignError,
    InvalidError,
    RefusalError,
)
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import product_stream
from flightrules.service.releases.services import locked

__all__ = ["about", "locked_change", "refuse_lacks", "require_classified"]

_HINTS = {"E_CHANGE_MOVE": "the request itself says, under moves, where it goes next and what that lacks"}
_DENIED = frozenset({"E_SELF_APPROVAL", "E_FOUR_EYES"})


def about(refusal: RefusalError, change: ChangeRequest) -> RefusalError:
    """The refusal as one about this change."""
    return refusal.about(product_stream(change.product_id), f"change-request/{change.key}")


def require_classified(change: ChangeRequest) -> None:
    """Refuse an emergency change of a release that nobody has classified as an emergency in writing.

    Raises:
        DeniedError: E_CLASSIFICATION_REQUIRED.
    """
    if change.type != Type.EMERGENCY or (change.release is not None and change.release.emergency):
        return
    raise about(
        DeniedError(
            "E_CLASSIFICATION_REQUIRED",
            "an emergency change is of a release that was classified as an emergency in writing",
            hint="have it classified first, or raise a normal change",
        ),
        change,
    )


def refuse_lacks(lacks: Sequence[Lack], change: ChangeRequest) -> None:
    """Refuse for the first lack that is no missing text, else for all texts that are missing.

    Raises:
        ConflictError: E_CHANGE_MOVE, E_NOT_APPROVED, E_DOSSIER_STALE, E_WINDOW_CLOSED, E_NOT_DECIDED.
        DeniedError: E_SELF_APPROVAL, E_FOUR_EYES. InvalidError: E_CHANGE_LACKS.
    """
    if not lacks:
        return
    missing = [one.said for one in lacks if one.code == "E_CHANGE_LACKS"]
    if missing:
        raise InvalidError(
            "E_CHANGE_LACKS", f"the change request lacks {', '.join(missing)}", hint="state it first"
        )
    first = lacks[0]
    kind = DeniedError if first.code in _DENIED else ConflictError
    said = "; ".join(one.said for one in lacks)
    raise about(kind(first.code, said, hint=_HINTS.get(first.code)), change)


def locked_change(key: str, power: Power, *, by: Actor, at: datetime) -> ChangeRequest:
    """The change's row, held with that of its release until the transaction ends; for who has the power.

    Raises:
        ForeignError: E_NO_SUCH. DeniedError: E_POWER.
    """
    found = ChangeRequest.objects.filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    product, release = found.product_id, found.release_id
    row = locked(str(release), by, at) if release is not None else None
    require(by, Power.READ, product=product, at=at)
    require(by, power, product=product, at=at)
    change = ChangeRequest.objects.select_for_update().get(pk=key)
    change.release = row
    return change
