"""What stories of the people room share: an account with a password and an authenticator app, and its codes."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from flightrules.service.people.models import Account, ApiToken
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.models import Entry

PASSWORD = "ein langer Satz ohne Regeln"  # noqa: S105 -- of people who do not exist


def actor_of(caller: Any, **changes: Any) -> Actor:
    """The caller as an actor; a proof, where one is told of, showed all components."""
    if changes.get("proved_at") is not None:
        changes.setdefault("components", 2)
    return Actor(
        **{
            "key": caller.key,
            "kind": Kind.PERSON,
            "account_key": caller.account_key,
            "via": "session",
            **changes,
        }
    )


def signing(caller: Any, at: datetime) -> Actor:
    """The caller as an actor who proved everything just now, in a browser session of their own."""
    return actor_of(caller, proved_at=at, session=secrets.token_hex(8))


def equip(caller: Any) -> str:
    """Give the caller's account a password and an authenticator app; returns the app's secret."""
    account = Account.objects.get(key=caller.account_key)
    account.set_password(PASSWORD)
    account.save()
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    return secret


def prove_now(caller: Any, components: int = 2) -> None:
    """Let the caller's token hold a fresh proof, as if code and password had just been sent to /me/proof."""
    tokens = ApiToken.objects.filter(account__key=caller.account_key)
    tokens.update(proved_at=now(), proved_by=components)


def now() -> datetime:
    """The real clock, which the door reads too."""
    return datetime.now(UTC)  # noqa: TID251 -- these stories go through the door


def code_now(secret: str) -> str:
    """The code that the app shows; one that is about to change is not typed any more."""
    left = 30 - now().timestamp() % 30
    if left < 3:
        time.sleep(left + 0.05)
    return format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30))


def closed(answer: Any) -> None:
    """Close a streamed answer as the server does, but keep the connection that the test's transaction is on."""
    from django.core.signals import request_finished
    from django.db import close_old_connections

    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def tags() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("tag", flat=True))


def denied_codes() -> list[str]:
    import json

    rows = Entry.objects.filter(tag="office:act:denied").order_by("id")
    return [json.loads(bytes(row.body))["data"]["code"] for row in rows]
