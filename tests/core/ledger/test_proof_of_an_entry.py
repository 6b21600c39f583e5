"""A printed proof shows offline that one entry stands under a signed head; no member of it can be changed alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import LedgerError
from flightrules.ledger.checkpoint import sign_head
from flightrules.ledger.entry import Entry, entry_bytes
from flightrules.ledger.inclusion import is_proof, verify_proof
from flightrules.ledger.keys import generate_key
from flightrules.ledger.merkle import Tree

KEY = generate_key()
ORIGIN = f"flightrules/{'0' * 32}/product/shop"


def body_of(number, stream="product/shop"):
    return entry_bytes(
        Entry(
            seq=number,
            at="2026-11-21T12:00:00.000000Z",
            tag="release:release:changed",
            actor="system",
            subject="release/42",
            stream=stream,
            prev="" if number == 0 else "a" * 64,
            by={},
            data={"n": number},
        )
    )


def proof(index=3, size=7, *, origin=ORIGIN, key=KEY):
    entries = [body_of(number) for number in range(size)]
    tree = Tree(entries)
    return {
        "stream": "product/shop",
        "index": index,
        "size": size,
        "entry": entries[index].decode(),
        "proof": [one.hex() for one in tree.inclusion_proof(index)],
        "head": sign_head(tree, origin, key),
    }


def verified(found, key=KEY):
    return verify_proof(json.dumps(found).encode(), public_keys=[key.public])


@given(st.integers(1, 40), st.data())
def test_every_entry_of_every_ledger_is_shown_to_stand_in_it(size, data):
    index = data.draw(st.integers(0, size - 1))
    found = verified(proof(index, size))
    assert found.ok
    assert found.require()["data"] == {"n": index}
    assert [step.ok for step in found.steps] == [True] * 5


@pytest.mark.parametrize(
    ("changed", "step", "code"),
    [
        ({"index": 4}, 2, "E_CONTRADICTION"),
        ({"stream": "product/bank"}, 2, "E_CONTRADICTION"),
        ({"size": 8}, 3, "E_CONTRADICTION"),
        ({"entry": body_of(3).decode().replace("changed", "forged!")}, 5, "E_PROOF"),
        ({"entry": body_of(3).decode() + " "}, 2, "E_NOT_CANONICAL"),
        ({"proof": []}, 5, "E_PROOF"),
        ({"proof": proof()["proof"][::-1]}, 5, "E_PROOF"),
        ({"proof": [*proof()["proof"], "0" * 64]}, 5, "E_PROOF"),
        ({"proof": [one.upper() for one in proof()["proof"]]}, 5, "E_MALFORMED"),
        ({"proof": [7]}, 5, "E_MALFORMED"),
        ({"head": proof(size=6)["head"]}, 3, "E_CONTRADICTION"),
        ({"head": proof(origin=f"flightrules/{'0' * 32}/product/bank")["head"]}, 3, "E_ORIGIN"),
        ({"head": proof(origin="somebody/product/shop")["head"]}, 3, "E_ORIGIN"),
        ({"head": proof(key=generate_key())["head"]}, 4, "E_SIGNATURE"),
        ({"head": "nothing"}, 3, "E_MALFORMED"),
        ({"verdict": "GO"}, 1, "E_UNKNOWN_FIELD"),
        ({"index": "3"}, 1, "E_WRONG_TYPE"),
        ({"index": None}, 1, "E_MISSING_FIELD"),
        ({"index": True}, 1, "E_WRONG_TYPE"),
    ],
)
def test_no_member_can_be_changed_alone(changed, step, code):
    found = verified({**proof(), **changed})
    assert not found.ok
    assert (found.failed.number, found.failed.code) == (step, code)


def test_only_the_key_that_signed_is_named():
    data, other = json.dumps(proof()).encode(), generate_key()
    assert verify_proof(data, public_keys=[other.public, KEY.public]).signers == (KEY.public,)


def test_another_key_vouches_for_nothing():
    assert verified(proof(), key=generate_key()).failed.code == "E_SIGNATURE"
    with pytest.raises(LedgerError, match="no key is given"):
        verify_proof(b"{}", public_keys=[])


def test_a_list_is_no_proof():
    found = verified([proof()])
    assert (found.failed.number, found.failed.code) == (1, "E_WRONG_TYPE")


@given(st.binary(max_size=60))
def test_what_is_no_proof_is_refused_and_nothing_else(data):
    assert not is_proof(data)
    assert not verify_proof(data, public_keys=[KEY.public]).ok


@given(st.data())
def test_a_changed_character_of_a_value_is_never_passed_over(data):
    text = json.dumps(proof())
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.characters(codec="ascii", exclude_characters=text[at]))
    changed = text[:at] + put + text[at + 1 :]
    found = verify_proof(changed.encode(), public_keys=[KEY.public])
    assert not found.ok or json.loads(changed) == json.loads(text)
