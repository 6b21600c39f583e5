"""C2SP signed notes: a text and the signatures of those who vouch for it, with Ed25519 (type 0x01)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from flightrules.errors import LedgerError
from flightrules.ledger import base64
from flightrules.ledger.keys import PublicKey, SigningKey
from flightrules.values import frozen

__all__ = ["Note", "NoteKey", "named_signers", "parse_vkey", "sign_note", "verify_note"]

_ED25519 = b"\x01"
_ID_SIZE = 4
_SIGNATURE_LIMIT = 100
_SIZE_LIMIT = 1 << 20
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_LINE = re.compile("\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)")
_VKEY = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


@frozen
class NoteKey:
    """A verifier: whose name it is and with which key."""

    name: str
    key: PublicKey

    @property
    def id(self) -> bytes:
        """SHA-256(name || 0x0A || 0x01 || public key), its first four bytes."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.key.raw).digest()[:_ID_SIZE]

    @property
    def vkey(self) -> str:
        """``name+hex(id)+base64(0x01 || public key)``, the one-line form for configuration."""
        return f"{self.name}+{self.id.hex()}+{base64.encode(_ED25519 + self.key.raw)}"


@frozen
class Note:
    """A text that verified, and the known keys that signed it."""

    text: str
    signers: tuple[NoteKey, ...]


def parse_vkey(text: str) -> NoteKey:
    """The verifier in its one-line form.

    Raises:
        LedgerError: E_KEY (not a vkey, id does not fit, weak key), E_ALG (another signature type).
    """
    found = _VKEY.fullmatch(text)
    if found is None or not _is_name(found[1]):
        raise LedgerError("E_KEY", "this is no vkey (name+id+key)", hint="name a PEM public key or a vkey")
    encoded = _key_bytes(found[3])
    if encoded[:1] != _ED25519:
        raise LedgerError("E_ALG", "the vkey is not of the Ed25519 type", hint="use an Ed25519 key")
    key = NoteKey(found[1], PublicKey.of_ed25519(encoded[1:]))
    if key.id.hex() != found[2]:
        raise LedgerError(
            "E_KEY", "the id in the vkey does not belong to its name and key", hint="fetch the vkey again"
        )
    return key


def sign_note(text: str, signers: Sequence[tuple[str, SigningKey]]) -> str:
    """The note: text, blank line, one signature line for each (name, key).

    Raises:
        LedgerError: E_MALFORMED (no line end, bad name), E_CONTROL_CHAR, E_MISSING_FIELD (nobody signs).
    """
    _require_text(text)
    if not signers:
        raise LedgerError("E_MISSING_FIELD", "a note needs a signer")
    return text + "\n" + "".join(_signature_line(text, name, key) for name, key in signers)


def verify_note(note: str | bytes, keys: Iterable[NoteKey]) -> Note:
    """Verify a note with the known keys.

    Unknown keys are passed over; a known key whose signature fails refuses the whole note.

    Raises:
        LedgerError: E_TOO_LARGE, E_ENCODING, E_CONTROL_CHAR, E_MALFORMED, E_TOO_MANY_ITEMS, E_SIGNATURE.
    """
    text, lines = _split(_decoded(note))
    known = {(key.name, key.id): key for key in keys}
    signers: list[NoteKey] = []
    for line in lines:
        name, key_id, signature = _parsed(line)
        key = known.get((name, key_id))
        if key is None:
            continue
        if not key.key.verifies(signature, text.encode()):
            raise LedgerError(
                "E_SIGNATURE", f"the signature of {name} does not hold", hint="fetch the note again"
            )
        if key not in signers:
            signers.append(key)
    if not signers:
        raise LedgerError("E_SIGNATURE", "no known key signed the note", hint="name the signer's key")
    return Note(text, tuple(signers))


def named_signers(note: str) -> list[tuple[str, bytes]]:
    """Name and key id of each signature line; nothing is verified.

    Raises:
        LedgerError: E_TOO_LARGE, E_ENCODING, E_CONTROL_CHAR, E_MALFORMED, E_TOO_MANY_ITEMS.
    """
    return [_parsed(line)[:2] for line in _split(_decoded(note))[1]]


def _decoded(note: str | bytes) -> str:
    if len(note) > _SIZE_LIMIT:
        raise LedgerError("E_TOO_LARGE", f"the note is larger than {_SIZE_LIMIT} bytes")
    try:
        text = note.decode("utf-8") if isinstance(note, bytes) else note
        text.encode("utf-8")
    except UnicodeError:
        raise LedgerError("E_ENCODING", "the note is not valid UTF-8", hint="fetch the note again") from None
    return text


def _split(note: str) -> tuple[str, list[str]]:
    """The text with its line end, and the signature lines: the last blank line divides them."""
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise LedgerError(
            "E_MALFORMED", "this is no signed note", hint="a note is text, a blank line and signatures"
        )
    _require_text(text + "\n")
    lines = signatures[:-1].split("\n")
    if len(lines) > _SIGNATURE_LIMIT:
        raise LedgerError("E_TOO_MANY_ITEMS", f"a note carries at most {_SIGNATURE_LIMIT} signatures")
    return text + "\n", lines


def _parsed(line: str) -> tuple[str, bytes, bytes]:
    found = _LINE.fullmatch(line)
    if found is None or not _is_name(found[1]):
        raise LedgerError("E_MALFORMED", "a signature line is damaged", hint="fetch the note again")
    data = base64.decode(found[2], "a note's signature")
    if len(data) <= _ID_SIZE:
        raise LedgerError("E_MALFORMED", "a note's signature is too short", hint="fetch the note again")
    return found[1], data[:_ID_SIZE], data[_ID_SIZE:]


def _signature_line(text: str, name: str, key: SigningKey) -> str:
    if not _is_name(name):
        raise LedgerError("E_MALFORMED", "a key name holds no spaces, no plus sign and no control characters")
    signature = NoteKey(name, key.public).id + key.sign(text.encode())
    return f"\u2014 {name} {base64.encode(signature)}\n"


def _require_text(text: str) -> None:
    _decoded(text)
    if _CONTROL.search(text):
        raise LedgerError("E_CONTROL_CHAR", "a note holds no control characters", hint="drop the character")
    if not text.endswith("\n"):
        raise LedgerError("E_MALFORMED", "the text of a note ends with a line end")


def _is_name(name: str) -> bool:
    return name.split() == [name] and "+" not in name and not _CONTROL.search(name)


def _key_bytes(text: str) -> bytes:
    try:
        return base64.decode(text, "the vkey")
    except LedgerError as error:
        raise LedgerError("E_KEY", error.message, hint="fetch the vkey again") from None
