"""Verifying the ledger in its database: what an owner of the database changes is named; what others add is not."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from flightrules.ledger.history import heads_in
from flightrules.ledger.keys import generate_key
from flightrules.service.door.refusals import UnavailableError
from flightrules.service.records import services as records
from flightrules.service.records import verification
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.beside import alone, beside
from flightrules.service.records.fsck import check_all
from flightrules.service.records.models import Checkpoint, Entry, PersonalDatum, Stream
from flightrules.service.records.proofs import proof
from flightrules.service.records.queries import _moment_of, _moments_of, head, public_keys, shown
from flightrules.service.records.tags import Tag
from flightrules.service.records.verification import verify_ledger

SHOP = records.product_stream("shop")


def verified(anchors=None, keys=None):
    """(stream, first bad entry, code) of everything that is wrong."""
    reports = verify_ledger(keys=keys or public_keys(), anchors=anchors or {})
    return [(report.stream, fault.seq, fault.code) for report in reports for fault in report.faults]


def test_a_ledger_as_it_was_written_holds(tell):
    tell(40)
    tell(3, stream="office", tag=Tag.TEAM_CHANGED, subject='team/"quoted" \\ é')
    tell(2, tag=Tag.DECISION_RECORDED)
    assert verified() == []
    assert [(r.stream, r.size, r.heads) for r in verify_ledger(keys=public_keys())] == [
        ("office", 3, 1),
        (SHOP, 42, 3),
    ]


CHANGES = {
    "its bytes": ("UPDATE records_entry SET body = leaf WHERE seq = 7", 7),
    "its hash": ("UPDATE records_entry SET leaf = body WHERE seq = 7", 7),
    "its time": ("UPDATE records_entry SET at = '2026-11-21 12:00:01+00:00' WHERE seq = 7", 7),
    "its tag": ("UPDATE records_entry SET tag = 'decision:decision:recorded' WHERE seq = 7", 7),
    "its actor": ("UPDATE records_entry SET actor = 'somebody' WHERE seq = 7", 7),
    "its subject": ("UPDATE records_entry SET subject = 'release/43' WHERE seq = 7", 7),
    "its place": ("UPDATE records_entry SET seq = 1000 WHERE seq = 7", 7),
    "its removal": ("DELETE FROM records_entry WHERE seq = 7", 7),
    "a cut": ("DELETE FROM records_entry WHERE seq >= 7", 7),
    "the size of the tip": ("UPDATE records_stream SET size = 30", 30),
    "the edge of the tip": ("UPDATE records_stream SET last = frontier", 40),
    "the head": ("UPDATE records_stream SET head = ''", 40),
    "a kept head": ("UPDATE records_checkpoint SET size = 39 WHERE size = 40", 39),
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda name: name.replace(" ", "-"))
def test_what_the_owner_of_the_database_changes_is_named(tell, tamper, change):
    tell(39)
    tell(1, tag=Tag.DECISION_RECORDED)
    statement, seq = CHANGES[change]
    tamper(statement)
    found = verified()
    assert found
    assert found[0][:2] in {(SHOP, seq), (SHOP, 39), (SHOP, 40)} if seq >= 30 else found[0][:2] == (SHOP, seq)


def test_sqlite_takes_anything_anywhere_and_it_is_found(tell, tamper):
    if connection.vendor != "sqlite":
        pytest.skip("other databases keep to their types")
    tell(5)
    for column, value in {"seq": "'x'", "body": "'text'", "leaf": "7", "at": "12", "tag": "1.5"}.items():
        kept = Entry.objects.filter(seq=2).values().get()
        tamper(f"UPDATE records_entry SET {column} = {value} WHERE id = %s", kept["id"])  # noqa: S608 -- ours
        assert verified() != [], column
        tamper(
            f"UPDATE records_entry SET {column} = %s WHERE id = %s",  # noqa: S608 -- ours
            str(kept["at"].replace(tzinfo=None)) if column == "at" else kept[column],
            kept["id"],
        )
        assert verified() == [], column


def test_a_new_entry_is_refused_on_top_of_a_tip_that_was_not_signed(tell, tamper):
    """Whoever writes to the database cannot get a signature for it by waiting for the next act."""
    tell(4)
    tip = Stream.objects.get(name=SHOP)
    forged = hashlib.sha256(b"forged").digest()
    tamper("UPDATE records_stream SET frontier = %s WHERE id = %s", forged, tip.pk)
    with pytest.raises(UnavailableError, match="not as it was signed"):
        tell(1)


def test_a_lost_tail_shows_against_a_head_that_was_kept_elsewhere(tell, tamper):
    tell(23)
    before = Stream.objects.get(name=SHOP)
    tell(100)
    anchor = heads_in(head(SHOP).encode(), name="mail.txt")
    assert verified(anchor) == []
    tamper("DELETE FROM records_entry WHERE seq >= 23")
    tamper(
        "UPDATE records_stream SET size = 23, frontier = %s, last = %s, head = %s WHERE id = %s",
        bytes(before.frontier),
        bytes(before.last),
        before.head,
        before.pk,
    )
    assert verified() == []
    ((stream, seq, code),) = verified(anchor)
    assert (stream, seq, code) == (SHOP, 23, "E_ANCHOR")


def test_an_anchor_of_a_stream_that_is_gone_is_a_fault(tell, tamper):
    tell(3)
    anchor = heads_in(head(SHOP).encode(), name="mail.txt")
    for statement in ("DELETE FROM records_entry", "DELETE FROM records_stream"):
        tamper(statement)
    assert verified(anchor) == [("", 0, "E_ORIGIN")]


def test_several_anchors_stand_in_one_file(tell):
    tell(3)
    tell(2, stream="office", tag=Tag.TEAM_CHANGED)
    text = "\n".join([head("office"), head(SHOP)])
    anchors = heads_in(text.encode(), name="heads.txt")
    assert len(anchors) == 2
    assert verified(anchors) == []


def test_an_entry_is_proved_under_the_head(tell):
    from flightrules.ledger.history import head_in
    from flightrules.ledger.merkle import leaf_hash, verify_inclusion

    tell(37)
    found = proof(SHOP, 20)
    verify_inclusion(
        20,
        37,
        leaf_hash(found["entry"].encode()),
        [bytes.fromhex(one) for one in found["proof"]],
        head_in(found["head"]).head.root,
    )


def test_an_entry_is_shown_as_its_bytes_say(tell):
    (entry,) = tell(1, data={"reason": "late"})
    told = shown(Entry.objects.get(pk=entry.pk))
    assert told["data"] == {"reason": "late"}
    assert (told["seq"], told["stream"], told["actor"]) == (0, SHOP, "system")


# ---- keys


@pytest.fixture
def keyed(settings, tmp_path):
    """A key file of its own: ``keyed(key)`` puts a key there."""

    def put(key):
        path = tmp_path / "ledger.pem"
        path.write_bytes(key.to_pem())
        settings.FLIGHTRULES_SIGNING_KEY = str(path)

    settings.FLIGHTRULES_HOME = str(tmp_path / "empty")
    return put


def test_a_key_that_was_adopted_signs_on_and_both_verify_the_whole(tell, keyed, at):
    old, new = generate_key(), generate_key()
    keyed(old)
    tell(3)
    records.adopt_key(new=new.public, by=SYSTEM, at=at)
    tell(2)  # still under the old key: the file is replaced when the operator gets to it
    keyed(new)
    tell(4)
    tell(1, stream="product/other")
    for key in (old, new):
        assert verified(keys=[key.public]) == []


def test_a_foreign_key_signs_nothing(tell, keyed):
    old = generate_key()
    keyed(old)
    tell(3)
    tell(1, stream="office", tag=Tag.TEAM_CHANGED)
    keyed(generate_key())
    for stream in (SHOP, "product/new"):
        with pytest.raises(UnavailableError, match="was not adopted"):
            tell(1, stream=stream)
    keyed(old)
    assert tell(1)[0].seq == 3


def test_after_the_change_the_old_key_signs_nothing_more(tell, keyed, at):
    old, new = generate_key(), generate_key()
    keyed(old)
    tell(1)
    records.adopt_key(new=new.public, by=SYSTEM, at=at)
    keyed(new)
    tell(1)
    keyed(old)
    with pytest.raises(UnavailableError, match="was not adopted"):
        tell(1)


# ---- personal data


def test_erased_personal_data_leaves_the_ledger_whole_and_says_so(tell, at):
    held = records.commit_to("Ada Lovelace", about="p1")
    records.commit_to("ada@example.org", about="p1")
    other = records.commit_to("Ben", about="p2")
    tell(1, data={"name": held})
    assert records.erase_person(person_key="p1", ground="request 2026-11", by=SYSTEM, at=at) == 2
    gone = PersonalDatum.objects.get(pk=held["commitment"])
    assert (gone.value, gone.salt, gone.erased_at) == (None, None, at)
    assert PersonalDatum.objects.get(pk=other["commitment"]).value == "Ben"
    last = shown(Entry.objects.get(tag=Tag.PERSONAL_DATA_ERASED))
    assert held["commitment"] in last["data"]["commitments"]
    assert verified() == []
    assert [one for one in check_all(keys=public_keys()) if one.room != "rows"] == []


def test_data_that_was_erased_without_an_entry_is_found(tell, at):
    held = records.commit_to("Ada Lovelace", about="p1")
    tell(1, data={"name": held})
    PersonalDatum.objects.update(salt=None, value=None, erased_at=at)
    assert [one.room for one in check_all(keys=public_keys()) if one.room != "rows"] == ["personal data"]


def test_a_kept_head_follows_each_decision(tell):
    tell(2)
    tell(1, tag=Tag.DECISION_RECORDED)
    tell(1)
    kept = Checkpoint.objects.get()
    assert (kept.size, kept.note.splitlines()[1]) == (3, "3")


@pytest.fixture
def divided(monkeypatch):
    """The work divided over two processes, whatever else runs here; what the other one answered."""
    answers = []

    def observed(work):
        answer = beside(work)

        def awaited():
            answers.append(answer())
            return answers[-1]

        return awaited

    monkeypatch.setattr(verification, "WORTH_TWO", 2)
    monkeypatch.setattr(verification, "STRETCH", 30)
    monkeypatch.setattr(verification, "alone", lambda: True)
    monkeypatch.setattr(verification, "beside", observed)
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_processes_find_what_one_finds(tell, tamper, divided, monkeypatch):
    tell(39)
    tell(1, tag=Tag.DECISION_RECORDED)
    assert verified() == []
    assert [(part.first, len(part.hashes) // 32) for part in divided] == [(12, 18), (34, 6)]
    for statement in (
        "UPDATE records_entry SET tag = 'decision:decision:recorded' WHERE seq = 5",
        "UPDATE records_entry SET subject = 'release/43' WHERE seq = 20",
        "UPDATE records_entry SET leaf = body WHERE seq = 11",
        "DELETE FROM records_entry WHERE seq = 34",
    ):
        tamper(statement)
        together = verified()
        with monkeypatch.context() as patch:
            patch.setattr(verification, "alone", lambda: False)
            assert together == verified() != []
    assert None in divided


@pytest.mark.django_db(transaction=True)
def test_a_process_that_cannot_answer_changes_nothing(tell, divided, monkeypatch):
    tell(40)
    for failing in (lambda *_: 1 / 0, lambda *_: None, lambda *_: lambda: None):
        monkeypatch.setattr(verification, "_part", failing)
        assert verified() == []
    assert divided == [None] * 6

    def refused():
        raise OSError

    monkeypatch.setattr("os.fork", refused)
    assert verified() == []


def test_nothing_is_divided_that_another_process_could_not_see(tell):
    assert not alone()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(alone).result() is False


MOMENTS = st.one_of(
    st.datetimes().map(lambda one: one.isoformat(" ")),
    st.datetimes().map(lambda one: one.isoformat(" ", "microseconds")),
    st.text("0 \n", min_size=26, max_size=27),
    st.sampled_from([None, 7, b"2026-11-21 12:00:00.000001", "2026-11-21 12:00:00.0000\n1", ""]),
)
PLAIN = st.datetimes().map(lambda one: one.isoformat(" ", "microseconds"))


@given(st.lists(PLAIN, min_size=1, max_size=5), st.lists(MOMENTS, max_size=2))
def test_moments_are_written_the_same_all_at_once(plain, odd):
    for column in (plain, [*plain, *odd], [*odd, *plain]):
        assert list(_moments_of(column)) == [_moment_of(one) for one in column]
