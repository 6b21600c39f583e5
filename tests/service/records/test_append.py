"""The ledger says what was done: canonical, in order, signed, and only together with the deed."""

import json

import pytest
from django.db import transaction

from flightrules.ledger.checkpoint import verify_checkpoint
from flightrules.ledger.merkle import root
from flightrules.ledger.note import NoteKey
from flightrules.service.door.refusals import DeniedError, UnavailableError
from flightrules.service.records import services as records
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.models import Entry, Stream
from flightrules.service.records.signer import ledger_key
from flightrules.service.records.tags import Tag


def _append(at, n=1):
    with transaction.atomic():
        return [
            records.append(stream="office", tag=Tag.KEY_ADOPTED, by=SYSTEM, at=at, subject=f"key/{i}")
            for i in range(n)
        ]


def test_entries_are_counted_from_zero_and_hold_what_was_done(at):
    first, second = _append(at, 2)
    body = json.loads(bytes(second.body))
    assert (first.seq, second.seq) == (0, 1)
    assert body["tag"] == "office:key:adopted"
    assert body["at"] == "2026-11-21T12:00:00.000000Z"


def test_the_signed_head_is_the_merkle_root_over_the_stored_bytes(at):
    _append(at, 7)
    name = records.origin("office")
    head = verify_checkpoint(
        Stream.objects.get(name="office").head, [NoteKey(name, ledger_key().public)], origin=name
    )
    bodies = [bytes(body) for body in Entry.objects.order_by("seq").values_list("body", flat=True)]
    assert head.size == 7
    assert head.root == root(bodies)


def test_without_its_key_nothing_is_recorded(at, settings):
    settings.FLIGHTRULES_SIGNING_KEY = "/nowhere/ledger.pem"
    with pytest.raises(UnavailableError, match="nothing is done"):
        _append(at)
    assert not Entry.objects.exists()


def test_a_denied_act_changes_nothing_and_is_an_entry(at):
    @records.act
    def forbidden(*, by, at):
        records.append(stream="office", tag=Tag.TEAM_CHANGED, by=by, at=at, subject="team/1")
        raise DeniedError("E_POWER", "not yours to do")

    with pytest.raises(DeniedError):
        forbidden(by=SYSTEM, at=at)
    assert [json.loads(bytes(entry.body))["data"]["asked"] for entry in Entry.objects.all()] == ["forbidden"]


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_refused_outside_a_transaction(at):
    with pytest.raises(RuntimeError, match="in the transaction"):
        records.append(stream="office", tag=Tag.KEY_ADOPTED, by=SYSTEM, at=at, subject="key/1")
