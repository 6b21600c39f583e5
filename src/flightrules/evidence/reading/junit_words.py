"""The words by which dialects of JUnit XML tell how a case ended: children of the case and its attributes.

Nobody owns the format, so a word may be new. A child that is not known tells nothing; a stated end that is
not known is no pass: it counts as errored.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

__all__ = [
    "END_ATTRIBUTES",
    "ERROR",
    "FAILURE",
    "FLAKY_ATTEMPT",
    "MARKS",
    "NOT_RUN",
    "PART_SKIP",
    "RAW_MARKS",
    "RERUN",
    "SET_ASIDE",
    "SKIP",
    "STATES",
    "UNKNOWN",
    "UNSTARTED",
    "says_bad",
]

# what was seen inside a case, as bits, until the case is settled
FAILURE: Final = 1
ERROR: Final = 2
SKIP: Final = 4
FLAKY_ATTEMPT: Final = 8
RERUN: Final = 16
NOT_RUN: Final = 32
PART_SKIP: Final = 64  # a skipped phase; another one may fail
UNSTARTED: Final = 128
SET_ASIDE: Final = 256  # a failure beside it was expected
UNKNOWN: Final = 512

END_ATTRIBUTES: Final = frozenset(("status", "result", "outcome", "state", "success", "verdict"))
_REMEMBERED: Final = 1000

_EXACT = {
    "failure": FAILURE,
    "error": ERROR,
    "skipped": SKIP,
    "flakyFailure": FLAKY_ATTEMPT,
    "flakyError": FLAKY_ATTEMPT,
    "rerunFailure": RERUN,
    "rerunError": RERUN,
}
_OTHERS = {
    **{word.lower(): mark for word, mark in _EXACT.items()},
    **dict.fromkeys(("failed", "fail"), FAILURE),
    **dict.fromkeys(("errored", "broken", "aborted", "crashed", "exception", "timeout", "timedout"), ERROR),
    **dict.fromkeys(("skip", "ignored"), SKIP),
    **dict.fromkeys(("disabled", "notrun", "pending", "inconclusive", "todo", "blocked"), PART_SKIP),
}
_PASSES = (
    *(
        "run",
        "completed",
        "complete",
        "executed",
        "finished",
        "done",
        "passed",
        "pass",
        "success",
        "successful",
    ),
    *(
        "succeeded",
        "ok",
        "okay",
        "true",
        "expected",
        "flaky",
        "fixed",
        "warning",
        "warn",
        "warned",
        "xpass",
        "xpassed",
    ),
    *("passedwithwarnings", "passwithwarnings", "passedwithwarning", "green", "unbroken", "valid"),
)
_WORDS = {
    **dict.fromkeys(("", *_PASSES), 0),
    "disabled": SET_ASIDE,
    **dict.fromkeys(("notrun", "suppressed"), NOT_RUN),
    **dict.fromkeys(("skipped", "skip", "ignored", "pending"), SKIP),
    **dict.fromkeys(("failed", "fail", "failure", "false", "unexpected"), FAILURE),
    **dict.fromkeys(("error", "errored", "broken", "aborted", "timeout", "crashed", "panicked"), ERROR),
    **dict.fromkeys(
        (
            "timedout",
            "interrupted",
            "undefined",
            "ambiguous",
            "unknown",
            "killed",
            "hookerror",
            "cleanuperror",
        ),
        ERROR,
    ),
    **dict.fromkeys(("inconclusive", "untested", "todo", "blocked", "incomplete", "deferred"), PART_SKIP),
    **dict.fromkeys(("canceled", "cancelled", "notexecuted", "notapplicable", "none", "xfail"), PART_SKIP),
    **dict.fromkeys(("xfailed", "expectedfailure", "optional", "norun", "omitted", "excluded"), PART_SKIP),
}
_JOINTS = str.maketrans("", "", " _-")


class _Marks(dict[str, int]):
    """Marks by tag. Names with a prefix, a namespace or in another case mean what they look like."""

    def __missing__(self, tag: str) -> int:
        mark = _OTHERS.get(tag.rpartition("\x1f")[2].rpartition(":")[2].lower(), 0)
        if len(self) < _REMEMBERED:
            self[tag] = mark
        return mark


class _RawMarks(dict[bytes, int]):
    """The same for tags as they stand in the file."""

    def __missing__(self, tag: bytes) -> int:
        mark = MARKS[tag.decode()]
        if len(self) < _REMEMBERED:
            self[tag] = mark
        return mark


class _States(dict[str, int]):
    """Marks by the word of an attribute."""

    def __missing__(self, word: str) -> int:
        mark = _WORDS.get(word.strip().lower().translate(_JOINTS), ERROR | UNKNOWN)
        if len(self) < _REMEMBERED:
            self[word] = mark
        return mark


MARKS: Final = _Marks(_EXACT)
RAW_MARKS: Final = _RawMarks((tag.encode(), mark) for tag, mark in _EXACT.items())
STATES: Final = _States(_WORDS)


def says_bad(words: Iterable[str]) -> bool:
    """Whether one of these words, as a suite may state its end, is a known word for a failure."""
    return any(STATES[word] & (FAILURE | ERROR) and not STATES[word] & UNKNOWN for word in words)
