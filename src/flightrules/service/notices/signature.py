"""Signatures of webhooks after the Standard Webhooks form: HMAC-SHA256 over ``id.timestamp.body``.

The id is the message's own, the same at each attempt, so a receiver can drop what it has seen; the time lets
it refuse what somebody recorded and plays again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

__all__ = ["TOLERANCE_S", "hmac_sha256", "is_valid", "new_secret", "signed_headers"]

TOLERANCE_S = 300
_PREFIX = "whsec_"


def new_secret() -> str:
    """A secret of 32 random bytes in the form that receivers' libraries take."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def hmac_sha256(secret: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104)."""
    return hmac.new(secret, message, hashlib.sha256).digest()


def signed_headers(secret: str, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """The three headers that prove who sent the body, and when."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": "v1," + _signature(secret, message_id, str(timestamp_s), body),
    }


def is_valid(secret: str, headers: dict[str, str], body: bytes, *, now_s: int) -> bool:
    """Whether a receiver should believe the message; the comparison takes the same time whatever is sent."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(now_s - int(stamp)) > TOLERANCE_S:
        return False
    expected = _signature(secret, headers.get("webhook-id", ""), stamp, body).encode()
    sent = headers.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")
    found = [hmac.compare_digest(one.removeprefix(b"v1,"), expected) for one in sent if one[:3] == b"v1,"]
    return any(found)


def _signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = hmac_sha256(key, message_id.encode() + b"." + stamp.encode() + b"." + body)
    return base64.b64encode(signed).decode("ascii")
