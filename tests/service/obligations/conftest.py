"""What stories of debts share: a release whose decision has just been recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from flightrules.service.obligations import services
from flightrules.service.people.models import ApiToken
from flightrules.service.records.actor import SYSTEM
from flightrules.service.releases.models import Release
from service import put_back


def proved(caller: Any, at: datetime) -> Any:
    """The caller, having just proved who they are."""
    ApiToken.objects.filter(account__key=caller.account_key).update(proved_at=at, proved_by=2)
    return caller


def begun(key: str, event: str = "decision", *, at: datetime, about: str = "") -> list[Any]:
    """What another room does in the act that records the event."""
    with transaction.atomic():
        return services.start(event=event, release=Release.objects.get(pk=key), by=SYSTEM, at=at, about=about)


@pytest.fixture
def release(shop) -> str:
    shop.adopt()
    return put_back.once("release", lambda: shop.release()["key"])
