"""One entry of the message catalogue."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Code"]


class Code(NamedTuple):
    """A class of fault: ``E_`` refuses, ``W_`` warns, ``L_`` is a lint finding, ``D_`` one of doctor."""

    name: str
    summary: str
    why: str
    fix: str
