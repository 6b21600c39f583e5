"""What happens is told: written with the change, delivered once, tried again, given up in the open."""

import pytest
from django.db import transaction

from flightrules.service.jobs.due import State
from flightrules.service.notices.jobs import deliver, due
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.models import Outbox
from flightrules.service.notices.services import tell

GO = {
    "product": "shop",
    "version": "4.3.0",
    "outcome": "GO",
    "decided_by": "QA lead",
    "conditions": "",
    "window": "Tuesday",
}


def test_a_message_is_written_with_its_change_and_vanishes_with_it(person, at):
    someone = person("viewer", product="shop")
    with transaction.atomic():
        tell(Kind.GO, product="shop", about="release/1", once="go/1", context=GO, at=at, to=[someone.key])
        assert Outbox.objects.count() == 1
        transaction.set_rollback(True)
    assert not Outbox.objects.exists()


def test_an_event_told_twice_is_one_message(person, at):
    someone = person("viewer", product="shop")
    for _ in range(2):
        with transaction.atomic():
            tell(
                Kind.GO,
                product="shop",
                about="release/1",
                once="go/1",
                context=GO,
                at=at,
                to=[someone.key] * 2,
            )
    assert Outbox.objects.count() == 1


def test_mail_to_a_person_is_delivered_once(person, at, mailoutbox):
    someone = person("viewer", product="shop")
    with transaction.atomic():
        tell(Kind.GO, product="shop", about="release/1", once="go/1", context=GO, at=at, to=[someone.key])
    (key,) = due(at, 10)
    deliver(key, at)
    deliver(key, at)
    (mail,) = mailoutbox
    assert mail.subject == "shop 4.3.0: GO"
    assert f"<{key}@" in mail.extra_headers["Message-ID"]
    assert Outbox.objects.get().state == State.DONE


def test_a_context_that_lacks_a_name_is_refused_where_it_is_told(at):
    with pytest.raises(LookupError, match="window"), transaction.atomic():
        tell(
            Kind.GO,
            product="shop",
            about="r/1",
            once="x",
            context={k: v for k, v in GO.items() if k != "window"},
            at=at,
        )
