"""Server-Sent Events: a product's ledger as it grows, for as many readers as the process has places.

One thread a process looks at the tips; readers wait for it without a connection to the database. What is sent
is read by number, so nothing is skipped and nothing comes twice, wherever a reader begins again.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from flightrules.service.door.problems import problem
from flightrules.service.door.refusals import InvalidError
from flightrules.service.people.access import require, sees_product, still_known
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.growth import entries_after, sizes
from flightrules.service.records.services import product_stream

__all__ = ["answer", "close_all", "open_streams"]

_LOOK_EVERY_S = 0.5
_AT_ONCE = 200
_SEQ_LIMIT = 2**53


class _Tips:
    """The sizes of the ledgers that somebody follows, looked at by one thread while anybody does."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers: Counter[str] = Counter()
        self._sizes: dict[str, int] = {}
        self._looking = False
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether everybody was sent away."""
        return self._closed

    def close(self) -> None:
        """Send everybody away and let nobody in; called from a signal handler, so it takes no lock."""
        self._closed = True

    def count(self) -> int:
        """Readers at this moment."""
        with self._changed:
            return self._readers.total()

    def enter(self, stream: str, places: int) -> bool:
        """Take a place; False where all are taken."""
        with self._changed:
            if self._closed or self._readers.total() >= places:
                return False
            self._readers[stream] += 1
            if not self._looking:
                self._looking = True
                threading.Thread(target=self._look, name="tips", daemon=True).start()
            return True

    def leave(self, stream: str) -> None:
        """Give the place back."""
        with self._changed:
            self._readers[stream] -= 1
            self._readers += Counter()  # drops what nobody follows any more

    def wait_beyond(self, stream: str, seq: int, timeout_s: float) -> bool:
        """Wait until the stream holds an entry above ``seq``; False when it took too long."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._closed or self._sizes.get(stream, 0) > seq + 1, timeout_s
            )

    def _look(self) -> None:
        while True:
            with self._changed:
                followed = list(self._readers)
                if not followed:
                    self._looking = False
                    break
            self._note(followed)
            time.sleep(_LOOK_EVERY_S)
        connection.close()

    def _note(self, followed: list[str]) -> None:
        try:
            found = sizes(followed)
        except (DatabaseError, InterfaceError):
            connection.close()  # a new one is made at the next look
            return
        with self._changed:
            self._sizes = found
            self._changed.notify_all()


_TIPS = _Tips()


def open_streams() -> int:
    """How many readers this process has; for metrics."""
    return _TIPS.count()


def close_all() -> None:
    """End all streams at the next look at the tips: the process is about to end."""
    _TIPS.close()


def answer(request: AskedRequest, product: str, after: int | None) -> HttpResponseBase:
    """The stream, or a refusal when all places are taken.

    Raises:
        ForeignError, DeniedError: as the power to read the product asks. InvalidError: E_PAGE.
    """
    by = request.actor
    require(by, Power.READ, product=product, at=request.asked_at)
    stream = product_stream(product)
    begin = _begin(request, stream, after)
    if not _TIPS.enter(stream, settings.FLIGHTRULES_EVENT_STREAMS):
        return problem(503, "E_EVENT_STREAMS", "all places for event streams are taken", retry_after=10)
    streamed = StreamingHttpResponse(_Reading(by, product, stream, begin), content_type="text/event-stream")
    streamed["X-Accel-Buffering"] = "no"
    return streamed


def _begin(request: AskedRequest, stream: str, after: int | None) -> int:
    seen = request.headers.get("Last-Event-ID")
    if seen is not None:
        if not (seen.isascii() and seen.isdigit() and int(seen) < _SEQ_LIMIT):
            raise InvalidError("E_PAGE", "Last-Event-ID is no number of an entry")
        return int(seen)
    return sizes([stream]).get(stream, 0) - 1 if after is None else after


class _Reading:
    """One reader's stream; gives its place back however it ends."""

    def __init__(self, by: Actor, product: str, stream: str, seen: int) -> None:
        self._by, self._product, self._stream, self._seen = by, product, stream, seen
        self._lines = self._events()
        self._left = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._lines)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the place back, once."""
        if not self._left:
            self._left = True
            _TIPS.leave(self._stream)

    def _events(self) -> Iterator[bytes]:
        end = time.monotonic() + settings.FLIGHTRULES_EVENT_STREAM_LIFE_S
        yield b"retry: 2000\n\n"
        while not _TIPS.closed and time.monotonic() < end and self._may_go_on():
            try:
                fresh = entries_after(self._stream, self._seen, _AT_ONCE)
            except (DatabaseError, InterfaceError):
                return  # the reader comes back with the last number, when the database is back
            finally:
                _give_back()
            for one in fresh:
                yield f"id: {one.seq}\nevent: {one.tag}\ndata: {one.to_json()}\n\n".encode()
                self._seen = one.seq
            if not fresh and not _TIPS.wait_beyond(
                self._stream, self._seen, settings.FLIGHTRULES_EVENT_HEARTBEAT_S
            ):
                yield b": still here\n\n"

    def _may_go_on(self) -> bool:
        """Asked at least once a heartbeat, so that who was disabled is no reader for longer."""
        at: datetime = timezone.now()  # noqa: TID251 -- a stream outlives its request's one reading
        try:
            return still_known(self._by, at) and sees_product(self._by, self._product, at)
        except (DatabaseError, InterfaceError):
            return False


def _give_back() -> None:
    """A waiting reader holds no connection (inside a test's transaction there is only the one)."""
    if not connection.in_atomic_block:
        connection.close()
