"""Faults of the ledger."""

from __future__ import annotations

from flightrules.errors.code import Code

__all__ = ["LEDGER_CODES"]

LEDGER_CODES: tuple[Code, ...] = ()
