"""Everything that can go wrong, as one tree.

An error says what happened (one sentence), where (file, line, column), and what to do (hint).
Its code is stable: pipelines may match on it and ``flightrules explain CODE`` tells the rest.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "EvidenceError",
    "ExitCode",
    "FlightrulesError",
    "LedgerError",
    "RulebookError",
    "UsageError",
]


class ExitCode(IntEnum):
    """What a pipeline can act on; part of the public contract."""

    GO = 0
    NO_GO = 1
    USAGE = 2
    NO_DATA = 3
    UNREACHABLE = 4
    NOTHING_EVALUATED = 5
    WAITING = 6
    INTERNAL = 70


class FlightrulesError(Exception):
    """Base of all refusals.

    Args:
        code: stable name of the class of fault, such as ``E_EMPTY``.
        message: one sentence, without the position and without a full stop.
        file: the input's name as the user gave it.
        line: 1-based line, where known.
        column: 1-based column, where known.
        hint: what to do about it, one sentence.
    """

    exit_code = ExitCode.USAGE

    def __init__(
        self,
        code: str,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.hint = hint

    @property
    def where(self) -> str:
        """``file:line:col``, as far as known; empty when nothing is known."""
        parts = [self.file or "", *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts) if any(parts) else ""

    def diagnostics(self) -> str:
        """The error as a person reads it: what, where, what to do, where to learn more."""
        from flightrules.inert import log_lines

        place = f"{self.where}: " if self.where else ""
        lines = [f"error {self.code}: {place}{self.message}"]
        if self.hint:
            lines.append(f"  fix    {self.hint}")
        lines.append(f"  learn  flightrules explain {self.code}")
        return log_lines(lines).rstrip("\n")


class EvidenceError(FlightrulesError):
    """An artefact that cannot be read as evidence."""


class RulebookError(FlightrulesError):
    """A rulebook, waiver or acceptance file that cannot be agreed to."""


class LedgerError(FlightrulesError):
    """A record that does not verify."""


class UsageError(FlightrulesError):
    """A command line that cannot be carried out."""
