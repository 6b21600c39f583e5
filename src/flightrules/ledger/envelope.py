"""DSSE 1.0.2 envelopes: type and payload are signed together, and only verified bytes come out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from flightrules.errors import LedgerError
from flightrules.ledger import base64
from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.decoding import STRING_LIMIT, decode_text, field, text_of
from flightrules.ledger.keys import PrivateKey, PublicKey
from flightrules.values import frozen

__all__ = [
    "PAYLOAD_LIMIT",
    "Envelope",
    "Signature",
    "Verified",
    "pae",
    "parse_bundle",
    "parse_envelope",
    "passed_over",
    "sign",
    "verify",
]

PAYLOAD_LIMIT = STRING_LIMIT // 4 * 3
_SIGNATURE_LIMIT = 100
_FIELDS = ("payload", "payloadType", "signatures")
_ERROR_WORDS = frozenset({"message", "error", "errors", "error_description", "detail"})


@frozen
class Signature:
    """A signature and the hint which key made it; the hint decides nothing."""

    sig: bytes
    keyid: str | None = None


@frozen
class Envelope:
    """Payload, type and signatures, as they were found: nothing here has been verified."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]

    def to_json(self) -> bytes:
        """The envelope as one canonical JSON text, without line end."""
        signatures = [
            {"sig": base64.encode(one.sig)} | ({"keyid": one.keyid} if one.keyid is not None else {})
            for one in self.signatures
        ]
        return canonical_bytes(
            {
                "payload": base64.encode(self.payload),
                "payloadType": self.payload_type,
                "signatures": signatures,
            }
        )


@frozen
class Verified:
    """The bytes that the signatures vouch for, and who signed: parse these and nothing else.

    ``by`` names the given key behind each signature of the envelope, or None for a key that was not given.
    """

    payload: bytes
    payload_type: str
    signers: tuple[PublicKey, ...]
    by: tuple[PublicKey | None, ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE pre-authentication encoding: ``DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload``."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, payload_type: str, keys: Sequence[PrivateKey]) -> Envelope:
    """An envelope signed by each key, in the order of their ids.

    Raises:
        LedgerError: E_KEY when there is no key or one twice, E_TOO_LARGE.
    """
    if not keys or len({key.keyid for key in keys}) != len(keys):
        raise LedgerError(
            "E_KEY", "signing needs at least one key, and each key once", hint="name a private key"
        )
    if len(payload) > PAYLOAD_LIMIT:
        raise LedgerError(
            "E_TOO_LARGE", f"the payload has {len(payload)} bytes; the limit is {PAYLOAD_LIMIT}"
        )
    message = pae(payload_type, payload)
    ordered = sorted(keys, key=lambda key: key.keyid)
    return Envelope(payload, payload_type, tuple(Signature(key.sign(message), key.keyid) for key in ordered))


def verify(
    envelope: Envelope,
    keys: Iterable[PublicKey],
    *,
    threshold: int = 1,
    revoked: Collection[PublicKey] = (),
) -> Verified:
    """The verified bytes, when ``threshold`` different keys out of ``keys`` signed them.

    Every signature is tried with every key: key ids are hints and decide nothing. A key counts once.

    Raises:
        LedgerError: E_SIGNATURE (too few), E_KEY (only a revoked key signed; no key or threshold given).
    """
    trusted = [key for key in dict.fromkeys(keys) if key not in revoked]
    if threshold < 1 or threshold > len(trusted):
        message = (
            f"{threshold} signatures of different keys are asked for and {len(trusted)} usable keys given"
        )
        raise LedgerError("E_KEY", message, hint="name the signers' public keys")
    message_bytes = pae(envelope.payload_type, envelope.payload)
    by = tuple(_signer(one, trusted, message_bytes) for one in envelope.signatures)
    signers = tuple(dict.fromkeys(key for key in by if key is not None))
    if len(signers) < threshold:
        raise _too_few(envelope, len(signers), threshold, revoked)
    return Verified(envelope.payload, envelope.payload_type, signers, by)


def passed_over(envelope: Envelope, found: Verified, keys: Iterable[PublicKey]) -> int:
    """How many signatures are of keys that were not given.

    Raises:
        LedgerError: E_SIGNATURE, for one that is said to be of a given key and is not.
    """
    known = {key.keyid for key in keys}
    for signature, key in zip(envelope.signatures, found.by, strict=True):
        if key is None and signature.keyid in known:
            raise LedgerError("E_SIGNATURE", f"the signature of key {signature.keyid[:16]} does not hold")
    return sum(key is None for key in found.by)


def parse_envelope(data: bytes, *, name: str = "<envelope>") -> Envelope:
    """The envelope in a JSON text; unknown fields are passed over, both base64 alphabets accepted.

    Raises:
        LedgerError: the codes of the strict reader; E_WRONG_TYPE, E_MISSING_FIELD, E_UNRECOGNISED, E_ALG.
    """
    return _named(decode_text(text_of(data, name), name), name, None)


def parse_bundle(data: bytes, *, name: str = "<bundle>") -> list[Envelope]:
    """The envelopes of a bundle: JSON lines, or one envelope laid out over several lines.

    Raises:
        LedgerError: as ``parse_envelope``, with the line.
    """
    text = text_of(data, name)
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    try:
        first = decode_text(lines[0][1], name, line=lines[0][0])
    except LedgerError as error:
        if error.code != "E_TRUNCATED" or len(lines) == 1:
            raise
        return [_named(decode_text(text, name), name, 1)]
    rest = [(number, decode_text(line, name, line=number)) for number, line in lines[1:]]
    return [_named(value, name, number) for number, value in [(lines[0][0], first), *rest]]


def _named(value: Any, name: str, line: int | None) -> Envelope:
    try:
        return _envelope(value)
    except LedgerError as error:
        raise LedgerError(error.code, error.message, file=name, line=line, hint=error.hint) from None


def _envelope(value: Any) -> Envelope:
    if not isinstance(value, dict):
        raise LedgerError(
            "E_WRONG_TYPE", "an envelope is a JSON object", hint="name the file that --attest wrote"
        )
    _require_fields(value)
    signatures = field(value, "signatures", list, "the envelope")
    if len(signatures) > _SIGNATURE_LIMIT:
        raise LedgerError("E_TOO_MANY_ITEMS", f"an envelope carries at most {_SIGNATURE_LIMIT} signatures")
    payload = base64.decode(field(value, "payload", str, "the envelope"), "the payload", url_safe=True)
    kind = field(value, "payloadType", str, "the envelope")
    return Envelope(payload, kind, tuple(_signature(one) for one in signatures))


def _require_fields(value: dict[str, Any]) -> None:
    missing = [name for name in _FIELDS if name not in value]
    if not missing:
        return
    if {"constructor", "prototype"} & value.keys():
        raise LedgerError(
            "E_UNKNOWN_FIELD", "an envelope holds no constructor", hint="do not trust this file"
        )
    if len(missing) == len(_FIELDS) and _ERROR_WORDS & value.keys():
        raise LedgerError(
            "E_UNRECOGNISED",
            "this looks like an API error, not an envelope",
            hint="fetch it with credentials",
        )
    if len(missing) == len(_FIELDS) and "dsseEnvelope" in value:
        raise LedgerError(
            "E_UNRECOGNISED", "this is a Sigstore bundle, not a DSSE envelope", hint="name its dsseEnvelope"
        )
    raise LedgerError(
        "E_MISSING_FIELD",
        f"the envelope has no {', '.join(missing)}",
        hint="name the file that --attest wrote",
    )


def _signature(value: Any) -> Signature:
    if not isinstance(value, dict):
        raise LedgerError("E_WRONG_TYPE", "a signature is a JSON object", hint="fetch the record again")
    if "alg" in value:
        raise LedgerError(
            "E_ALG",
            "a signature names its own algorithm; the key alone decides it",
            hint="do not trust this file",
        )
    keyid = field(value, "keyid", str, "a signature") if value.get("keyid") is not None else None
    sig = field(value, "sig", str, "a signature")
    return Signature(base64.decode(sig, "a signature", url_safe=True), keyid)


def _signer(signature: Signature, keys: Iterable[PublicKey], message: bytes) -> PublicKey | None:
    return next((key for key in keys if key.verifies(signature.sig, message)), None)


def _too_few(envelope: Envelope, found: int, threshold: int, revoked: Collection[PublicKey]) -> LedgerError:
    message = pae(envelope.payload_type, envelope.payload)
    gone = [key for key in revoked if any(key.verifies(one.sig, message) for one in envelope.signatures)]
    if gone:
        return LedgerError(
            "E_KEY", f"signed by the revoked key {gone[0].keyid[:16]}", hint="have it signed again"
        )
    carried = len(envelope.signatures)
    text = f"{found} of {threshold} needed signatures hold ({carried} in the envelope)"
    return LedgerError("E_SIGNATURE", text, hint="fetch the record again, or name the key that signed it")
