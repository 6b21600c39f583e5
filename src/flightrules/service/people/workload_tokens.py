"""Tokens by which a workload shows who runs it: JWTs of an OpenID provider that the operator trusts.

The providers are named by the operator alone (``FLIGHTRULES_WORKLOAD_ISSUERS``), so nobody can have the
service ask an address of theirs. Keys come from the provider's own document, over https (plain http for this
machine), without a redirect, with a deadline and a limit; where keys are is never asked of the token itself.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt
from django.conf import settings
from jwt.utils import base64url_decode

from flightrules.service.door.refusals import UnauthenticatedError, UnavailableError

__all__ = ["LONGEST_LIFE", "Shown", "count_keys", "forget_keys", "verify"]

LONGEST_LIFE = timedelta(hours=24)
"""What lives longer is no token for one run."""

_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})
_LONGEST = 16 << 10
_MOST = 1 << 20
_PATIENCE_S = 5.0
_DEADLINE_S = 10.0
_FRESH_S = 600.0
_AGAIN_S = 30.0
_PAUSE_S = 5.0
_LEEWAY_S = 30
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What a verified token says.

    Attributes:
        issuer, subject: who vouches, and for whom.
        audiences: whom it was made for.
        claims: everything else that it says.
        expires_at: until when it may be shown.
        once: SHA-256 that is the same for the same token, however its signature is written.
    """

    issuer: str
    subject: str
    audiences: tuple[str, ...]
    claims: Mapping[str, Any]
    expires_at: datetime
    once: str


def verify(token: str) -> Shown:
    """What the token says, once everything about it holds.

    Raises:
        UnauthenticatedError: E_WORKLOAD_TOKEN, with no more than one sentence on why.
        UnavailableError: E_WORKLOAD_ISSUER, where the provider cannot be asked.
    """
    if len(token) > _LONGEST or not token.isascii():
        raise _refused("it is no token of a workload")
    try:
        _require_said_once(token)
        header = jwt.get_unverified_header(token)
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _refused("it is no token of a workload") from None
    if not isinstance(issuer, str) or issuer not in settings.FLIGHTRULES_WORKLOAD_ISSUERS:
        raise _refused("nobody here trusts its issuer")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise _refused("its algorithm is none that is taken")
    key = _KEYS.key(issuer, header.get("kid"))
    try:
        claims = jwt.decode(
            token,
            key=key,
            algorithms=[algorithm],
            issuer=issuer,
            leeway=_LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "verify_aud": False},
        )
        return _shown(claims, token)
    except (jwt.PyJWTError, ValueError, OverflowError, OSError, TypeError) as error:
        raise _refused(f"it does not hold: {type(error).__name__}") from None


def _require_said_once(token: str) -> None:
    """Refuse a header or claims that say one thing twice: readers differ in which of the two they take.

    Raises:
        ValueError: also for what is no JSON.
    """
    for part in token.split(".")[:2]:
        json.loads(base64url_decode(part), object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def count_keys(issuer: str) -> int:
    """How many keys the provider shows now that are taken.

    Raises:
        UnavailableError: E_WORKLOAD_ISSUER, where it cannot be asked.
    """
    return len(_fetched(issuer))


def forget_keys() -> None:
    """Ask every provider for its keys again."""
    _KEYS.forget()


def _shown(claims: dict[str, Any], token: str) -> Shown:
    subject, audience = claims["sub"], claims["aud"]
    audiences = audience if isinstance(audience, list) else [audience]
    said = [subject, *audiences]
    if not all(isinstance(one, str) and one and one.isprintable() for one in said):
        raise _refused("it does not say who shows it, or to whom")
    begins, ends = (datetime.fromtimestamp(int(claims[name]), UTC) for name in ("iat", "exp"))
    if ends - begins > LONGEST_LIFE:
        raise _refused(f"it lives longer than {LONGEST_LIFE // timedelta(hours=1)} hours")
    stated = claims.get("jti")
    told = stated if isinstance(stated, str) and stated else token.rpartition(".")[0]
    once = hashlib.sha256(f"{claims['iss']}\0{told}".encode("utf-8", "surrogatepass")).hexdigest()
    return Shown(claims["iss"], subject, tuple(audiences), claims, ends, once)


class _NoRedirect(HTTPRedirectHandler):
    """What another address says are keys of somebody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Keys:
    """Keys of each provider, kept for ten minutes; an unknown one is asked for at most twice a minute.

    A provider that does not answer is left alone for some seconds: whoever can write a token, signed or not,
    could have everybody wait for it, one after the other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, dict[str, jwt.PyJWK]]] = {}
        self._silent: dict[str, tuple[float, UnavailableError]] = {}

    def key(self, issuer: str, name: object) -> jwt.PyJWK:
        with self._lock:
            asked, keys = self._known.get(issuer, (float("-inf"), {}))
            age = time.monotonic() - asked
            if age > _FRESH_S or (_named(keys, name) is None and age > _AGAIN_S):
                keys = self._asked(issuer)
        found = _named(keys, name)
        if found is None:
            raise _refused("its issuer has no such key")
        return found

    def _asked(self, issuer: str) -> dict[str, jwt.PyJWK]:
        failed, trouble = self._silent.get(issuer, (float("-inf"), None))
        if trouble is not None and time.monotonic() - failed < _PAUSE_S:
            raise trouble
        try:
            keys = _fetched(issuer)
        except UnavailableError as error:
            self._silent[issuer] = (time.monotonic(), error)
            raise
        self._known[issuer] = (time.monotonic(), keys)
        return keys

    def forget(self) -> None:
        with self._lock:
            self._known.clear()
            self._silent.clear()


_KEYS = _Keys()


def _named(keys: Mapping[str, jwt.PyJWK], name: object) -> jwt.PyJWK | None:
    if name is None and len(keys) == 1:
        return next(iter(keys.values()))
    return keys.get(name) if isinstance(name, str) else None


def _fetched(issuer: str) -> dict[str, jwt.PyJWK]:
    document = _document(f"{issuer.rstrip('/')}/.well-known/openid-configuration", issuer)
    if document.get("issuer") != issuer:
        raise _unavailable(issuer, "its document is of another issuer")
    listed = _document(str(document.get("jwks_uri", "")), issuer).get("keys")
    found: dict[str, jwt.PyJWK] = {}
    for number, one in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(one, dict) and _verifies(one):
            try:
                found[str(one.get("kid") or f"number {number}")] = jwt.PyJWK(one)
            except (jwt.PyJWTError, ValueError, TypeError, NotImplementedError):
                continue  # of an algorithm that is not known here, or no key at all: the others count
    return found


def _verifies(one: dict[str, Any]) -> bool:
    """Whether the provider says that its tokens are signed with this key."""
    uses = one.get("key_ops", ["verify"])
    return (
        one.get("kty") in ("RSA", "EC", "OKP")
        and one.get("use", "sig") == "sig"
        and isinstance(uses, list)
        and "verify" in uses
    )


def _document(url: str, issuer: str) -> dict[str, Any]:
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in _LOCAL and issuer.startswith("http://")
    if not parts.hostname or not (parts.scheme == "https" or is_local):
        raise _unavailable(issuer, "its keys are not to be had over https")
    request = Request(url, headers={"Accept": "application/json"})  # noqa: S310 -- https, or this machine
    try:
        with build_opener(_NoRedirect).open(request, timeout=_PATIENCE_S) as answer:
            found = json.loads(_read(answer, issuer), object_pairs_hook=_each_once)
    except (HTTPError, URLError, OSError, ValueError, RecursionError) as error:
        raise _unavailable(issuer, type(error).__name__) from None
    if not isinstance(found, dict):
        raise _unavailable(issuer, "its document is none")
    return found


def _read(answer: Any, issuer: str) -> bytes:
    begin, data = time.monotonic(), b""
    while part := answer.read1(65_536):
        data += part
        if len(data) > _MOST or time.monotonic() - begin > _DEADLINE_S:
            raise _unavailable(issuer, "its document is too long, or comes too slowly")
    return data


def _refused(why: str) -> UnauthenticatedError:
    return UnauthenticatedError(
        "E_WORKLOAD_TOKEN", f"the token is not taken: {why}", hint="ask for a new one"
    )


def _unavailable(issuer: str, why: str) -> UnavailableError:
    host = urlsplit(issuer).hostname or ""
    return UnavailableError("E_WORKLOAD_ISSUER", f"{host[:100]} cannot be asked for its keys: {why}")
