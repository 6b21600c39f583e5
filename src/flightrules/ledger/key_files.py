"""Reads keys from the bytes of their files: PEM or the one-line vkey. The command line opens the files."""

from __future__ import annotations

from typing import Any, Final

from flightrules.errors import LedgerError
from flightrules.ledger.keys import Algorithm, PrivateKey, PublicKey
from flightrules.ledger.note import parse_vkey

__all__ = ["load_private_key", "load_public_key"]

_SIZE_LIMIT: Final = 1 << 16


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
