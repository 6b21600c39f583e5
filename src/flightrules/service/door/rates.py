"""Rate limits: a bucket of tokens for each caller and each address, in memory, one set a process.

A bucket fills at the allowed rate up to ten seconds' worth and each request takes one. Nothing is written
anywhere, so a flood costs the database nothing.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from flightrules.service.door.problems import problem

__all__ = ["Buckets", "RateLimit"]

_BURST_S = 10
_KNOWN_LIMIT = 10_000
_FREE = ("/healthz", "/readyz")


class Buckets:
    """Buckets by name; those that were not used for longest are forgotten, which fills them."""

    def __init__(self, *, known: int = _KNOWN_LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        self._known, self._clock = known, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, name: str, rate: float) -> float:
        """Take one token at ``rate`` a second; 0.0, or the seconds until there is one again."""
        if rate <= 0:
            return 0.0
        with self._lock:
            now, full = self._clock(), max(1.0, rate * _BURST_S)
            level, seen = self._buckets.pop(name, (full, now))
            level = min(full, level + (now - seen) * rate)
            enough = level >= 1.0
            self._buckets[name] = (level - 1.0 if enough else level, now)
            if len(self._buckets) > self._known:
                self._buckets.popitem(last=False)
            return 0.0 if enough else (1.0 - level) / rate


class RateLimit:
    """Refuses whoever asks too fast (429), before anybody looks at what is asked."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer
        self._buckets = Buckets()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in _FREE:
            return self._answer(request)
        wait = self._buckets.wait_s(f"a:{_address(request)}", settings.FLIGHTRULES_RATE_PER_ADDRESS)
        caller = _caller(request)
        if not wait and caller:
            wait = self._buckets.wait_s(f"c:{caller}", settings.FLIGHTRULES_RATE_PER_CALLER)
        if wait:
            return problem(
                429, "E_RATE_LIMIT", "too many requests", hint="wait, then go on", retry_after=math.ceil(wait)
            )
        return self._answer(request)


def _address(request: HttpRequest) -> str:
    """The other side of the connection; behind our own proxy, whom that proxy saw last."""
    if settings.FLIGHTRULES_BEHIND_PROXY:
        seen: str = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if seen:
            return seen[:64]
    return str(request.META.get("REMOTE_ADDR", ""))


def _caller(request: HttpRequest) -> str:
    """Who asks, as far as that shows before anything is looked up; never the secret itself."""
    sent: str = request.META.get("HTTP_AUTHORIZATION") or request.COOKIES.get(
        settings.SESSION_COOKIE_NAME, ""
    )
    return hashlib.sha256(sent.encode("utf-8", "replace")).hexdigest()[:32] if sent else ""
