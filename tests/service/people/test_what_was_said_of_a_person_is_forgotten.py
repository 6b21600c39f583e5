"""Erasing somebody reaches what they wrote when they lent a role, and the answers that were kept for them."""

from __future__ import annotations

from datetime import timedelta

from flightrules.service.door import jobs
from flightrules.service.door.models import KeptAnswer
from flightrules.service.people import services
from flightrules.service.people.models import Delegation
from flightrules.service.records.models import Entry
from people_stories import actor_of, now, prove_now, signing

REASON = "Zoe Quux is away, ask Bo Quux"


def test_an_erased_person_is_named_in_no_reason_and_no_kept_answer(shop, person):
    admin, zoe = person("administrator"), person("product-owner", product="shop", name="Zoe Quux")
    lent = {
        "delegate": shop.manager.key,
        "role": "product-owner",
        "product": "shop",
        "ends_at": (now() + timedelta(hours=1)).isoformat(),
        "reason": REASON,
    }
    prove_now(zoe)
    assert zoe.post("/delegations", lent, Idempotency_Key="k").status_code == 201
    told = b"".join(bytes(one.body) for one in Entry.objects.all())
    assert b"Quux" not in told, "an entry stays for ever"
    assert REASON.encode() in bytes(KeptAnswer.objects.get().body)
    services.disable_person(person=zoe.key, reason="left", by=actor_of(admin), at=now())
    services.erase_person(person=zoe.key, reason="request 7", by=signing(admin, now()), at=now())
    assert Delegation.objects.get().reason == ""
    assert not KeptAnswer.objects.exists()


def test_answers_are_kept_for_a_week(shop):
    assert (
        shop.manager.post("/products", {"key": "bank", "name": "B"}, Idempotency_Key="k").status_code == 201
    )
    assert jobs.to_forget(now() + timedelta(days=6), 20) == []
    later = now() + timedelta(days=8)
    [key] = jobs.to_forget(later, 20)
    jobs.forget(key, later)
    assert not KeptAnswer.objects.exists()
