"""Two emergencies asked for at once: the share has room for one, so one is let in and the other is on record."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest
from django.db import OperationalError, connections, transaction

from flightrules.service.door.refusals import RefusalError
from flightrules.service.emergencies import services
from flightrules.service.emergencies.models import Classification, Throttling
from flightrules.service.obligations import services as obligations
from flightrules.service.records.actor import SYSTEM
from flightrules.service.releases.models import Release
from people_stories import actor_of
from service.emergencies.conftest import REASON
from service.shop import now


def insisting(ask) -> None:
    """Ask again where the database did not let anybody in, as a client does that is told 503."""
    for _ in range(200):
        try:
            ask()
        except OperationalError:
            time.sleep(0.02)
        else:
            return


def all_at_once(*asks):
    """What came of each: ``done`` or the code of the refusal."""
    together, found = threading.Barrier(len(asks)), []

    def one(ask) -> None:
        try:
            together.wait()
            insisting(ask)
            found.append("done")
        except RefusalError as refusal:
            found.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(ask,)) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def signer(caller):
    return actor_of(caller, proved_at=now(), components=2, session=caller.key)


def classifying(emergency, key, who):
    stated = services.Stated(REASON, "CVE-2026-12345", ["src/pay/"], [emergency.author.key])
    return partial(services.classify, release=key, stated=stated, by=signer(who), at=now())


@pytest.mark.django_db(transaction=True)
def test_of_two_classifications_at_once_one_wins(emergency, person):
    emergency.past(5, 0)
    other = person("cto", product="shop", name="Pat Hall")
    keys = [emergency.hotfix("4.2.1"), emergency.hotfix("4.2.2")]
    asks = [classifying(emergency, *one) for one in zip(keys, (emergency.cto, other), strict=True)]
    assert all_at_once(*asks) == ["E_THROTTLE_EXCEEDED", "done"]
    assert (Classification.objects.count(), Throttling.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_release_is_classified_once_however_many_ask_at_once(emergency, person):
    emergency.past(40, 0)
    key = emergency.hotfix()
    people = [emergency.cto, *(person("cto", product="shop", name=f"Pat {n}") for n in range(3))]
    asks = [classifying(emergency, key, who) for who in people]
    assert all_at_once(*asks) == ["E_EMERGENCY_STATE"] * 3 + ["done"]
    assert Classification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_debt_is_paid_once_however_many_pay_at_once(emergency, person):
    key = emergency.classified()
    with transaction.atomic():
        row = Release.objects.get(pk=key)
        [debt] = obligations.start(event="emergency-release", release=row, by=SYSTEM, at=now())
    managers = [emergency.shop.manager, person("release-manager", product="shop", name="Cara Lind")]
    asks = [
        partial(obligations.pay, key=str(debt.key), text="The review is on Monday.", by=signer(who), at=now())
        for who in managers
    ]
    assert all_at_once(*asks) == ["E_OBLIGATION_STATE", "done"]
