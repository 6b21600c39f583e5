"""The memory that reading in windows gives back and asks for again, kept at hand."""

from __future__ import annotations

from functools import cache

__all__ = ["keep_at_hand"]

_LARGEST = 1 << 20  # more than a window, and than what is made of one


@cache
def keep_at_hand() -> None:
    """Have C's allocator keep blocks of up to a MiB that are given back, two MiB at most.

    glibc gives windows of 256 KiB back to the system until it has seen a larger block come and go; then each
    page is asked for and cleared again: 5,600 times in 40 MB of JSON, a twelfth of the time. Elsewhere this
    does nothing.
    """
    bytes(_LARGEST)  # of zeros, which the system promises and never makes
