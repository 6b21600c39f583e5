"""What may stand beside a failed criterion or an open defect: waivers, acceptances, quarantine."""

from __future__ import annotations

from datetime import datetime

from flightrules.values import frozen

__all__ = ["Acceptance", "Approval", "Quarantined", "Waiver", "names_nothing", "says_nothing"]

_PLACEHOLDERS = frozenset(["tbd", "tba", "tbc", "todo", "na", "n/a", "n.a", "fixme", "xxx", "to be done"])
_NONE = frozenset(
    [
        "none",
        "nothing",
        "nil",
        "null",
        "no",
        "nobody",
        "no one",
        "unassigned",
        "unknown",
        "not known",
        "not yet",
    ]
)


def says_nothing(text: str) -> bool:
    """Whether a field was filled to have it filled: a dash, dots, TBD."""
    plain = _plain(text)
    return plain in _PLACEHOLDERS or not any(character.isalnum() for character in plain)


def names_nothing(text: str) -> bool:
    """Whether a field that must name something says nothing, or that there is nothing: a mitigation of
    ``none``, an owner ``Unassigned``.
    """
    return says_nothing(text) or _plain(text) in _NONE


def _plain(text: str) -> str:
    return text.strip().strip(".<>[](){}!?*_").casefold()


@frozen
class Approval:
    """Who said yes, in which role, when. ``verified_by`` is a key id when the statement is signed."""

    name: str
    role: str
    at: datetime | None = None
    verified_by: str | None = None


@frozen
class Waiver:
    """A failed criterion set aside; without any one of these fields it does not stand.

    ``scope`` is the release or version it is valid for (``4.2.1`` or ``4.2.*``).
    """

    id: str
    criterion: str
    reason: str
    approvals: tuple[Approval, ...]
    compensating_control: str
    expires_at: datetime
    scope: str
    origin: str = ""


@frozen
class Acceptance:
    """A known defect shipped on purpose: the eight fields of the record plus where it stands."""

    defect: str
    title: str
    severity: str
    affected_users: str
    business_impact: str
    mitigation: str
    monitoring: str
    resolution_target: str
    approvals: tuple[Approval, ...]
    expires_at: datetime | None = None
    scope: str = ""
    origin: str = ""


@frozen
class Quarantined:
    """A test excluded from pass rates by agreement: counted and named in every report."""

    test: str
    owner: str
    reason: str
    expires_at: datetime
    since: datetime | None = None
    origin: str = ""

    @property
    def is_stated(self) -> bool:
        """Whether somebody mends it, for a reason; otherwise nothing is left out because of it."""
        return not names_nothing(self.owner) and not names_nothing(self.reason)
