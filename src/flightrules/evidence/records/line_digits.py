"""Lines as lcov writes them, counted as one large number: no object is made of any line.

That no line stands twice is what takes the time. To split 200,000 lines into texts and to look whether one is
there twice takes 28 ms with the pattern that proves them; this takes 18. It is for lines in ascending order,
as tools write them; all others have to be looked at.
"""

from __future__ import annotations

from functools import cache

from flightrules.evidence.records.file_lines import LineCounts

__all__ = ["ascending"]

_WIDTHS = (4, 6)  # of a cell: up to three digits or five, and a space
_MOST = 1 << 14  # lines; more would take megabytes of masks
_LONGEST = len("DA:12345,12345\n") + 1
_DIGITS = b"0123456789"
_TABS = bytes.maketrans(b"\n,", b"\t\t")
_START = b"\nDA:"
_FRAME = _START + b","
_FRAMES = _FRAME * (_MOST + 1)


def ascending(block: bytes) -> LineCounts | None:
    """How many lines there are and how many ran, if the line numbers ascend and all is plainly written.

    ``block`` begins with a line end and ends with one. ``None`` unless every line is ``DA:``, a number from 1
    and hits, both of at most five digits without leading zeros.
    """
    frame = block.translate(None, _DIGITS)
    count, end = divmod(len(frame), len(_FRAME))
    if end != 1 or not 0 < count <= _MOST or len(block) > _LONGEST * count or not _FRAMES.startswith(frame):
        return None
    if block.count(_START) != count:
        return None  # a digit stands before the number's place, which the frame does not show
    fields = block.translate(_TABS, b"DA:")
    backwards = fields[-2::-1]  # so that the last digits stand below each other
    for width in _WIDTHS:
        cells = backwards.expandtabs(width)
        if len(cells) == count * 2 * width:
            break
    else:
        return None
    missed = block.count(b",0\n")
    if b" " in cells[::width] or fields.count(b"\t0") != missed:
        return None  # a field has no digit, or too many
    if not _ascend(int.from_bytes(cells, "little"), count, width):
        return None
    return LineCounts(count - missed, count)


def _ascend(cells: int, count: int, width: int) -> bool:
    """Whether each number is greater than the one of the line before, which stands above it.

    Each line takes two cells, its number above its hits. Of each number that of the line before is taken,
    together with that line's hits; where the highest bit that was set before is gone, something was borrowed.
    """
    numbers, highest = _masks(1 << count.bit_length(), width)
    rest = (cells & numbers | highest) - (cells >> 16 * width)
    return rest & highest == highest


@cache
def _masks(count: int, width: int) -> tuple[int, int]:
    """The bits of the numbers of so many lines, and the highest bit of each."""
    numbers = (bytes(width) + b"\xff" * width) * count
    highest = (bytes(2 * width - 1) + b"\x80") * count
    return int.from_bytes(numbers, "little"), int.from_bytes(highest, "little")
