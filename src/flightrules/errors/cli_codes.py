"""Faults of the cli."""

from __future__ import annotations

from flightrules.errors.code import Code

__all__ = ["CLI_CODES"]

CLI_CODES: tuple[Code, ...] = ()
