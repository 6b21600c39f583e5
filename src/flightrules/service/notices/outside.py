"""The only way of a notice to a web address: to public hosts, straight, with a deadline and a cap.

A web address is typed by a person and answered by a stranger. So the name is resolved once, each of its
addresses must be public, and the connection goes to the address that was checked; a redirect is a refusal;
and whatever the other side does, the call ends at its deadline.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from flightrules.errors import FlightrulesError
from flightrules.service.jobs.due import GiveUpError

__all__ = ["DEADLINE_S", "OutsideError", "Target", "post", "target_of"]

DEADLINE_S = 10.0
_ANSWER_LIMIT = 64 * 1024
_URL_LIMIT = 2000
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = (443, 8443)
_TAKEN, _ELSEWHERE = 2, 3


class OutsideError(FlightrulesError):
    """The other side did not take it, or may not be asked."""


@dataclass(frozen=True, slots=True)
class Target:
    """A web address that passed the rules of form; whether its host is public is seen when it is resolved."""

    scheme: str
    host: str
    port: int
    path: str
    trusted: bool

    @property
    def shown(self) -> str:
        """What may be shown of it: the rest of a chat's address is a secret."""
        return self.host


def target_of(url: str) -> Target:
    """Take a web address apart and refuse every form that could mean another host to somebody else.

    Raises:
        OutsideError: E_CHANNEL_ADDRESS.
    """
    if len(url) > _URL_LIMIT or not url.isascii() or re.search(r"[\s\\\x00-\x20\x7f]", url):
        raise _bad_address("it is not a plain web address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad_address("it is not a plain web address") from None
    host = (parts.hostname or "").lower()
    if "@" in parts.netloc or parts.fragment:
        raise _bad_address("a user name or a fragment has no place in it")
    trusted = (
        f"{host}:{port}" in settings.FLIGHTRULES_NOTICE_HOSTS or host in settings.FLIGHTRULES_NOTICE_HOSTS
    )
    if parts.scheme not in (("https", "http") if trusted else ("https",)):
        raise _bad_address("it must begin with https://")
    if not trusted and not _HOST.fullmatch(host):
        raise _bad_address("its host must be a full public name")
    if not trusted and port not in (None, *_PORTS):
        raise _bad_address("its port must be 443 or 8443")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path, trusted)


def post(target: Target, body: bytes, headers: Mapping[str, str], *, deadline_s: float = DEADLINE_S) -> None:
    """Send the body; returns when the other side took it (2xx).

    Raises:
        GiveUpError: E_CHANNEL_GONE, the receiver said that it is gone for good.
        OutsideError: E_CHANNEL_ADDRESS, E_CHANNEL_UNREACHABLE, E_CHANNEL_REFUSED.
    """
    until = time.monotonic() + deadline_s
    address = _checked_address(target)
    left_s = until - time.monotonic()
    if left_s <= 0:  # names may resolve very slowly; a late call could be a second one
        raise OutsideError("E_CHANNEL_UNREACHABLE", f"the name {target.shown} does not resolve in time")
    connection = _Pinned(target, address, left_s)
    end = threading.Timer(left_s, connection.abort)
    end.daemon = True
    end.start()
    try:
        connection.request("POST", target.path, body, {"User-Agent": "Flightrules", **headers})
        answer = connection.getresponse()
        answer.read(_ANSWER_LIMIT)
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = "no answer in time" if connection.aborted else type(error).__name__
        raise OutsideError("E_CHANNEL_UNREACHABLE", f"{target.shown} cannot be reached: {why}") from None
    finally:
        end.cancel()
        connection.close()
    _judge(target, answer.status)


def _judge(target: Target, status: int) -> None:
    kind = status // 100
    if kind == _TAKEN:
        return
    if status == http.client.GONE:
        raise GiveUpError("E_CHANNEL_GONE", f"{target.shown} says that the channel is gone for good")
    if kind == _ELSEWHERE:
        raise OutsideError(
            "E_CHANNEL_REFUSED", f"{target.shown} answered with a redirect, which is not followed"
        )
    raise OutsideError("E_CHANNEL_REFUSED", f"{target.shown} answered {status}")


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that was asked for."""

    def __init__(self, target: Target, address: str, deadline_s: float) -> None:
        super().__init__(target.host, target.port, timeout=deadline_s)
        self._target, self._address = target, address
        self._wire: socket.socket | None = None  # stays known when the library has let go of it
        self.aborted = False

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self._target.port), self.timeout)
        if self._target.scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
        self._wire = self.sock
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()

    def abort(self) -> None:
        """End the call from the deadline's thread, in whatever it waits for."""
        self.aborted = True
        if self._wire is not None:
            with contextlib.suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)


def _checked_address(target: Target) -> str:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutsideError("E_CHANNEL_UNREACHABLE", f"the name {target.shown} does not resolve") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not (target.trusted or all(_is_public(one) for one in addresses)):
        raise _bad_address("its host is not public; an operator can allow it by FLIGHTRULES_NOTICE_HOSTS")
    return addresses[0]


def _is_public(text: str) -> bool:
    """Whether an address belongs to the open internet, also where it is wrapped in an IPv6 one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner:
            return _is_public(str(inner))
        if address in _NAT64:
            return _is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _bad_address(why: str) -> OutsideError:
    return OutsideError("E_CHANNEL_ADDRESS", f"the channel's address cannot be used: {why}")
