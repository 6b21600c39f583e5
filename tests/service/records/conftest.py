"""What the stories of the ledger share: entries to tell about, and a hand that reaches past the rules."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from flightrules.service.records import guards
from flightrules.service.records import services as records
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.tags import Tag

SHOP = records.product_stream("shop")


@pytest.fixture
def tell(at):
    """Record some entries: ``tell(5)``, ``tell(1, tag=Tag.DECISION_RECORDED)``."""

    def recorded(count=1, *, stream=SHOP, tag=Tag.RELEASE_CHANGED, subject="release/42", data=None):
        with transaction.atomic():
            return [
                records.append(
                    stream=stream, tag=tag, by=SYSTEM, at=at, subject=subject, data=data or {"n": number}
                )
                for number in range(count)
            ]

    return recorded


@pytest.fixture
def tamper():
    """Do what the owner of a database can do: change rows behind the rules, and put the rules back."""

    def did(statement, *values):
        with connection.cursor() as cursor:
            guards.remove(cursor, connection.vendor)
            cursor.execute(statement, values)
            guards.install(cursor, connection.vendor)

    return did


@pytest.fixture(autouse=True)
def _own_blobs(settings, tmp_path):
    """Each story has a folder of evidence of its own."""
    settings.FLIGHTRULES_BLOBS = ""
    kept = settings.FLIGHTRULES_HOME
    (tmp_path / "keys").symlink_to(f"{kept}/keys")
    settings.FLIGHTRULES_HOME = str(tmp_path)
