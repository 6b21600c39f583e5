"""Noting that a token was used holds no reading request up, not even while somebody else holds the token's row."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from flightrules.service.people.models import ApiToken

pytestmark = pytest.mark.django_db(transaction=True)


def holding(token: ApiToken, held: threading.Event, done: threading.Event) -> None:
    """Another process that holds the row of the token, in SQLite the whole database, until the story is over."""
    try:
        with transaction.atomic():
            ApiToken.objects.select_for_update().get(pk=token.pk)
            held.set()
            done.wait(20)
    finally:
        connection.close()


def test_a_token_that_is_held_is_read_with_at_once_and_noted_the_next_time(person):
    lead = person("qa-lead")
    token = ApiToken.objects.get(account__key=lead.account_key)
    held, done = threading.Event(), threading.Event()
    other = threading.Thread(target=holding, args=(token, held, done))
    other.start()
    answers: list[int] = []
    try:
        assert held.wait(10)
        asking = threading.Thread(
            target=lambda: (answers.append(lead.get("/me").status_code), connection.close())
        )
        asking.start()
        asking.join(5)
        assert answers == [200]
    finally:
        done.set()
        other.join()
        asking.join()
    token.refresh_from_db()
    assert token.last_used_at is None
    assert lead.get("/me").status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None
