"""Erasing somebody reaches what they wrote when they lent a role, and the answers that were kept for them."""

from __future__ import annotations

from datetime import timedelta

from flightrules.ledger.entry import read_entry
from flightrules.service.door import jobs
from flightrules.service.door.models import KeptAnswer
from flightrules.service.people import services
from flightrules.service.people.models import Delegation, Person
from flightrules.service.readiness.models import GateRun
from flightrules.service.records.documents import Kept, documents_with
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


def test_the_answer_names_the_documents_that_keep_the_name_and_new_ones_do_not_have_it(shop, person):
    Person.objects.filter(pk=shop.qa.key).update(name="Zoë <Quux>")
    admin = person("administrator")
    shop.adopt()
    key = shop.release()["key"]
    shop.all_green(key)
    shop.run(key)
    kept = set(GateRun.objects.get().reports.values())
    prove_now(admin)
    assert admin.post(f"/people/{shop.qa.key}/disable", {"reason": "left"}).status_code < 300
    prove_now(admin)
    answer = admin.post(f"/people/{shop.qa.key}/erase", {"ground": "request 7"})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["all_looked_at"]
    assert set(told["kept_documents"]) <= kept
    assert len(told["kept_documents"]) >= 3, "each form that says who agreed to the rulebook"
    said = read_entry(bytes(Entry.objects.get(tag="office:personal-data:erased").body)).data
    assert said["kept_documents"] == told["kept_documents"]
    shop.run(key)
    assert documents_with("Zoë <Quux>").digests == tuple(told["kept_documents"])


def test_of_many_documents_the_newest_are_looked_at(shop, monkeypatch):
    shop.adopt()
    key = shop.release()["key"]
    shop.run(key)
    monkeypatch.setattr("flightrules.service.records.documents._MOST", 2)
    assert not documents_with("Nobody").all_looked_at
    assert documents_with(" ") == Kept((), all_looked_at=True)


def test_answers_are_kept_for_a_week(shop):
    assert (
        shop.manager.post("/products", {"key": "bank", "name": "B"}, Idempotency_Key="k").status_code == 201
    )
    assert jobs.to_forget(now() + timedelta(days=6), 20) == []
    later = now() + timedelta(days=8)
    [key] = jobs.to_forget(later, 20)
    jobs.forget(key, later)
    assert not KeptAnswer.objects.exists()
