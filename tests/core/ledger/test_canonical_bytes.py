import base64
import enum
import json
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import LedgerError
from flightrules.ledger.canonical import DEPTH_LIMIT, canonical_bytes, canonical_digest, jcs_bytes
from flightrules.ledger.decoding import decode_text

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXT.filter(lambda key: key != "__proto__"), inner, max_size=4)
    ),
    max_leaves=20,
)


def nested(levels):
    value = "bottom"
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, b"null"),
        (True, b"true"),
        (False, b"false"),
        (0, b"0"),
        (-7, b"-7"),
        (2**53 - 1, b"9007199254740991"),
        ("", b'""'),
        ([], b"[]"),
        ((1, 2), b"[1,2]"),
        ({}, b"{}"),
        ({"b": 1, "a": {"d": [], "c": None}}, b'{"a":{"c":null,"d":[]},"b":1}'),
        ('\x01\b\t\n\f\r"\\/\x7f', b'"\\u0001\\b\\t\\n\\f\\r\\"\\\\/\x7f"'),
        ("A\u030a ≥ 97 %", '"A\u030a ≥ 97 %"'.encode()),
        # UTF-16 order: the surrogate pair of U+1F600 sorts before U+FB33, its code point would not
        ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'.encode()),
    ],
)
def test_a_value_has_one_spelling(value, expected):
    assert canonical_bytes(value) == expected
    assert jcs_bytes(value) == expected


class Word(enum.StrEnum):
    GO = "GO"


class Level(enum.IntEnum):
    HIGH = 3


def test_named_constants_are_written_as_what_they_stand_for():
    assert canonical_bytes({"verdict": Word.GO, "level": Level.HIGH}) == b'{"level":3,"verdict":"GO"}'


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0.1, "E_NOT_CANONICAL"),
        (1.0, "E_NOT_CANONICAL"),
        (float("nan"), "E_NONFINITE"),
        (float("-inf"), "E_NONFINITE"),
        (2**53, "E_NOT_CANONICAL"),
        (-(2**53), "E_NOT_CANONICAL"),
        (Decimal("1.5"), "E_NOT_CANONICAL"),
        ({1: "a"}, "E_NOT_CANONICAL"),
        ({"a", "b"}, "E_NOT_CANONICAL"),
        (b"bytes", "E_NOT_CANONICAL"),
        ("\ud800", "E_ENCODING"),
        ({"\udfff": 1}, "E_ENCODING"),
        ("a\0b", "E_CONTROL_CHAR"),
        ({"__proto__": 1}, "E_UNKNOWN_FIELD"),
        (nested(DEPTH_LIMIT + 1), "E_TOO_DEEP"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_its_class(value, code):
    with pytest.raises(LedgerError) as caught:
        canonical_bytes({"deep": value} if code != "E_TOO_DEEP" else value)
    assert caught.value.code == code


def test_a_value_that_holds_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(LedgerError, match="nested deeper"):
        canonical_bytes(loop)


def test_the_deepest_value_that_may_be_written_can_be_read():
    value = nested(DEPTH_LIMIT)
    assert decode_text(canonical_bytes(value).decode(), "x") == value


def test_full_jcs_writes_nul_and_refuses_numbers_that_doubles_cannot_hold():
    assert jcs_bytes("a\0") == b'"a\\u0000"'
    for bad, code in (
        (2**53, "E_NOT_CANONICAL"),
        (Decimal(1), "E_NOT_CANONICAL"),
        (float("inf"), "E_NONFINITE"),
    ):
        with pytest.raises(LedgerError) as caught:
            jcs_bytes([bad])
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (56.0, "56"), (4.5, "4.5"), (-1.5, "-1.5"), (0.002, "0.002"),
        (1e-6, "0.000001"), (1e-7, "1e-7"), (1.5e-7, "1.5e-7"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
        (123456789012345680000.0, "123456789012345680000"), (1e30, "1e+30"), (5e-324, "5e-324"), (1e-27, "1e-27"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_ecmascript_writes_them(value, expected):
    assert jcs_bytes(value) == expected.encode()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself(value):
    assert float(jcs_bytes(value)) == value


@given(VALUES)
def test_canonical_bytes_are_a_fixed_point(value):
    written = canonical_bytes(value)
    again = decode_text(written.decode(), "x")
    assert canonical_bytes(again) == written == jcs_bytes(value)
    assert again == json.loads(written)


@given(
    st.dictionaries(TEXT.filter(lambda key: key != "__proto__"), st.integers(0, 9), min_size=2), st.randoms()
)
def test_the_order_of_keys_does_not_change_the_digest(value, random):
    items = list(value.items())
    random.shuffle(items)
    assert canonical_digest(dict(items)) == canonical_digest(value)


@pytest.mark.shared
def test_published_jcs_documents(vectors):
    cases = vectors("rfc8785_jcs")
    assert cases
    for case in cases:
        value = json.loads(base64.b64decode(case["input_b64"]))
        assert jcs_bytes(value) == base64.b64decode(case["output_b64"]), case["id"]


@pytest.mark.shared
def test_published_jcs_numbers(vectors):
    cases = vectors("rfc8785_numbers")
    assert cases
    for case in cases:
        value = struct.unpack(">d", bytes.fromhex(case["ieee754_hex"]))[0]
        if case["expected"] is None:
            with pytest.raises(LedgerError):
                jcs_bytes(value)
        else:
            assert jcs_bytes(value).decode() == case["expected"], case["id"]
