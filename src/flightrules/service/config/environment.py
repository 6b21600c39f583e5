"""Variables of the environment, each read in one way; a value that makes no sense is refused by name."""

from __future__ import annotations

import os

from flightrules.errors import UsageError

__all__ = ["is_on", "listed", "number", "secret"]

_DIGITS = 18


def listed(name: str) -> list[str]:
    """Parts between commas."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def is_on(name: str) -> bool:
    """Whether it says 1, true, yes or on; left out means no.

    Raises:
        UsageError: E_SETTING.
    """
    said = os.environ.get(name, "").strip().lower()
    if said in ("1", "true", "yes", "on"):
        return True
    if said in ("", "0", "false", "no", "off"):
        return False
    raise _senseless(name, "yes or no")


def number(name: str, otherwise: int) -> int:
    """A whole number from 0.

    Raises:
        UsageError: E_SETTING.
    """
    said = os.environ.get(name, "").strip()
    if not said:
        return otherwise
    if not (said.isascii() and said.isdigit() and len(said) <= _DIGITS):
        raise _senseless(name, "a whole number from 0")
    return int(said)


def secret(name: str) -> str:
    """The variable, or what stands in the file that ``NAME_FILE`` names; a file is not seen by every child.

    Raises:
        UsageError: E_SETTING, when the file cannot be read.
    """
    said = os.environ.get(name, "")
    file_name = os.environ.get(f"{name}_FILE", "")
    if said or not file_name:
        return said
    try:
        with open(file_name, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            "E_SETTING",
            f"the file that {name}_FILE names cannot be read",
            hint="check its place and its rights",
        ) from None


def _senseless(name: str, form: str) -> UsageError:
    return UsageError("E_SETTING", f"{name} must be {form}", hint="correct the variable, or leave it out")
