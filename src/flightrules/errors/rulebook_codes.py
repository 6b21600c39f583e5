"""Faults of the rulebook."""

from __future__ import annotations

from flightrules.errors.code import Code

__all__ = ["RULEBOOK_CODES"]

RULEBOOK_CODES: tuple[Code, ...] = ()
