"""Reads of the board: change requests, sessions, meetings, and whether a release has the board's approval."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from flightrules.rules.rulebook import Rulebook
from flightrules.service.board.models import AgendaItem, ChangeRequest, Meeting, Session
from flightrules.service.board.standing import Approval, approval_of_change
from flightrules.service.catalogue.queries import edition_in_force, get_product, rulebook_of
from flightrules.service.door.refusals import ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power, role_key
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor
from flightrules.service.releases.queries import Release, get_release

__all__ = [
    "Approval",
    "approval_of",
    "change_of",
    "change_request_of",
    "change_requests",
    "item_of",
    "lacks_approval",
    "meeting_of",
    "meetings",
    "minutes_bytes",
    "session_of",
    "sessions",
]

M = TypeVar("M", bound=Model)
_CAB_LED, _CAB = "cab-led", "cab"


def change_request_of(release: Release) -> ChangeRequest | None:
    """The change request of a release that was not cancelled; for rooms that have asked for the power."""
    rows = ChangeRequest.objects.exclude(state="canceled").select_related("release", "template")
    return rows.filter(release=release).first()


def approval_of(release: Release, at: datetime) -> Approval | None:
    """The board's last word on the release; for rooms that have asked for the power."""
    change = change_request_of(release)
    return approval_of_change(change, at) if change else None


def lacks_approval(release: Release, at: datetime) -> str:
    """Why the release may not be decided for want of the board's approval; empty where it may.

    Needed by the preset ``cab-led`` and by release classes whose approval is ``cab``; a release that states
    no class of its rulebook needs it as soon as one of them does.
    """
    edition = edition_in_force(release.product_id)
    if edition is None:
        return ""
    needs = _needs_board(rulebook_of(edition), release)
    if not needs:
        return ""
    found = approval_of(release, at)
    if found is None:
        return f"{needs}, and it has not answered"
    if found.outcome == "template" and needs != _BY_PRESET:
        return f"{needs}, and a standard change is none that it has seen"
    if not found.stands:
        return f"{needs}; {'; '.join(found.reasons[:3])}"
    return ""


_BY_PRESET = "every release of this product needs the board's approval"


def _needs_board(book: Rulebook, release: Release) -> str:
    by_board = [one.id for one in book.classes if one.approval == _CAB]
    names = {role_key(one.id): one.id for one in book.classes}
    stated = names.get(role_key(release.release_class))
    if stated in by_board:
        return f"a release of the class {stated} needs the board's approval"
    if by_board and stated is None:
        said = f"{', '.join(by_board)} need the board's approval"
        return f"the release states no known class ({', '.join(names.values())}), and {said}"
    return _BY_PRESET if book.authority.preset == _CAB_LED else ""


def change_requests(*, product: str, by: Actor, at: datetime) -> QuerySet[ChangeRequest]:
    """The change requests of a product, templates among them."""
    get_product(key=product, by=by, at=at)
    return ChangeRequest.objects.filter(product=product).select_related("release", "template")


def change_of(key: str, *, by: Actor, at: datetime) -> ChangeRequest:
    """One change request.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = _found(ChangeRequest.objects.select_related("release", "template"), key)
    require(by, Power.READ, product=found.product_id, at=at)
    return found


def sessions(*, product: str, by: Actor, at: datetime) -> QuerySet[Session]:
    """The board sessions of a product."""
    get_product(key=product, by=by, at=at)
    return Session.objects.filter(product=product).prefetch_related("items", "attendance")


def session_of(key: str, *, by: Actor, at: datetime) -> Session:
    """One session.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = _found(Session.objects.prefetch_related("items", "attendance"), key)
    require(by, Power.READ, product=found.product_id, at=at)
    return found


def item_of(key: str, *, by: Actor, at: datetime) -> AgendaItem:
    """One item of an agenda.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    rows = AgendaItem.objects.select_related("session", "change__release__product", "change__template")
    found = _found(rows, key)
    require(by, Power.READ, product=found.session.product_id, at=at)
    return found


def meetings(*, release: str, by: Actor, at: datetime) -> QuerySet[Meeting]:
    """The go/no-go meetings of a release."""
    row = get_release(key=release, by=by, at=at)
    return Meeting.objects.filter(release=row).prefetch_related("attendance")


def meeting_of(key: str, *, by: Actor, at: datetime) -> Meeting:
    """One meeting.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = _found(Meeting.objects.select_related("release").prefetch_related("attendance"), key)
    require(by, Power.READ, product=found.release.product_id, at=at)
    return found


def minutes_bytes(meeting: Meeting, form: str) -> bytes:
    """The minutes as they were kept, ``json`` or ``md``.

    Raises:
        ForeignError: E_NO_SUCH, while the meeting is open. ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    digest = {"json": meeting.minutes_digest, "md": meeting.markdown_digest}.get(form, "")
    if not digest:
        raise ForeignError("E_NO_SUCH", "there are no such minutes")
    return blobs.intact_bytes(digest)


def _found(rows: QuerySet[M], key: str) -> M:
    found = rows.filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return found
