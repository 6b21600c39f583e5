"""Where the rulebook states a criterion, as file and line, for outputs that must point somewhere."""

from __future__ import annotations

from flightrules.inert import one_line
from flightrules.reports.report import Report

__all__ = ["RULEBOOK", "place_of"]

RULEBOOK = ".flightrules.yml"


def place_of(origin: str, report: Report) -> tuple[str, int]:
    """File relative to the repository and line; line 1 of the rulebook where a profile states it.

    An absolute origin is cut to the file's name: paths of the machine do not belong in a report.
    """
    file, sign, line = origin.rpartition(":")
    if not sign or not line.isascii() or not line.isdigit():
        file, line = report.rulebook.origin, "1"
    if not file or file.startswith("profile "):
        return RULEBOOK, 1
    if file.startswith(("/", "\\")) or file[1:2] == ":" or ".." in file:
        file = file.replace("\\", "/").rpartition("/")[2]
    return _uri(file), max(int(line), 1)


def _uri(file: str) -> str:
    """A relative reference: every byte that is no plain path character is percent-encoded."""
    clean = one_line(file.replace("\\", "/")).encode("utf-8", "backslashreplace")
    return "".join(chr(byte) if chr(byte) in _PLAIN else f"%{byte:02X}" for byte in clean) or RULEBOOK


_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/+,=@")
