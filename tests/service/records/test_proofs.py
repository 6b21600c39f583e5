"""Proofs of single entries: made from remembered blocks, equal to those made from the whole ledger."""

import pytest

from flightrules.errors import LedgerError
from flightrules.ledger.merkle import Tree
from flightrules.service.records import proofs
from flightrules.service.records import services as records
from flightrules.service.records.models import Entry, Stream

SHOP = records.product_stream("shop")


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    """Of eight entries, so that few of them make many blocks; and nothing is remembered from elsewhere."""
    monkeypatch.setattr(proofs, "TILE_WIDTH", 8)
    monkeypatch.setattr(proofs, "_HEIGHT", 3)
    proofs._blocks.clear()
    yield
    proofs._blocks.clear()


def by_the_whole() -> list[list[str]]:
    """The proof of each entry, from all of them."""
    tree = Tree(bytes(body) for body in Entry.objects.order_by("seq").values_list("body", flat=True))
    return [[one.hex() for one in tree.inclusion_proof(seq)] for seq in range(tree.size)]


@pytest.mark.parametrize("sizes", [(1,), (7, 1, 1), (20, 12, 5), (32, 32)])
def test_a_growing_ledger_is_proved_as_from_the_whole(tell, sizes):
    for more in sizes:
        tell(more)
        expected = by_the_whole()
        assert [proofs.proof(SHOP, seq)["proof"] for seq in range(len(expected))] == expected


def test_complete_blocks_are_read_once(tell, monkeypatch):
    tell(37)
    proofs.proof(SHOP, 3)
    read = []
    real = proofs.leaves
    monkeypatch.setattr(
        proofs, "leaves", lambda tip, size, start: read.append(size - start) or real(tip, size, start)
    )
    proofs.proof(SHOP, 20)
    assert sum(read) <= 2 * proofs.TILE_WIDTH


@pytest.mark.parametrize("lie", [b"\0" * 32, b"\xff" * 32])
def test_what_is_remembered_is_not_trusted(tell, lie):
    tell(37)
    for _ in range(9):
        proofs._blocks[Stream.objects.get(name=SHOP).pk].append_hash(lie)
    assert proofs.proof(SHOP, 20)["proof"] == by_the_whole()[20]


def test_a_ledger_with_a_hole_is_not_proved(tell, tamper):
    tell(37)
    tamper("DELETE FROM records_entry WHERE seq >= 16 AND seq < 37 AND seq <> 20")
    with pytest.raises(LedgerError, match="missing"):
        proofs.proof(SHOP, 20)


def test_a_changed_leaf_leads_to_no_head(tell, tamper):
    """The proof is what the stored leaves say; whoever verifies it sees that it does not lead there."""
    tell(37)
    tamper("UPDATE records_entry SET leaf = %s WHERE seq = 3", b"\1" * 32)
    tip = Stream.objects.get(name=SHOP)
    path = [bytes.fromhex(one) for one in proofs.proof(SHOP, 20)["proof"]]
    assert not proofs._leads_to_head(tip, Entry.objects.get(stream=tip, seq=20), path)
