"""Keys: made, used and written as bytes; ``ledger.key_files`` reads them.

Signing is Ed25519 only. ECDSA P-256 (raw r || s) is verified because other tools' envelopes carry it.
A key's id is the hexadecimal SHA-256 of its SubjectPublicKeyInfo in DER.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from flightrules.errors import LedgerError
from flightrules.values import frozen

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["Algorithm", "PrivateKey", "PublicKey", "SigningKey", "generate_key"]

Algorithm = Literal["ed25519", "ecdsa-p256"]

# RFC 8410: every Ed25519 SubjectPublicKeyInfo is this prefix and the 32 bytes of the key.
_ED25519_SPKI: Final = bytes.fromhex("302a300506032b6570032100")
_ED25519_SIZE: Final = 32
_P256_SIZE: Final = 32

# Points of small order (sign bit cleared, non-canonical spellings included): as public keys they accept
# one signature for every message.
_WEAK: Final = frozenset(
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


@frozen
class PublicKey:
    """The half that verifies; two keys are one key when their SubjectPublicKeyInfo is equal."""

    algorithm: Algorithm
    spki: bytes

    @classmethod
    def of_ed25519(cls, raw: bytes) -> PublicKey:
        """The key with these 32 bytes (RFC 8032).

        Raises:
            LedgerError: E_KEY for another length or a key that accepts forged signatures.
        """
        if len(raw) != _ED25519_SIZE:
            raise LedgerError("E_KEY", f"an Ed25519 public key has {_ED25519_SIZE} bytes, not {len(raw)}")
        if raw[:-1] + bytes([raw[-1] & 0x7F]) in _WEAK:
            raise LedgerError("E_KEY", "the key is weak: it accepts forged signatures", hint="make a new key")
        return cls("ed25519", _ED25519_SPKI + raw)

    @property
    def keyid(self) -> str:
        """Hexadecimal SHA-256 of the DER SubjectPublicKeyInfo."""
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def raw(self) -> bytes:
        """The 32 bytes of an Ed25519 key.

        Raises:
            LedgerError: E_ALG for another algorithm.
        """
        if self.algorithm != "ed25519":
            raise LedgerError(
                "E_ALG", f"an Ed25519 key is needed, not {self.algorithm}", hint="see flightrules keygen"
            )
        return self.spki[len(_ED25519_SPKI) :]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the signature over the message."""
        return (
            _verifies_ed25519(self, signature, message)
            if self.algorithm == "ed25519"
            else _verifies_p256(self, signature, message)
        )

    def to_pem(self) -> bytes:
        """PEM SubjectPublicKeyInfo, as OpenSSL reads it."""
        from flightrules.ledger.base64 import encode

        text = encode(self.spki)
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode(
            "ascii"
        )


class SigningKey(Protocol):
    """What a signature needs of whoever makes it: a key held here, or a program outside that holds it."""

    @property
    def public(self) -> PublicKey:
        """The half that verifies."""

    def sign(self, message: bytes) -> bytes:
        """The raw Ed25519 signature."""


class PrivateKey:
    """The half that signs (Ed25519); shows only its id when printed."""

    __slots__ = ("_key", "public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey.of_ed25519(key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"PrivateKey({self.public.keyid})"

    @property
    def keyid(self) -> str:
        """The id of its public half."""
        return self.public.keyid

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes; the same message always gives the same signature (RFC 8032)."""
        return self._key.sign(message)

    def to_pem(self, passphrase: bytes | None = None) -> bytes:
        """PEM PKCS#8, encrypted when there is a passphrase; write it readable for the owner alone."""
        from cryptography.hazmat.primitives import serialization as forms

        protection = forms.BestAvailableEncryption(passphrase) if passphrase else forms.NoEncryption()
        return self._key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, protection)


def generate_key() -> PrivateKey:
    """A new Ed25519 key from the system's source of randomness."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return PrivateKey(Ed25519PrivateKey.generate())


@lru_cache(maxsize=64)
def _loaded(key: PublicKey) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(key.spki)


def _verifies_ed25519(key: PublicKey, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        _loaded(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _verifies_p256(key: PublicKey, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    if len(signature) != 2 * _P256_SIZE:
        return False
    r, s = (int.from_bytes(part, "big") for part in (signature[:_P256_SIZE], signature[_P256_SIZE:]))
    try:
        _loaded(key).verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
