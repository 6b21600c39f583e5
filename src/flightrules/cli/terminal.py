"""What the terminal can show: colour only where it is wanted, marks only where they can be printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from flightrules.errors import UsageError

__all__ = [
    "Progress",
    "colour_wanted",
    "forget_stdout",
    "marks_wanted",
    "say",
    "say_json",
    "say_lines",
    "width_of",
]


def colour_wanted(stream: TextIO, environment: Mapping[str, str], *, accessible: bool = False) -> bool:
    """Colour on a terminal, unless NO_COLOR or TERM=dumb says no; FORCE_COLOR says yes anywhere."""
    if accessible or environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def marks_wanted(stream: TextIO, *, accessible: bool = False) -> bool:
    """Whether signs beyond ASCII can be printed there."""
    return not accessible and "utf" in (getattr(stream, "encoding", "") or "").lower()


def width_of(stream: TextIO) -> int:
    """Columns of the terminal, 100 where there is none."""
    if not stream.isatty():
        return 100
    try:
        return max(60, min(os.get_terminal_size(stream.fileno()).columns, 140))
    except OSError:
        return 100


def say(data: bytes) -> None:
    """Write a whole answer to stdout; a reader that left early changes nothing.

    Raises:
        UsageError: E_WRITE where the disk behind stdout is full or broken.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        forget_stdout()
    except OSError as error:
        forget_stdout()
        raise UsageError("E_WRITE", f"cannot write to stdout: {error.strerror}") from None


def say_lines(lines: Iterable[str]) -> None:
    """Write lines to stdout; names in them drive neither terminal nor build host."""
    from flightrules.inert import log_lines

    say(log_lines(lines).encode())


def say_json(found: Any) -> None:
    """Write one JSON document to stdout, keys in order."""
    import json

    from flightrules.inert import json_safe, storable

    document = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True)
    say(storable(f"{json_safe(document)}\n").encode())


def forget_stdout() -> None:
    """Let what is still buffered for stdout go nowhere, so that the interpreter's end stays quiet."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


class Progress:
    """One line on stderr that says what is being read; silent where nobody watches."""

    def __init__(self, *, wanted: bool = True, accessible: bool = False) -> None:
        self._stream = sys.stderr
        self._on = wanted and not accessible and self._stream.isatty() and not os.environ.get("CI")

    def step(self, at: int, of: int, what: str) -> None:
        """Show one step."""
        if self._on:
            self._stream.write(f"\r\x1b[2Kreading {at} of {of}: {what[-60:]}")
            self._stream.flush()

    def done(self) -> None:
        """Take the line away."""
        if self._on:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
