"""How often a line ran, as reports write it."""

from __future__ import annotations

from flightrules.evidence.measurement import Notice
from flightrules.evidence.reading.text import count
from flightrules.evidence.records.file_lines import HIT, MISSED

__all__ = ["Hits"]

_MEMORY = 1 << 16
_DIGITS = 18


class Hits(dict[str, int]):
    """Hit counts by their text: ``HIT`` for more than zero, ``MISSED`` for zero; each text is judged once.

    Raises:
        EvidenceError: E_NUMBER, E_NEGATIVE, E_NONFINITE for a count that is none.
    """

    def __init__(self, name: str) -> None:
        super().__init__({"0": MISSED, "1": HIT})
        self._name = name
        self.clamped = False

    def __missing__(self, text: str) -> int:
        """Judge a text that was not seen yet."""
        is_plain = text.isascii() and text.isdecimal()
        number = (
            int(text[-_DIGITS:]) or int(text.strip("0") != "")
            if is_plain
            else count(text, "hits", self._name)
        )
        self.clamped |= len(text.lstrip("0")) > _DIGITS
        if len(self) > _MEMORY:
            self.clear()
        mark = self[text] = HIT if number else MISSED
        return mark

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Whether counts were beyond what tools can store."""
        return (
            (Notice("W_CLAMPED", "hit counts of more than 18 digits count as hits"),) if self.clamped else ()
        )
