"""A second process that is there before anybody knows what to read, and loads what reading takes meanwhile.

Loading modules is a quarter of the time of a check of large reports, and the first process has the rulebook
to load and to understand before it can say what is to be read.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from flightrules.cli.discover import find_rulebook, read_file
from flightrules.cli.parallel import FORK_ABOVE, Pipe, answer, fill, has_two, share, widen
from flightrules.errors import FlightrulesError

if TYPE_CHECKING:
    from flightrules.cli.reading import File

__all__ = ["Second", "begun"]

_PARTS = str.maketrans(dict.fromkeys("[]{},'\"", " "))  # what stands around names in a rulebook
_MOST = 200  # names that are looked at
_SIGKILL = 9


class Second:
    """The process as the first one knows it: told once what to read, or let go."""

    def __init__(self, child: int, asking: int, answers: BinaryIO, queue: int, filling: int) -> None:
        self._child, self._asking, self._answers = child, asking, answers
        self._queue, self._filling = queue, filling

    def begin(self, root: str) -> Callable[[list[list[File]]], tuple[int, Pipe | None]]:
        """How files below ``root`` are read by both; see ``parallel.read_all``."""

        def begin(piles: list[list[File]]) -> tuple[int, Pipe | None]:
            fill(self._filling, len(piles))
            with suppress(OSError), os.fdopen(self._asking, "wb") as pipe:  # where it died, nobody listens
                marshal.dump((root, piles), pipe)
            child, self._child = self._child, 0
            return self._queue, (child, self._answers)

        return begin

    def let_go(self) -> None:
        """End it where nothing was asked of it: it holds nothing that anybody could lose."""
        if not self._child:
            return
        for end in (self._asking, self._queue, self._filling):
            os.close(end)
        self._answers.close()
        os.kill(self._child, _SIGKILL)
        os.waitpid(self._child, 0)
        self._child = 0


def begun(rulebook: str | None) -> Second | None:
    """Begin it where it will be of use, as far as a glance at the rulebook tells, and a fork is safe.

    Args:
        rulebook: the file, or None where it has to be found. What is wrong with it is said elsewhere.
    """
    threads = sys.modules.get("threading")
    if not has_two() or (threads is not None and threads.active_count() > 1):
        return None
    formats, size = _glance(rulebook)
    if size <= FORK_ABOVE:
        return None
    _load_for_both()
    asked, asking = os.pipe()
    answers, answering = os.pipe()
    queue, filling = os.pipe()
    widen(answering)
    try:
        child = os.fork()
    except OSError:
        for end in (asked, asking, answers, answering, queue, filling):
            os.close(end)
        return None
    if child == 0:
        for end in (asking, answers, filling):
            os.close(end)
        _live(asked, answering, queue, formats)
    os.close(asked)
    os.close(answering)
    return Second(child, asking, os.fdopen(answers, "rb"), queue, filling)


def _glance(rulebook: str | None) -> tuple[list[str], int]:
    """The formats that the rulebook seems to name, in the order in which this process will need them if at
    all, and the size of the files that it seems to name.
    """
    try:
        found = rulebook or find_rulebook(os.getcwd())
        text = read_file(found).decode("utf-8", "replace") if found else ""
    except FlightrulesError:
        return [], 0
    folder, total = os.path.dirname(found or ""), 0
    words = text.translate(_PARTS).split()
    formats = {at: word for at, (key, word) in enumerate(pairwise(words)) if key == "format:"}
    sizes = dict.fromkeys(formats.values(), 0)
    for path in [word for word in dict.fromkeys(words) if "." in word][:_MOST]:
        with suppress(OSError, ValueError):  # no name of a file
            size = os.stat(os.path.join(folder, path)).st_size
            total += size
            at = words.index(path)
            nearest = min(formats, key=lambda of: abs(of - at), default=None)
            if nearest is not None:
                sizes[formats[nearest]] += size
    return _as_needed(sizes), total


def _as_needed(sizes: dict[str, int]) -> list[str]:
    """The format of most bytes, then others from the fewest up, half of all: while this process reads the
    largest, the first one takes those that come next.
    """
    largest_first = sorted(sizes, key=lambda name: -sizes[name])
    ordered = largest_first[:1] + largest_first[:0:-1]
    return ordered[: (len(ordered) + 1) // 2]


def _live(asked: int, answering: int, queue: int, formats: list[str]) -> NoReturn:
    """The second process's whole life; it never returns into the code of the first."""
    code = 1
    try:
        _load(formats, asked)
        with os.fdopen(asked, "rb") as pipe:
            root, piles = marshal.loads(pipe.read())  # noqa: S302 -- our own parent's over an unnamed pipe
        from flightrules.cli.reading import read_one

        answer(share(piles, queue, lambda file: read_one(file, root)), answering)
        code = 0
    finally:
        os._exit(code)


def _load_for_both() -> None:
    """Load what both processes take to read any file: once, before there are two."""
    __import__("flightrules.cli.reading")
    __import__("hashlib")  # of every file the digest is taken


def _load(formats: list[str], asked: int) -> None:
    """Load what reads these formats, until there is something to do."""
    import select

    from flightrules.cli.reading import load_format

    for name in formats:
        if select.select([asked], [], [], 0)[0]:
            return
        with suppress(FlightrulesError):
            load_format(name)
