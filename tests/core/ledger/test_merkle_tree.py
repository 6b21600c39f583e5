import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import LedgerError
from flightrules.ledger.merkle import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def defined_root(entries):
    """RFC 6962 2.1, word for word; slow on purpose."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\1" + defined_root(entries[:k]) + defined_root(entries[k:])).digest()


def defined_path(m, entries):
    """RFC 6962 2.1.1."""
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m < k:
        return [*defined_path(m, entries[:k]), defined_root(entries[k:])]
    return [*defined_path(m - k, entries[k:]), defined_root(entries[:k])]


def defined_proof(m, entries, whole=True):
    """RFC 6962 2.1.2."""
    if m == len(entries):
        return [] if whole else [defined_root(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m <= k:
        return [*defined_proof(m, entries[:k], whole), defined_root(entries[k:])]
    return [*defined_proof(m - k, entries[k:], False), defined_root(entries[:k])]


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


def refused(check, *arguments):
    with pytest.raises(LedgerError) as caught:
        check(*arguments)
    return caught.value.code == "E_PROOF"


def test_leaves_and_nodes_cannot_be_confused():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)
    assert root([b"a", b"b"]) == node_hash(left, right)


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_growing_tree_has_the_roots_of_the_definition(entries):
    tree = Tree()
    for number, entry in enumerate(entries):
        assert tree.append(entry) == number
    assert tree.root() == root(entries) == defined_root(entries)
    for size in range(len(entries) + 1):
        assert tree.root(size) == defined_root(entries[:size])


@given(ENTRIES, st.data())
def test_every_inclusion_proof_verifies_and_no_other_does(entries, data):
    index = data.draw(st.integers(0, len(entries) - 1))
    size, top = len(entries), root(entries)
    proof = inclusion_proof(entries, index)
    assert proof == defined_path(index, entries)
    hashed = leaf_hash(entries[index])
    verify_inclusion(index, size, hashed, proof, top)
    bit = data.draw(st.integers(0, 255))
    assert refused(verify_inclusion, index, size, flipped(hashed, bit), proof, top)
    assert refused(verify_inclusion, index, size, hashed, proof, flipped(top, bit))
    assert refused(verify_inclusion, index, size, hashed, [*proof, top], top)
    for at in range(len(proof)):
        wrong = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        assert refused(verify_inclusion, index, size, hashed, wrong, top)
        assert refused(verify_inclusion, index, size, hashed, proof[:at] + proof[at + 1 :], top)


@given(ENTRIES, st.data())
def test_every_consistency_proof_verifies_and_no_other_does(entries, data):
    older = data.draw(st.integers(1, len(entries)))
    newer = len(entries)
    proof = consistency_proof(entries, older)
    assert proof == defined_proof(older, entries)
    old, new = root(entries[:older]), root(entries)
    verify_consistency(older, newer, proof, old, new)
    bit = data.draw(st.integers(0, 255))
    assert refused(verify_consistency, older, newer, proof, flipped(old, bit), new)
    assert refused(verify_consistency, older, newer, proof, old, flipped(new, bit))
    assert refused(verify_consistency, older, newer, [*proof, new], old, new)
    for at in range(len(proof)):
        wrong = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        assert refused(verify_consistency, older, newer, wrong, old, new)
        assert refused(verify_consistency, older, newer, proof[:at] + proof[at + 1 :], old, new)


@given(ENTRIES, st.data())
def test_rewriting_history_leaves_no_consistency_proof(entries, data):
    older = data.draw(st.integers(1, len(entries)))
    at = data.draw(st.integers(0, older - 1))
    rewritten = [*entries[:at], entries[at] + b"!", *entries[at + 1 :]]
    proof = consistency_proof(rewritten, older)
    assert refused(verify_consistency, older, len(entries), proof, root(entries[:older]), root(rewritten))


def test_nothing_follows_from_an_empty_tree():
    empty, one = root([]), root([b"a"])
    assert refused(verify_consistency, 0, 0, [], empty, empty)
    assert refused(verify_consistency, 0, 1, [], empty, one)
    with pytest.raises(LedgerError, match="no proof from 0"):
        consistency_proof([b"a"], 0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda tree: tree.root(4),
        lambda tree: tree.root(-1),
        lambda tree: tree.inclusion_proof(3),
        lambda tree: tree.inclusion_proof(-1),
        lambda tree: tree.inclusion_proof(0, 4),
        lambda tree: tree.consistency_proof(4),
        lambda tree: tree.consistency_proof(2, 1),
    ],
)
def test_a_tree_answers_only_for_sizes_that_it_had(ask):
    with pytest.raises(LedgerError) as caught:
        ask(Tree([b"a", b"b", b"c"]))
    assert caught.value.code == "E_RANGE"


def test_proofs_for_earlier_sizes_stay_available():
    tree = Tree(bytes([n]) for n in range(20))
    for size in range(1, 21):
        verify_inclusion(
            size - 1,
            size,
            leaf_hash(bytes([size - 1])),
            tree.inclusion_proof(size - 1, size),
            tree.root(size),
        )
        for older in range(1, size + 1):
            verify_consistency(
                older, size, tree.consistency_proof(older, size), tree.root(older), tree.root(size)
            )


@pytest.mark.parametrize("hashed", [b"", b"short", bytes(33)])
def test_hashes_of_another_size_are_refused(hashed):
    assert refused(verify_inclusion, 0, 1, hashed, [], hashed)
    assert refused(verify_consistency, 1, 1, [], hashed, hashed)


@given(
    st.integers(-(2**70), 2**70), st.integers(-(2**70), 2**70), st.lists(st.binary(max_size=33), max_size=70)
)
def test_hostile_numbers_end_in_a_refusal(one, two, proof):
    top = bytes(32)
    assert refused(verify_inclusion, one, two, top, [*proof, top], bytes([1]) * 32)
    assert refused(verify_consistency, one, two, [*proof, top], top, bytes([1]) * 32)


@pytest.mark.shared
def test_published_roots(vectors):
    cases = vectors("rfc6962_roots")
    assert cases
    for case in cases:
        assert root(bytes.fromhex(leaf) for leaf in case["leaves_hex"]).hex() == case["root_hex"], case["id"]


def decoded(text):
    return base64.b64decode(text or "")


def run_published(case):
    proof = [decoded(one) for one in case["proof"] or []]
    if case["kind"] == "inclusion":
        verify_inclusion(
            case["leafIdx"], case["treeSize"], decoded(case["leafHash"]), proof, decoded(case["root"])
        )
    else:
        verify_consistency(
            case["size1"], case["size2"], proof, decoded(case["root1"]), decoded(case["root2"])
        )


@pytest.mark.shared
def test_published_proofs(vectors):
    cases = vectors("rfc6962_proofs")
    assert {case["kind"] for case in cases} == {"inclusion", "consistency"}
    for case in cases:
        try:
            run_published(case)
            failed = False
        except LedgerError:
            failed = True
        assert failed is case["wantErr"], case["id"]
