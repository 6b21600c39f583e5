import base64
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import LedgerError
from flightrules.ledger import base64 as ours
from flightrules.ledger.envelope import (
    PAYLOAD_LIMIT,
    Envelope,
    Signature,
    pae,
    parse_bundle,
    parse_envelope,
    sign,
    verify,
)
from flightrules.ledger.key_files import load_public_key
from flightrules.ledger.keys import generate_key

KIND = "application/vnd.example+json"
PAYLOAD = b'{"decision":"go?>"}\xff'


def code_of(call, *arguments, **named):
    with pytest.raises(LedgerError) as caught:
        call(*arguments, **named)
    return caught.value.code


def as_json(envelope, **changes):
    return json.dumps(json.loads(envelope.to_json()) | changes).encode()


def test_what_was_signed_comes_out_and_nothing_else(ada):
    envelope = sign(PAYLOAD, KIND, [ada])
    found = verify(parse_envelope(envelope.to_json()), [ada.public])
    assert (found.payload, found.payload_type, found.signers) == (PAYLOAD, KIND, (ada.public,))


def test_signing_is_deterministic_and_the_order_of_keys_does_not_matter(ada, ben):
    assert sign(PAYLOAD, KIND, [ada, ben]).to_json() == sign(PAYLOAD, KIND, [ben, ada]).to_json()


def test_a_signature_over_one_type_is_none_over_another(ada):
    envelope = sign(PAYLOAD, "application/vnd.flightrules.waiver+json", [ada])
    moved = Envelope(PAYLOAD, "application/vnd.flightrules.approval+json", envelope.signatures)
    assert code_of(verify, moved, [ada.public]) == "E_SIGNATURE"


def test_two_signatures_are_two_people(ada, ben, mallory):
    keys = [ada.public, ben.public]
    both = sign(PAYLOAD, KIND, [ada, ben])
    assert set(verify(both, keys, threshold=2).signers) == set(keys)
    alone = sign(PAYLOAD, KIND, [ada])
    twice = Envelope(PAYLOAD, KIND, alone.signatures * 2)
    renamed = Envelope(PAYLOAD, KIND, (alone.signatures[0], Signature(alone.signatures[0].sig, ben.keyid)))
    stranger = sign(PAYLOAD, KIND, [ada, mallory])
    for one in (alone, twice, renamed, stranger):
        assert code_of(verify, one, keys, threshold=2) == "E_SIGNATURE"


def test_a_key_given_twice_counts_once(ada):
    alone = sign(PAYLOAD, KIND, [ada])
    assert code_of(verify, alone, [ada.public, ada.public], threshold=2) == "E_KEY"


@pytest.mark.parametrize("threshold", [0, -1, 2])
def test_a_threshold_that_asks_for_nothing_or_too_much_is_refused(ada, threshold):
    assert code_of(verify, sign(PAYLOAD, KIND, [ada]), [ada.public], threshold=threshold) == "E_KEY"


def test_no_keys_verify_nothing(ada):
    assert code_of(verify, sign(PAYLOAD, KIND, [ada]), []) == "E_KEY"
    assert code_of(sign, PAYLOAD, KIND, []) == "E_KEY"
    assert code_of(sign, PAYLOAD, KIND, [ada, ada]) == "E_KEY"


def test_a_revoked_key_is_named(ada, ben):
    envelope = sign(PAYLOAD, KIND, [ada])
    assert code_of(verify, envelope, [ada.public, ben.public], revoked=[ada.public]) == "E_KEY"
    assert code_of(verify, envelope, [ben.public], revoked=[ada.public]) == "E_KEY"
    assert verify(
        sign(PAYLOAD, KIND, [ada, ben]), [ada.public, ben.public], revoked=[ada.public]
    ).signers == (ben.public,)


@pytest.mark.parametrize("keyid", [None, "", "bogus"])
def test_the_key_id_decides_nothing(ada, ben, keyid):
    sig = sign(PAYLOAD, KIND, [ada]).signatures[0].sig
    for hint in (keyid, ben.keyid):
        assert verify(Envelope(PAYLOAD, KIND, (Signature(sig, hint),)), [ben.public, ada.public]).signers == (
            ada.public,
        )


def test_both_base64_alphabets_are_read_but_never_mixed(ada):
    envelope = sign(PAYLOAD + b"\xfb\xff\xfe", KIND, [ada])
    found = json.loads(envelope.to_json())
    assert set("+/") & set(found["payload"])
    found["payload"] = found["payload"].replace("+", "-").replace("/", "_")
    assert verify(parse_envelope(json.dumps(found).encode()), [ada.public]).payload == envelope.payload
    assert code_of(parse_envelope, as_json(envelope, payload="+_+_")) == "E_MALFORMED"


@pytest.mark.parametrize(
    "text", ["A", "AB", "AAA", "AB==", "AAAA=", "AA AA", "AAAA\n", "=AAA", "\u00e9AAA", "AAB="]
)
def test_a_second_spelling_of_the_same_bytes_is_refused(ada, text):
    assert code_of(parse_envelope, as_json(sign(PAYLOAD, KIND, [ada]), payload=text)) == "E_MALFORMED"


def test_unknown_fields_are_passed_over(ada):
    envelope = sign(PAYLOAD, KIND, [ada])
    found = json.loads(as_json(envelope, extra={"a": 1.5}))
    found["signatures"][0]["note"] = None
    assert parse_envelope(json.dumps(found).encode()) == envelope


@pytest.mark.parametrize("alg", ["none", "HS256", "EdDSA"])
def test_a_signature_that_brings_its_own_algorithm_is_refused(ada, alg):
    found = json.loads(sign(PAYLOAD, KIND, [ada]).to_json())
    found["signatures"][0]["alg"] = alg
    assert code_of(parse_envelope, json.dumps(found).encode()) == "E_ALG"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", "E_WRONG_TYPE"),
        ("null", "E_WRONG_TYPE"),
        ('"x"', "E_WRONG_TYPE"),
        ("{}", "E_MISSING_FIELD"),
        ('{"payload":"","payloadType":"x"}', "E_MISSING_FIELD"),
        ('{"payload":null,"payloadType":"x","signatures":[]}', "E_MISSING_FIELD"),
        ('{"payload":1,"payloadType":"x","signatures":[]}', "E_WRONG_TYPE"),
        ('{"payload":"","payloadType":true,"signatures":[]}', "E_WRONG_TYPE"),
        ('{"payload":"","payloadType":"x","signatures":{}}', "E_WRONG_TYPE"),
        ('{"payload":"","payloadType":"x","signatures":[1]}', "E_WRONG_TYPE"),
        ('{"payload":"","payloadType":"x","signatures":[{}]}', "E_MISSING_FIELD"),
        ('{"payload":"","payloadType":"x","signatures":[{"sig":"","keyid":1}]}', "E_WRONG_TYPE"),
        (
            '{"payload":"","payloadType":"x","signatures":[' + ",".join(['{"sig":""}'] * 101) + "]}",
            "E_TOO_MANY_ITEMS",
        ),
        ('{"message":"Bad credentials","status":401}', "E_UNRECOGNISED"),
        ('{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{}}', "E_UNRECOGNISED"),
        ('{"constructor":{"prototype":{}}}', "E_UNKNOWN_FIELD"),
        ('{"__proto__":{"payload":""}}', "E_UNKNOWN_FIELD"),
    ],
)
def test_what_is_no_envelope(text, code):
    assert code_of(parse_envelope, text.encode()) == code
    assert code_of(parse_bundle, text.encode()) == code


def test_a_bundle_is_lines_or_one_document_over_several(ada, ben):
    one, two = (sign(PAYLOAD, KIND, [key]) for key in (ada, ben))
    assert parse_bundle(one.to_json() + b"\n" + two.to_json() + b"\r\n\n") == [one, two]
    assert parse_bundle(b"\xef\xbb\xbf" + one.to_json()) == [one]
    assert parse_bundle(json.dumps(json.loads(one.to_json()), indent=2).encode()) == [one]


def test_a_fault_in_a_bundle_names_its_line(ada):
    good = sign(PAYLOAD, KIND, [ada]).to_json()
    for bad, code in ((good[:-5], "E_TRUNCATED"), (b"{}", "E_MISSING_FIELD"), (good + b"x", "E_MALFORMED")):
        with pytest.raises(LedgerError) as caught:
            parse_bundle(good + b"\n\n" + bad + b"\n", name="r.jsonl")
        assert (caught.value.code, caught.value.file, caught.value.line) == (code, "r.jsonl", 3)


def test_the_largest_payload_that_can_be_signed_can_be_read(ada):
    envelope = sign(bytes(PAYLOAD_LIMIT), KIND, [ada])
    assert parse_envelope(envelope.to_json()) == envelope
    assert code_of(sign, bytes(PAYLOAD_LIMIT + 1), KIND, [ada]) == "E_TOO_LARGE"


@given(st.text(max_size=20), st.binary(max_size=20), st.text(max_size=20), st.binary(max_size=20))
def test_the_encoding_that_is_signed_is_unambiguous(kind, payload, other_kind, other_payload):
    same = (kind, payload) == (other_kind, other_payload)
    assert (pae(kind, payload) == pae(other_kind, other_payload)) is same


@given(st.binary(max_size=100))
def test_base64_round_trips(data):
    assert ours.decode(ours.encode(data), "x") == data
    assert ours.decode(base64.urlsafe_b64encode(data).decode(), "x", url_safe=True) == data


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_changes_nothing_that_was_signed(at, change):
    key = generate_key()
    text = sign(PAYLOAD, KIND, [key]).to_json()
    at %= len(text)
    damaged = text[:at] + bytes([text[at] ^ change]) + text[at + 1 :]
    try:
        found = verify(parse_envelope(damaged), [key.public])
    except LedgerError:
        return
    assert (found.payload, found.payload_type) == (PAYLOAD, KIND)


def p256_of(case):
    numbers = ec.EllipticCurvePublicNumbers(case["pub_x"], case["pub_y"], ec.SECP256R1())
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return load_public_key(numbers.public_key().public_bytes(serialization.Encoding.PEM, spki))


def bytes_of(case, name):
    return case[f"{name}_utf8"].encode() if f"{name}_utf8" in case else base64.b64decode(case[f"{name}_b64"])


@pytest.mark.shared
def test_published_envelopes(vectors):
    cases = vectors("dsse")
    base = {case["id"]: case for case in cases}
    assert {case["op"] for case in cases} == {"pae", "verify"}
    for case in cases:
        if case["op"] == "pae":
            assert pae(case["payload_type"], bytes_of(case, "payload")) == bytes_of(case, "expected"), case[
                "id"
            ]
            continue
        origin = base[case.get("base", case["id"])]
        envelope = json.dumps(origin["envelope"] | case.get("mutate", {})).encode()
        try:
            held = bool(
                verify(
                    parse_envelope(envelope), [p256_of(origin)], threshold=case.get("threshold", 1)
                ).signers
            )
        except LedgerError:
            held = False
        assert held is case["expected"], case["id"]
