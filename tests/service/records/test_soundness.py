"""F29: who writes does not take up work on a ledger whose tip is not as it was signed."""

from __future__ import annotations

import base64
import io

import pytest
from django.db import connection

from flightrules.errors import UsageError
from flightrules.ledger.keys import generate_key
from flightrules.service.door.refusals import UnavailableError
from flightrules.service.records import blobs
from flightrules.service.records.models import Stream
from flightrules.service.records.soundness import require_sound_tips, require_whole_database


def test_an_empty_and_a_whole_ledger_are_sound(tell):
    assert require_sound_tips() == ""
    tell(5)
    tell(2, stream="office")
    require_whole_database()
    assert require_sound_tips() == ""


def test_a_key_that_was_adopted_vouches_for_the_one_before(tell, settings, tmp_path, at):
    from flightrules.service.records.actor import SYSTEM
    from flightrules.service.records.services import adopt_key

    tell(3)
    new = generate_key()
    adopt_key(new=new.public, by=SYSTEM, at=at)
    path = tmp_path / "new.pem"
    path.write_bytes(new.to_pem())
    settings.FLIGHTRULES_SIGNING_KEY = str(path)
    assert require_sound_tips() == ""


TAMPERED = {
    "a shorter tip": ("UPDATE records_stream SET size = size - 1", "entries, and 4 were signed"),
    "a longer tip": ("UPDATE records_stream SET size = size + 1", "entries, and 6 were signed"),
    "no entries": ("DELETE FROM records_entry", "has 0 entries, and 5 were signed"),
    "another last entry": (
        "UPDATE records_entry SET body = (SELECT body FROM records_entry WHERE seq = 1) WHERE seq = 4",
        "the newest entry",
    ),
    "another last hash": (
        "UPDATE records_stream SET last = (SELECT leaf FROM records_entry WHERE seq = 1)",
        "the newest entry",
    ),
    "another head": (
        "UPDATE records_stream SET head = replace(head, 'product', 'produce')",
        "as it was signed",
    ),
    "no head": ("UPDATE records_stream SET head = ''", "as it was signed"),
}


@pytest.mark.parametrize("harm", TAMPERED)
def test_a_tip_that_is_not_as_it_was_signed_is_refused(harm, tell, tamper):
    tell(5)
    statement, said = TAMPERED[harm]
    tamper(statement)
    with pytest.raises(UsageError, match=said) as caught:
        require_sound_tips()
    assert caught.value.code == "E_LEDGER_TIP"
    assert "fsck" in str(caught.value.hint)


def test_a_signature_of_ours_that_does_not_hold_is_damage(tell, tamper):
    tell(5)
    head = Stream.objects.get().head
    text, _, line = head.rstrip("\n").rpartition(" ")
    raw = bytearray(base64.b64decode(line))
    raw[-1] ^= 1
    tamper("UPDATE records_stream SET head = %s", f"{text} {base64.b64encode(bytes(raw)).decode()}\n")
    with pytest.raises(UsageError) as caught:
        require_sound_tips()
    assert caught.value.code == "E_LEDGER_TIP"


def test_with_a_strange_key_or_none_work_begins_and_says_that_nothing_can_be_recorded(
    tell, settings, tmp_path
):
    tell(5)
    path = tmp_path / "strange.pem"
    path.write_bytes(generate_key().to_pem())
    settings.FLIGHTRULES_SIGNING_KEY = str(path)
    settings.FLIGHTRULES_HOME = str(tmp_path / "nowhere")
    assert "nothing is recorded" in require_sound_tips()
    path.unlink()
    assert "no public key" in require_sound_tips()


def test_evidence_beside_an_empty_ledger_means_that_the_database_was_lost():
    blobs.store(io.BytesIO(b"<testsuite/>"), 100)
    with pytest.raises(UsageError, match="there is evidence in the store") as caught:
        require_sound_tips()
    assert caught.value.code == "E_DATABASE"


def test_a_store_that_cannot_be_asked_is_no_reason_to_refuse(monkeypatch):
    def away():
        raise UnavailableError("E_BLOB_STORE", "it does not answer")

    monkeypatch.setattr(blobs, "store_of", away)
    assert require_sound_tips() == ""


def test_trouble_with_the_database_is_said_in_words():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_stream RENAME TO records_gone")
    with pytest.raises(UsageError) as caught:
        require_sound_tips()
    assert caught.value.code == "E_DATABASE"
