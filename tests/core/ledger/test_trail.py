"""Following a ledger: every byte, column, hash and head that differs from what was recorded is found and placed."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import LedgerError
from flightrules.ledger.checkpoint import Checkpoint
from flightrules.ledger.entry import KEY_ADOPTED, Entry, entry_bytes, read_entry
from flightrules.ledger.frontier import EMPTY, Frontier
from flightrules.ledger.history import head_in, judge_anchors, judge_heads
from flightrules.ledger.keys import PrivateKey
from flightrules.ledger.merkle import leaf_hash, root
from flightrules.ledger.note import sign_note
from flightrules.ledger.trail import Part, Row, Trail, follow

STREAM, ORIGIN = "product/shop", "flightrules/0c0ffee0/product/shop"
SIZE = 200


def key_of(number):
    return PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def rows_of(size, adoptions=()):
    """A ledger as the database keeps it; ``adoptions`` are (seq, key under, key adopted)."""
    rows, prev = [], ""
    adopted = {seq: {"under": pem(under), "adopted": pem(new)} for seq, under, new in adoptions}
    for seq in range(size):
        entry = Entry(
            seq=seq,
            at=f"2026-11-21T12:00:00.{seq:06d}Z",
            tag=KEY_ADOPTED if seq in adopted else "release:release:changed",
            actor="a" * 32,
            subject=f"release/{seq % 7}",
            stream=STREAM,
            prev=prev,
            by={"account": "b" * 32, "kind": "person", "via": "token"},
            data=adopted.get(seq, {"note": 'a "quoted" text \n with },"at":" in it', "n": seq}),
        )
        body = entry_bytes(entry)
        rows.append(Row(seq, entry.at, entry.tag, entry.actor, entry.subject, body, leaf_hash(body)))
        prev = leaf_hash(body).hex()
    return rows


def pem(key):
    return key.public.to_pem().decode()


def signed(rows, key, size=None):
    size = len(rows) if size is None else size
    head = Checkpoint(ORIGIN, size, root([row.body for row in rows[:size]]))
    return sign_note(head.text, [(ORIGIN, key)])


def followed(rows, *sizes, start=EMPTY, prev=""):
    trail = Trail(STREAM, start=start, prev=prev, sizes=[*sizes, start.size + len(rows)])
    for at in range(0, len(rows), 64):
        trail.take(list(zip(*rows[at : at + 64], strict=True)))
    return trail


def judged(rows, tip, kept=(), keys=(), anchors=None):
    """The faults, as (seq, code), of a ledger with this tip, these kept heads and these keys."""
    anchors = {str(at): head_in(note) for at, note in enumerate(anchors or ())}
    trail = followed(rows, *range(len(rows)))
    faults, known = judge_heads(trail, ORIGIN, tip, list(kept), [key.public for key in keys])
    faults += judge_anchors(trail, ORIGIN, anchors, known)
    faults += [trail.fault] if trail.fault else []
    return sorted({(fault.seq, fault.code) for fault in faults})


@pytest.fixture(scope="module")
def rows():
    return rows_of(SIZE)


@pytest.fixture(scope="module")
def ada():
    return key_of(1)


@pytest.fixture(scope="module")
def ben():
    return key_of(2)


def test_a_whole_ledger_holds_and_has_the_root_of_the_specification(rows, ada):
    trail = followed(rows, 1, 100)
    assert trail.fault is None
    assert (trail.size, trail.roots[SIZE]) == (SIZE, root([row.body for row in rows]))
    assert trail.roots[100] == root([row.body for row in rows[:100]])
    anchors = [signed(rows, ada, 3), signed(rows, ada, 9)]
    assert judged(rows, signed(rows, ada), [(100, signed(rows, ada, 100))], [ada], anchors) == []


@given(st.integers(0, 70), st.lists(st.integers(0, 9), max_size=12))
def test_an_edge_grows_the_same_in_steps_of_any_size(start, steps):
    leaves = [leaf_hash(bytes([number])) for number in range(start + sum(steps))]
    edge = EMPTY.extended(leaves[:start])
    single = EMPTY
    for leaf in leaves[:start]:
        single = single.appended(leaf)
    at = start
    for step in steps:
        edge, at = edge.extended(leaves[at : at + step]), at + step
    for leaf in leaves[start:]:
        single = single.appended(leaf)
    assert edge == single
    assert Frontier.of_bytes(edge.size, edge.to_bytes()) == edge


def test_an_entry_reads_back_as_it_was_written(rows):
    for row in rows[:3]:
        assert entry_bytes(read_entry(row.body)) == row.body


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff", "E_ENCODING"),
        (b"[]", "E_WRONG_TYPE"),
        (b"{}", "E_MISSING_FIELD"),
        (b'{"v":2}', "E_ENUM"),
        (b'{"v":1,"x":1}', "E_UNKNOWN_FIELD"),
    ],
)
def test_bytes_that_are_no_entry_are_refused(body, code):
    with pytest.raises(LedgerError) as refused:
        read_entry(body)
    assert refused.value.code == code


def test_an_entry_in_another_spelling_is_refused(rows):
    with pytest.raises(LedgerError, match="canonical"):
        read_entry(rows[0].body.replace(b'"v":1', b'"v": 1'))


# ---- every kind of change


def mutations(rows, bits, places):
    """(seq, changed row) for one bit after the other of every byte in the body and the leaf."""
    for seq in places:
        row = rows[seq]
        for name in ("body", "leaf"):
            data = getattr(row, name)
            for at in range(len(data)):
                for bit in bits:
                    changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
                    yield seq, row._replace(**{name: changed})


def undetected(rows, bits, places):
    """Changes that a verifier who was right until then does not find at the entry itself."""
    edges = [EMPTY]
    for row in rows:
        edges.append(edges[-1].appended(row.leaf))
    found = []
    for seq, changed in mutations(rows, bits, places):
        trail = Trail(STREAM, start=edges[seq], prev=rows[seq - 1].leaf.hex() if seq else "")
        trail.take([[value] for value in changed])
        if trail.fault is None or trail.fault.seq != seq:
            found.append((seq, changed))
    return found


def test_every_changed_byte_is_found_at_its_entry(rows):
    assert undetected(rows, (0x01, 0x80), range(0, SIZE, 23)) == []


@pytest.mark.slow
def test_every_changed_byte_of_every_entry_is_found(rows):
    assert undetected(rows, (0x01, 0x20, 0x80), range(SIZE)) == []


@pytest.mark.parametrize("column", ["seq", "at", "tag", "actor", "subject"])
def test_every_changed_column_is_found_at_its_entry(rows, column, ada):
    tip = signed(rows, ada)
    for seq in range(0, SIZE, 13):
        value = getattr(rows[seq], column)
        texts = (
            [value + 1] if column == "seq" else [value[:-1], value + " ", value + "\n", value[:-1] + "é", ""]
        )
        for text in texts:
            changed = [*rows[:seq], rows[seq]._replace(**{column: text}), *rows[seq + 1 :]]
            if column == "seq":
                changed.sort(key=lambda row: row.seq)
            assert judged(changed, tip, keys=[ada])[0][0] == seq, (seq, text)


def test_an_entry_changed_together_with_its_hash_is_contradicted_by_its_successor(rows, ada):
    tip = signed(rows, ada)
    for seq in range(0, SIZE - 1, 17):
        body = rows[seq].body.replace(b'"n":', b'"n":1')
        changed = [*rows[:seq], rows[seq]._replace(body=body, leaf=leaf_hash(body)), *rows[seq + 1 :]]
        assert judged(changed, tip, keys=[ada])[0] == (seq, "E_ENTRY")


def test_the_newest_entry_changed_with_its_hash_is_contradicted_by_the_signed_head(rows, ada):
    body = rows[-1].body.replace(b'"n":', b'"n":1')
    changed = [*rows[:-1], rows[-1]._replace(body=body, leaf=leaf_hash(body))]
    kept = [(150, signed(rows, ada, 150))]
    assert judged(changed, signed(rows, ada), kept, [ada]) == [(150, "E_DIVERGED")]


@pytest.mark.parametrize("step", [1, 37, pytest.param(0, marks=pytest.mark.slow)])
def test_every_missing_and_every_doubled_entry_is_found(rows, ada, step):
    tip = signed(rows, ada)
    for seq in range(SIZE) if step == 0 else range(step, SIZE, 29):
        gone = judged(rows[:seq] + rows[seq + 1 :], tip, keys=[ada])
        assert gone[0] == (seq, "E_SUCCESSION" if seq < SIZE - 1 else "E_ANCHOR")
        doubled = judged([*rows[: seq + 1], *rows[seq:]], tip, keys=[ada])
        assert doubled[0] == (seq, "E_SUCCESSION")


def swapped(rows, one, other, *, with_columns):
    """Two entries change places: whole, or only what the columns do not show."""
    changed = list(rows)
    changed[one], changed[other] = rows[other], rows[one]
    if not with_columns:
        changed[one] = changed[one]._replace(seq=one)
        changed[other] = changed[other]._replace(seq=other)
    return changed


def test_swapped_entries_are_found(rows, ada):
    tip, chance = signed(rows, ada), random.Random(1)
    for _ in range(40):
        one, other = sorted(chance.sample(range(SIZE), 2))
        for with_columns in (True, False):
            assert judged(swapped(rows, one, other, with_columns=with_columns), tip, keys=[ada])[0][
                0
            ] == one or (with_columns)
            assert judged(swapped(rows, one, other, with_columns=with_columns), tip, keys=[ada]) != []


@pytest.mark.slow
def test_every_pair_of_swapped_entries_is_found(rows, ada):
    tip = signed(rows, ada)
    for one in range(SIZE):
        for other in range(one + 1, SIZE):
            assert judged(swapped(rows, one, other, with_columns=False), tip, keys=[ada])[0][0] == one


def test_a_cut_tail_is_found_by_its_own_tip_and_by_every_anchor(rows, ada):
    anchor = signed(rows, ada, 123)
    for size in (0, 1, 23, 64, 122):
        cut = rows[:size]
        assert judged(cut, signed(rows, ada), keys=[ada]) == [(size, "E_ANCHOR")]
        rolled_back = signed(rows, ada, size) if size else ""
        assert judged(cut, rolled_back, keys=[ada], anchors=[anchor]) == [(size, "E_ANCHOR")]
        assert judged(cut, rolled_back, [(123, anchor)], keys=[ada]) == [(size, "E_ANCHOR")]


def test_a_whole_new_history_has_no_signature(rows, ada):
    forger, forged = key_of(9), rows_of(SIZE - 1)
    forged = [*forged, rows_of(SIZE)[-1]]
    assert judged(rows, signed(rows, forger), keys=[ada])[0] == (0, "E_SIGNATURE")
    assert judged(rows, signed(rows, ada, 5), keys=[ada])[0] == (5, "E_SIGNATURE")
    assert judged(rows, "", keys=[ada]) == [(0, "E_SIGNATURE")]


def test_a_rewritten_history_is_placed_behind_the_last_head_that_holds(rows, ada):
    """Whoever rehashes everything behind an entry still cannot sign: the good part ends where a head says so."""
    other = rows_of(SIZE, [(120, key_of(8), key_of(9))])
    kept = [(50, signed(rows, ada, 50)), (100, signed(rows, ada, 100)), (150, signed(rows, ada, 150))]
    assert judged(other, signed(rows, ada), kept, [ada])[0] == (100, "E_DIVERGED")


def test_the_head_of_another_ledger_does_not_count(rows, ada):
    other = sign_note(
        Checkpoint("flightrules/ff/product/shop", 3, b"\0" * 32).text, [("flightrules/ff/product/shop", ada)]
    )
    assert (0, "E_ORIGIN") in judged(rows, other, keys=[ada])
    assert judged(rows, signed(rows, ada), keys=[ada], anchors=[other]) == [(0, "E_ORIGIN")]


def test_every_changed_byte_of_a_kept_head_is_found(rows, ada):
    tip, kept = signed(rows, ada), signed(rows, ada, 100)
    for at in range(len(kept)):
        changed = kept[:at] + chr(ord(kept[at]) ^ 1) + kept[at + 1 :]
        assert judged(rows[:110], signed(rows, ada, 110), [(100, changed)], [ada]) != [], at
    assert judged(rows, tip, [(99, kept)], [ada]) == [(99, "E_DIVERGED")]


# ---- keys that follow each other


def test_one_known_key_is_enough_for_a_ledger_whose_key_was_changed(ada, ben):
    cleo = key_of(3)
    rows = rows_of(60, [(20, ada, ben), (40, ben, cleo)])
    kept = [(10, signed(rows, ada, 10)), (21, signed(rows, ada, 21)), (41, signed(rows, ben, 41))]
    for known in (ada, ben, cleo):
        assert judged(rows, signed(rows, cleo), kept, [known]) == []


def test_a_key_that_nobody_vouched_for_signs_nothing(ada, ben):
    rows = rows_of(60, [(20, ada, ben)])
    assert (21, "E_SIGNATURE") in judged(rows, signed(rows, key_of(7)), [(21, signed(rows, ada, 21))], [ada])


def test_a_key_cannot_vouch_for_itself_outside_of_signed_entries(ada, ben):
    """The adoption stands behind the last head that the known key signed, so it counts for nothing."""
    rows = rows_of(60, [(50, ada, ben)])
    assert (30, "E_SIGNATURE") in judged(rows, signed(rows, ben), [(30, signed(rows, ada, 30))], [ada])


def in_batches(rows, most=64):
    return [list(zip(*rows[at : at + most], strict=True)) for at in range(0, len(rows), most)]


def followed_in_two(rows, middle, *sizes):
    """As ``followed``; the entries from ``middle`` on are followed elsewhere, and here where they do not hold."""
    trail = Trail(STREAM, sizes=[*sizes, len(rows)])
    before = rows[middle - 1].leaf.hex()
    part = follow(STREAM, in_batches(rows[middle:]), middle, before)
    for columns in in_batches(rows[:middle]):
        trail.take(columns)
    if part is None or not trail.take_part(part):
        for columns in in_batches(rows[middle:]):
            trail.take(columns)
    return trail, part


@pytest.mark.parametrize("middle", [1, 63, 64, 100, SIZE - 1])
def test_a_part_that_was_followed_elsewhere_is_taken_over_whole(ada, ben, middle):
    rows = rows_of(SIZE, [(50, ada, ben), (150, ben, ada)])
    trail, part = followed_in_two(rows, middle, *range(SIZE))
    alone = followed(rows, *range(SIZE))
    assert part is not None
    assert trail.fault is None
    assert (trail.roots, trail.last, trail.adoptions) == (alone.roots, alone.last, alone.adoptions)


@given(at=st.integers(0, SIZE - 1), middle=st.integers(1, SIZE - 1), column=st.sampled_from(Row._fields))
def test_what_is_wrong_anywhere_is_found_however_the_work_is_divided(rows, at, middle, column):
    old = getattr(rows[at], column)
    if isinstance(old, int):
        new = old + 1
    else:
        new = old[:-1] + (bytes([old[-1] ^ 1]) if isinstance(old, bytes) else "!")
    changed = [*rows[:at], rows[at]._replace(**{column: new}), *rows[at + 1 :]]
    trail, _ = followed_in_two(changed, middle, *range(SIZE))
    alone = followed(changed, *range(SIZE))
    assert trail.fault is not None
    assert (trail.fault, trail.roots) == (alone.fault, alone.roots)


def test_a_part_that_goes_on_elsewhere_is_not_taken_over(rows):
    trail = followed(rows[:100])
    part = follow(STREAM, in_batches(rows[100:]), 100, rows[99].leaf.hex())
    for wrong in (
        part._replace(first=99),
        part._replace(before=rows[98].leaf.hex()),
        part._replace(before=""),
    ):
        assert not trail.take_part(wrong)
        assert trail.size == 100
    assert trail.take_part(part)
    assert not trail.take_part(part)
    assert follow(STREAM, [], 0, "") == Part(0, "", b"", [])
