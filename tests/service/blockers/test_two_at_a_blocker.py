"""Two end one blocker at the same moment: one of them does."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connections

from flightrules.service.records.models import Entry
from people_stories import prove_now

OBJECTION = {
    "title": "Vouchers are taken twice",
    "business_impact": "EUR 900 a day",
    "evidence": "https://tickets.example.org/PAY-7",
}


@pytest.mark.django_db(transaction=True)
def test_a_blocker_is_ended_by_one_of_those_who_end_it_at_once(shop, person):
    shop.adopt()
    release = shop.release()["key"]
    key = shop.qa.post(f"/releases/{release}/blockers", OBJECTION).json()["key"]
    prove_now(shop.owner)
    together, answers = threading.Barrier(2), []
    said = {
        "resolution": (shop.qa, {"said": "It was the test data"}),
        "acceptance": (shop.owner, {"mitigation": "Support corrects it", "owner": "Olga"}),
    }

    def end(path: str) -> None:
        who, body = said[path]
        try:
            together.wait()
            status, until = 503, time.monotonic() + 30
            while status == 503 and time.monotonic() < until:  # SQLite in memory does not wait for its tables
                status = who.post(f"/blockers/{key}/{path}", body).status_code
            answers.append(status)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=end, args=(path,)) for path in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 409]
    ended = Entry.objects.filter(tag__in=("blocker:blocker:resolved", "blocker:blocker:accepted"))
    assert ended.count() == 1
