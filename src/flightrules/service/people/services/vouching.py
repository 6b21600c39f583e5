"""Whose a further account is: nobody gets another person's signature by sending themselves a link.

Who manages people can let a further account be opened for somebody. It signs nothing before that person says,
through an account they had before, that it is theirs; or, where they have lost those, before a second one who
manages people says so. To sign as another thus takes two people. The setting
``FLIGHTRULES_VOUCH_FOR_FIRST_ACCOUNTS`` asks the same of first accounts.
"""

from __future__ import annotations

from datetime import datetime

from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError
from flightrules.service.people.access import has_power
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.models import Account, Invitation
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import OFFICE, act, append
from flightrules.service.records.tags import Tag

__all__ = ["vouch_for_account"]


@act
def vouch_for_account(*, account: str, by: Actor, at: datetime) -> Account:
    """Say that an account belongs to its person; from then on it may sign.

    Raises:
        ForeignError: E_NO_SUCH. DeniedError: E_VOUCHER. ConflictError: E_ALREADY.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    found = Account.objects.select_for_update().filter(key=account).first()
    is_own = found is not None and str(found.person_id) == by.key
    if found is None or not (is_own or has_power(by, Power.MANAGE_PEOPLE, at=at)):
        raise ForeignError("E_NO_SUCH", "there is no such account here")
    about = (OFFICE, f"account/{account}")
    if not found.awaits_vouching:
        raise ConflictError("E_ALREADY", "this account needs nobody to vouch for it").about(*about)
    if not (_vouches_for_oneself(by) if is_own else by.key != _inviter(found)):
        raise DeniedError(
            "E_VOUCHER",
            "who vouches is its person through an earlier account, or a second one who manages people",
        ).about(*about)
    require_signed_terms(by, at=at, act="account:vouch", about=about[1], terms={})
    found.awaits_vouching = False
    found.save(update_fields=["awaits_vouching"])
    data = {"person": str(found.person_id), "what": "vouched-for", "awaits_vouching": False}
    append(stream=OFFICE, tag=Tag.ACCOUNT_CHANGED, by=by, at=at, subject=about[1], data=data)
    return found


def _vouches_for_oneself(by: Actor) -> bool:
    """Not through the account itself, nor through another one that waits: all could be of one stranger."""
    return Account.objects.filter(key=by.account_key, awaits_vouching=False).exists()


def _inviter(found: Account) -> str:
    """The person who had the link made."""
    links = Invitation.objects.filter(person_id=found.person_id, email=found.email, used_at__isnull=False)
    return links.order_by("-used_at").values_list("made_by", flat=True).first() or ""
