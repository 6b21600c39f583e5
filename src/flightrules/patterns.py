"""Regular expressions that are compiled when they are first used.

Compiling one takes about 0.1 ms, and of the hundred that a ``check`` loads most are for files that are not
there. What every ``check`` uses is compiled at once, as ever.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr

__all__ = ["late"]


class _Late:
    """Stands in for the pattern; each of its methods is found once, then it is an attribute."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._pattern, self._flags), name)  # which keeps what it has compiled
        setattr(self, name, found)
        return found


def late(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As ``re.compile``, later; for use through methods alone, for it is no ``re.Pattern``."""
    made: re.Pattern[AnyStr] = _Late(pattern, flags)  # type: ignore[assignment]  # stands in for it
    return made
