"""Findings of ``flightrules lint``: what a rulebook may say and should not."""

from __future__ import annotations

from flightrules.errors.code import Code

__all__ = ["LINT_CODES"]

LINT_CODES: tuple[Code, ...] = ()
