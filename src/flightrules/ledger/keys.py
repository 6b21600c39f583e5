"""Keys: made, read and written as bytes; files are the command line's business.

Signing is Ed25519 only. ECDSA P-256 (raw r || s) is verified because other tools' envelopes carry it.
A key's id is the hexadecimal SHA-256 of its SubjectPublicKeyInfo in DER.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from flightrules.errors import LedgerError
from flightrules.values import frozen

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["Algorithm", "PrivateKey", "PublicKey", "generate_key", "load_private_key", "load_public_key"]

Algorithm = Literal["ed25519", "ecdsa-p256"]

# RFC 8410: every Ed25519 SubjectPublicKeyInfo is this prefix and the 32 bytes of the key.
_ED25519_SPKI: Final = bytes.fromhex("302a300506032b6570032100")
_ED25519_SIZE: Final = 32
_P256_SIZE: Final = 32
_SIZE_LIMIT: Final = 1 << 16

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


def load_private_key(data: bytes, *, passphrase: bytes | None = None, name: str | None = None) -> PrivateKey:
    """The signing key in a PEM PKCS#8 file.

    Raises:
        LedgerError: E_KEY (damaged, protected, wrong passphrase, public half), E_ALG (not Ed25519).
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if b"PUBLIC KEY" in data[:_SIZE_LIMIT] and b"PRIVATE KEY" not in data[:_SIZE_LIMIT]:
        raise LedgerError(
            "E_KEY",
            "this is the public half; signing needs the private one",
            file=name,
            hint="name the private key",
        )
    key = _read_private(data, passphrase, name)
    if not isinstance(key, Ed25519PrivateKey):
        raise LedgerError(
            "E_ALG", "the key is not an Ed25519 key", file=name, hint="make one with flightrules keygen"
        )
    return PrivateKey(key)


def load_public_key(data: bytes, *, name: str | None = None) -> PublicKey:
    """The verifying key in a PEM SubjectPublicKeyInfo file, or a one-line vkey (C2SP signed-note).

    Raises:
        LedgerError: E_KEY (damaged, weak, private half), E_ALG (neither Ed25519 nor ECDSA P-256).
    """
    if b"PRIVATE KEY" in data[:_SIZE_LIMIT]:
        hint = "keep it secret and name the public key"
        raise LedgerError(
            "E_KEY", "this is a private key; verifying needs the public one", file=name, hint=hint
        )
    if b"-----BEGIN" not in data[:_SIZE_LIMIT]:
        return _of_vkey(data, name)
    key = _read_public(data, name)
    algorithm = _algorithm(key)
    if algorithm is None:
        raise LedgerError(
            "E_ALG",
            "the key is neither Ed25519 nor ECDSA P-256",
            file=name,
            hint="make one with flightrules keygen",
        )
    if algorithm == "ed25519":
        return PublicKey.of_ed25519(key.public_bytes_raw())
    from cryptography.hazmat.primitives import serialization as forms

    return PublicKey(algorithm, key.public_bytes(forms.Encoding.DER, forms.PublicFormat.SubjectPublicKeyInfo))


def _of_vkey(data: bytes, name: str | None) -> PublicKey:
    from flightrules.ledger.note import parse_vkey

    try:
        return parse_vkey(data[:_SIZE_LIMIT].decode("utf-8").strip()).key
    except UnicodeDecodeError:
        raise LedgerError(
            "E_KEY", "the file holds no key", file=name, hint="name a PEM or vkey file"
        ) from None
    except LedgerError as error:
        raise LedgerError(error.code, error.message, file=name, hint=error.hint) from None


def _read_private(data: bytes, passphrase: bytes | None, name: str | None) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(data, passphrase)
    except TypeError:
        message = "the key has no passphrase" if passphrase else "the key is protected by a passphrase"
        hint = "leave the passphrase out" if passphrase else "give the passphrase"
        raise LedgerError("E_KEY", message, file=name, hint=hint) from None
    except ValueError:
        message = (
            "the passphrase is wrong or the key is damaged"
            if passphrase
            else "the file holds no PEM PKCS#8 private key"
        )
        raise LedgerError("E_KEY", message, file=name, hint="make one with flightrules keygen") from None
    except UnsupportedAlgorithm:
        raise LedgerError(
            "E_ALG",
            "the key's algorithm is not supported",
            file=name,
            hint="make one with flightrules keygen",
        ) from None


def _read_public(data: bytes, name: str | None) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        return load_pem_public_key(data)
    except UnsupportedAlgorithm:
        raise LedgerError(
            "E_ALG", "the key's algorithm is not supported", file=name, hint="name an Ed25519 key"
        ) from None
    except ValueError:
        raise LedgerError(
            "E_KEY", "the file holds no PEM public key", file=name, hint="name the file that keygen wrote"
        ) from None


def _algorithm(key: Any) -> Algorithm | None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if isinstance(key, Ed25519PublicKey):
        return "ed25519"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ecdsa-p256"
    return None


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
