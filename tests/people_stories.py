"""What stories of the people room share: an account with a password and an authenticator app, and its codes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from flightrules.service.people.models import Account
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.models import Entry

PASSWORD = "ein langer Satz ohne Regeln"  # noqa: S105 -- of people who do not exist


def actor_of(caller: Any, **changes: Any) -> Actor:
    return Actor(
        **{
            "key": caller.key,
            "kind": Kind.PERSON,
            "account_key": caller.account_key,
            "via": "session",
            **changes,
        }
    )


def equip(caller: Any) -> str:
    """Give the caller's account a password and an authenticator app; returns the app's secret."""
    account = Account.objects.get(key=caller.account_key)
    account.set_password(PASSWORD)
    account.save()
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    return secret


def now() -> datetime:
    """The real clock, which the door reads too."""
    return datetime.now(UTC)  # noqa: TID251 -- these stories go through the door


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30))


def tags() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("tag", flat=True))


def denied_codes() -> list[str]:
    import json

    rows = Entry.objects.filter(tag="office:act:denied").order_by("id")
    return [json.loads(bytes(row.body))["data"]["code"] for row in rows]
