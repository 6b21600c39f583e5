import base64
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import LedgerError
from flightrules.ledger.key_files import load_private_key, load_public_key
from flightrules.ledger.keys import PublicKey, generate_key
from flightrules.ledger.note import NoteKey

PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
OPEN = serialization.NoEncryption()


def refusal(load, *arguments, **named):
    with pytest.raises(LedgerError) as caught:
        load(*arguments, **named)
    return caught.value


def outcome(load, data):
    try:
        load(data)
    except LedgerError as error:
        return error.code
    return "loaded"


def test_two_new_keys_differ_and_sign():
    one, two = generate_key(), generate_key()
    assert one.keyid != two.keyid
    assert one.public.verifies(one.sign(b"go"), b"go")
    assert not two.public.verifies(one.sign(b"go"), b"go")
    assert not one.public.verifies(one.sign(b"go"), b"no-go")


def test_a_key_survives_its_files(ada):
    again = load_private_key(ada.to_pem())
    assert again.sign(b"go") == ada.sign(b"go")
    assert load_public_key(ada.public.to_pem()) == ada.public == again.public


def test_a_vkey_is_a_public_key_too(ada):
    vkey = NoteKey("flightrules.example/ledger", ada.public).vkey
    assert load_public_key(f"{vkey}\n".encode()) == ada.public


def test_our_public_pem_is_what_openssl_writes(ada):
    theirs = serialization.load_pem_public_key(ada.public.to_pem()).public_bytes(PEM, SPKI)
    assert ada.public.to_pem() == theirs


def test_the_key_id_is_the_digest_of_the_der_encoding():
    # RFC 8410 10.1 / RFC 8032 7.1 test 1: the id is fixed by the standard, not by us
    key = PublicKey.of_ed25519(
        bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    )
    assert key.keyid == "06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9"


def test_a_private_key_does_not_show_itself(ada):
    shown = repr(ada)
    assert ada.keyid in shown
    assert ada.to_pem().decode().splitlines()[1] not in shown


def test_a_passphrase_protects_a_key(ada):
    locked = ada.to_pem(b"correct horse")
    assert b"ENCRYPTED" in locked
    assert load_private_key(locked, passphrase=b"correct horse").keyid == ada.keyid
    for named, words in (({}, "protected"), ({"passphrase": b"wrong"}, "passphrase is wrong")):
        error = refusal(load_private_key, locked, **named)
        assert error.code == "E_KEY"
        assert words in error.message
    assert "has no passphrase" in refusal(load_private_key, ada.to_pem(), passphrase=b"x").message


def test_the_wrong_half_is_named_as_such(ada):
    assert "public half" in refusal(load_private_key, ada.public.to_pem()).message
    error = refusal(load_public_key, ada.to_pem(), name="key.pem")
    assert (error.code, error.file) == ("E_KEY", "key.pem")
    assert "private key" in error.message
    assert "private key" in refusal(load_public_key, ada.to_pem(b"x")).message


def test_other_algorithms_are_refused_for_signing():
    for other in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)):
        assert refusal(load_private_key, other.private_bytes(PEM, PKCS8, OPEN)).code == "E_ALG"


def test_only_two_algorithms_verify():
    p256 = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(PEM, SPKI)
    assert load_public_key(p256).algorithm == "ecdsa-p256"
    assert refusal(lambda: load_public_key(p256).raw).code == "E_ALG"
    for other in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        assert refusal(load_public_key, other.public_key().public_bytes(PEM, SPKI)).code == "E_ALG"


def pem(label, der):
    return f"-----BEGIN {label}-----\n{base64.b64encode(der).decode()}\n-----END {label}-----\n".encode()


def test_an_algorithm_that_nobody_knows_is_named_as_such():
    algorithm = bytes.fromhex("300506032a0304")  # object identifier 1.2.3.4
    spki = b"\x30\x0d" + algorithm + bytes.fromhex("030400010203")
    pkcs8 = b"\x30\x0e" + bytes.fromhex("020100") + algorithm + bytes.fromhex("04020500")
    assert refusal(load_public_key, pem("PUBLIC KEY", spki)).code == "E_ALG"
    assert refusal(load_private_key, pem("PRIVATE KEY", pkcs8)).code == "E_ALG"


def test_a_changed_p256_signature_does_not_verify():
    private = ec.derive_private_key(7, ec.SECP256R1())
    r, s = decode_dss_signature(private.sign(b"go", ec.ECDSA(hashes.SHA256())))
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    key = load_public_key(private.public_key().public_bytes(PEM, SPKI))
    assert key.verifies(raw, b"go")
    assert not key.verifies(raw, b"no-go")
    assert not key.verifies(bytes(64), b"go")


def test_the_crypto_library_is_loaded_only_where_a_key_is_used():
    names = (
        "attestation",
        "canonical",
        "checkpoint",
        "envelope",
        "keys",
        "merkle",
        "note",
        "tiles",
        "verification",
        "vsa",
    )
    code = (
        f"import sys; from flightrules.ledger import {', '.join(names)}; print('cryptography' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


def test_a_weak_key_that_signs_everything_is_refused():
    # The neutral element: R = it and s = 0 verify for every message under this "key".
    neutral = bytes([1]) + bytes(31)
    weak = PublicKey("ed25519", bytes.fromhex("302a300506032b6570032100") + neutral)
    assert weak.verifies(neutral + bytes(32), b"any message")
    assert weak.verifies(neutral + bytes(32), b"any other message")
    for raw in (neutral, bytes(32), bytes([1]) + bytes(30) + b"\x80", bytes.fromhex("ec" + "ff" * 30 + "7f")):
        assert refusal(PublicKey.of_ed25519, raw).code == "E_KEY"


@pytest.mark.parametrize("raw", [b"", bytes(31), bytes(33)])
def test_an_ed25519_key_has_32_bytes(raw):
    assert refusal(PublicKey.of_ed25519, raw).code == "E_KEY"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        b"-----BEGIN",
        b"a+b+c",
    ],
)
def test_files_that_hold_no_key(data):
    assert refusal(load_public_key, data).code == "E_KEY"
    assert refusal(load_private_key, data).code == "E_KEY"


@given(st.binary(max_size=300), st.sampled_from(["public", "private", "vkey", "none"]), st.integers(0, 200))
def test_damaged_key_files_end_in_a_refusal(noise, kind, at):
    key = generate_key()
    whole = {
        "public": key.public.to_pem(),
        "private": key.to_pem(),
        "vkey": NoteKey("a", key.public).vkey.encode(),
        "none": b"",
    }[kind]
    damaged = whole[:at] + noise + whole[at + 3 :]
    for load in (load_public_key, load_private_key):
        assert outcome(load, damaged) in {"E_KEY", "E_ALG", "loaded"}


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_noise_is_no_signature(signature, message):
    p256 = load_public_key(ec.derive_private_key(7, ec.SECP256R1()).public_key().public_bytes(PEM, SPKI))
    assert not p256.verifies(signature, message)
    assert not PublicKey.of_ed25519(bytes([9]) * 32).verifies(signature, message)


def test_a_key_of_an_algorithm_that_nobody_knows_is_refused_by_name():
    """Sound PKCS#8 and SPKI around the object identifier 1.2.3.4."""

    def pem(label, der):
        text = base64.b64encode(bytes.fromhex(der)).decode()
        return f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n".encode()

    private = pem("PRIVATE KEY", "300d020100300506032a0304040100")
    public = pem("PUBLIC KEY", "300b300506032a030403020000")
    assert refusal(load_private_key, private).code == "E_ALG"
    assert refusal(load_public_key, public).code == "E_ALG"
