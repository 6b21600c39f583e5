"""Rate limits: a bucket of tokens for each caller and each address, in memory that the web processes share.

A bucket fills at the allowed rate up to ten seconds' worth and each request takes one. Nothing is written
anywhere, so a flood costs the database nothing. Several services at one database count each for itself.
"""

from __future__ import annotations

import hashlib
import math
import mmap
import os
import struct
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from flightrules.service.door.problems import problem
from flightrules.service.door.turns import Locks

__all__ = ["Buckets", "RateLimit"]

_BURST_S = 10
_KNOWN_LIMIT = 10_000
_SHELF = 8  # places among which a name has its own
_BUCKET = struct.Struct("16sdd")  # whose it is, how full it was, and when
_FREE = ("/healthz", "/readyz")


class Buckets:
    """Buckets by name; those that were not used for longest are forgotten, which fills them.

    They lie in memory that processes share which are forked later. Where a name may lie follows from a
    secret, so that nobody can push somebody else's bucket out by choosing names.
    """

    def __init__(self, *, known: int = _KNOWN_LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        self._shelves, self._clock = max(1, known // _SHELF), clock
        self._memory = mmap.mmap(-1, self._shelves * _SHELF * _BUCKET.size)
        self._secret = os.urandom(16)
        file = _nameless()
        self._lock, self._others = threading.Lock(), Locks(file)
        weakref.finalize(self, os.close, file)

    def wait_s(self, name: str, rate: float) -> float:
        """Take one token at ``rate`` a second; 0.0, or the seconds until there is one again."""
        if rate <= 0:
            return 0.0
        mark = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16, key=self._secret).digest()
        with self._alone():
            now, full = self._clock(), max(1.0, rate * _BURST_S)
            place, level, seen = self._found(mark, full, now)
            level = min(full, level + (now - seen) * rate)
            enough = level >= 1.0
            _BUCKET.pack_into(self._memory, place, mark, level - 1.0 if enough else level, now)
            return 0.0 if enough else (1.0 - level) / rate

    def _found(self, mark: bytes, full: float, now: float) -> tuple[int, float, float]:
        """Where the bucket lies or may be put, how full it is, and when that was so."""
        first = int.from_bytes(mark[:8], "big") % self._shelves * _SHELF * _BUCKET.size
        oldest, oldest_seen = first, math.inf
        for place in range(first, first + _SHELF * _BUCKET.size, _BUCKET.size):
            whose, level, seen = _BUCKET.unpack_from(self._memory, place)
            if whose == mark:
                return place, level, seen
            if seen < oldest_seen:
                oldest, oldest_seen = place, seen
        return oldest, full, now

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock:
            self._others.hold(0)
            try:
                yield
            finally:
                self._others.let_go(0)


def _nameless() -> int:
    """A file without a name, to lock."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("rates")
    return os.dup(tempfile.TemporaryFile().fileno())


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
