"""The service over HTTP: one address, one token, one way to ask again; nothing in the clear to strangers.

``FLIGHTRULES_URL`` and ``FLIGHTRULES_TOKEN`` say where and who. Certificates are verified, redirects are not
followed (they would take the token along), and a change is asked for again under the same Idempotency-Key.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, build_opener

from flightrules.cli.answers import NOT_REACHED, NoRedirect, parts_of, plain, refused, unreachable
from flightrules.errors import UsageError
from flightrules.values import frozen

__all__ = ["Office", "address", "find_release", "office", "plain"]

_PATIENCE_S = 60
_TRIES = 5
_AGAIN = frozenset({429, 502, 503, 504})
_LONGEST_WAIT_S = 30
_MOST = 64 << 20
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@frozen
class Office:
    """Where the service is, and who asks."""

    url: str
    token: str

    def get(self, path: str, **query: str) -> Any:
        """The decoded answer to a question.

        Raises:
            UsageError: E_REMOTE_* or the service's own code.
        """
        asked = f"?{urlencode(query)}" if query else ""
        return _decoded(self._asked("GET", path + asked, lambda: None, {}), self.url)

    def get_bytes(self, path: str) -> bytes:
        """An answer as it is."""
        return self._asked("GET", path, lambda: None, {"Accept": "*/*"})

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The decoded answer to a change; asked for again under one key, so that it happens once."""
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        return _decoded(self._asked("POST", path, lambda: data, headers), self.url)

    def edit(self, path: str, body: Mapping[str, Any], method: str = "PATCH") -> Any:
        """The decoded answer to a change of what stands there now; who was quicker is not written over."""
        tag = self._answered("GET", path, lambda: None, {})[1].get("ETag", "")
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex, "If-Match": tag}
        return _decoded(self._asked(method, path, lambda: data, headers), self.url)

    def delete(self, path: str) -> Any:
        """The decoded answer to taking something away; None where nothing is left to be shown."""
        found = self._asked("DELETE", path, lambda: None, {"Idempotency-Key": uuid.uuid4().hex})
        return _decoded(found, self.url) if found else None

    def post_file(self, path: str, name: str, query: Mapping[str, str]) -> Any:
        """Stream a file; the service knows the same bytes again, so asking twice does no harm."""
        size = os.stat(name).st_size
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        opened: list[BinaryIO] = []

        def body() -> BinaryIO:
            opened.append(open(name, "rb"))  # noqa: SIM115 -- closed below, after the last try
            return opened[-1]

        try:
            return _decoded(self._asked("POST", f"{path}?{urlencode(query)}", body, headers), self.url)
        finally:
            for file in opened:
                file.close()

    def post_bytes(self, path: str, data: bytes, query: Mapping[str, str], *, once: bool = False) -> Any:
        """Send bytes; ``once`` where the service would not know the same ones again."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(data))}
        headers |= {"Idempotency-Key": uuid.uuid4().hex} if once else {}
        return _decoded(self._asked("POST", f"{path}?{urlencode(query)}", lambda: data, headers), self.url)

    def _asked(self, method: str, path: str, body: Callable[[], Any], headers: Mapping[str, str]) -> bytes:
        return self._answered(method, path, body, headers)[0]

    def _answered(
        self, method: str, path: str, body: Callable[[], Any], headers: Mapping[str, str]
    ) -> tuple[bytes, Mapping[str, str]]:
        for number in range(_TRIES):
            last = number == _TRIES - 1
            try:
                return self._once(method, path, body(), headers)
            except HTTPError as error:
                with error:
                    if error.code not in _AGAIN or last:
                        raise refused(error) from None
                    wait = _retry_after(error, number)
            except NOT_REACHED as error:
                if last or _hopeless(error):
                    raise unreachable(self.url, error) from None
                wait = 2.0**number / 2
            time.sleep(wait)
        raise AssertionError("the last try answers or raises")

    def _once(
        self, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> tuple[bytes, Mapping[str, str]]:
        request = Request(  # noqa: S310 -- only http and https, checked in office()
            f"{self.url}/api/v1{path}",
            data=body,
            headers={"Authorization": f"Bearer {self.token}", "Accept": "application/json", **headers},
            method=method,
        )
        with build_opener(NoRedirect).open(request, timeout=_PATIENCE_S) as answer:
            return answer.read(_MOST), answer.headers


def office() -> Office:
    """The service that the environment names, as whom it names or as the job that runs this.

    Raises:
        UsageError: E_REMOTE_SETTING, E_REMOTE_INSECURE, E_WORKLOAD_IDENTITY, or the service's own code.
    """
    url, token = address(), os.environ.get("FLIGHTRULES_TOKEN", "")
    if not token and os.environ.get("FLIGHTRULES_IDENTITY"):
        from flightrules.cli.workload import exchanged

        token = exchanged(url, os.environ["FLIGHTRULES_IDENTITY"])["access_token"]
    if not token:
        raise UsageError(
            "E_REMOTE_SETTING",
            "FLIGHTRULES_TOKEN is not set",
            hint="name an API token in it, or in FLIGHTRULES_IDENTITY where a CI job's own comes from",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("E_REMOTE_SETTING", "FLIGHTRULES_TOKEN is no token", hint="copy it again, whole")
    return Office(url, token)


def address() -> str:
    """Where the service is: an address that may get a token.

    Raises:
        UsageError: E_REMOTE_SETTING, E_REMOTE_INSECURE.
    """
    url = os.environ.get("FLIGHTRULES_URL", "").rstrip("/")
    if not url:
        raise UsageError(
            "E_REMOTE_SETTING",
            "FLIGHTRULES_URL is not set",
            hint="name the service in FLIGHTRULES_URL and an API token in FLIGHTRULES_TOKEN",
        )
    parts = parts_of(url)
    if parts.username is not None:
        raise UsageError(
            "E_REMOTE_SETTING", "FLIGHTRULES_URL names a user", hint="name the host; the token says who asks"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            "E_REMOTE_SETTING", f"FLIGHTRULES_URL {plain(url)[:80]!r} is no address of a service"
        )
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise UsageError(
            "E_REMOTE_INSECURE",
            f"{plain(parts.hostname)} would get the token in the clear",
            hint="use https://; http:// is for this machine alone",
        )
    return url


def find_release(service: Office, product: str, version: str) -> dict[str, Any]:
    """The release of that product and version.

    Raises:
        UsageError: E_REMOTE_RELEASE.
    """
    found = service.get("/releases", product=product, version=version)["items"]
    if not found:
        raise UsageError(
            "E_REMOTE_RELEASE",
            f"the service has no release {plain(version)} of {plain(product)} for this token",
            hint="open it first, or check --product, --release and the token's product",
        )
    release: dict[str, Any] = found[0]
    return release


def _retry_after(error: HTTPError, number: int) -> float:
    stated = error.headers.get("Retry-After", "")
    return float(min(int(stated), _LONGEST_WAIT_S)) if stated.isdigit() else 2.0**number / 2


def _hopeless(error: BaseException) -> bool:
    """Whether trying again cannot help: a certificate does not become another one."""
    import ssl

    return isinstance(getattr(error, "reason", None), ssl.SSLError)


def _decoded(data: bytes, url: str) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        raise UsageError(
            "E_REMOTE", f"{plain(url)} answered something that is no JSON", hint="check FLIGHTRULES_URL"
        ) from None
