"""Lines that fit a terminal: folding, hanging indents, clipping, and a table with a coloured first column."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["clipped", "fold", "hanging", "joined", "table_lines"]

_GAP = 2
_LEAST_TITLE = 16
_LEAST_EVIDENCE = 14
_MOST_EVIDENCE = 44

Line = tuple[int, str, str]


def fold(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` where words allow it; a longer word keeps a line of its own."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1].strip() and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def hanging(text: str, width: int, indent: str) -> list[str]:
    """The text folded; every line after the first starts with the indent."""
    body = text.lstrip(" ")
    lead = text[: len(text) - len(body)]
    first, *rest = fold(body, max(20, width - len(indent)))
    return [lead + first, *(indent + line for line in rest)]


def joined(parts: Sequence[str], dot: str, width: int) -> list[str]:
    """The parts with dots between them, broken only between parts."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(dot) + len(part) > width:
            lines.append(f"  {part}")
        else:
            lines[-1] += f"{dot}{part}"
    return lines


def clipped(text: str, width: int) -> str:
    """The text, cut at the width with a sign that it was."""
    return text if len(text) <= width else f"{text[: max(1, width - 1)]}…"


def table_lines(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], width: int) -> list[Line]:
    """The head, a rule, and the rows: each line as row number, first cell (to be coloured) and the rest.

    The second column is folded. The last is clipped, and left out where the terminal is too narrow for it.
    """
    label, actual, target = (max(len(row[at]) for row in (head, *rows)) for at in (0, 2, 3))
    rest = width - label - actual - target - 3 * _GAP
    longest = max(len(row[1]) for row in (head, *rows))
    seen = min(max(len(row[4]) for row in (head, *rows)), _MOST_EVIDENCE)
    title = max(_LEAST_TITLE, min(longest, rest - _GAP - seen))
    last = rest - title - _GAP
    if last < _LEAST_EVIDENCE:
        title, last = max(_LEAST_TITLE, min(longest, rest)), 0
    widths = (label, title, actual, target, last)
    lines: list[Line] = [(-1, "", _line(head, widths))]
    lines.append((-1, "", "─" * min(width, sum(widths) + (4 if last else 3) * _GAP)))
    for at, row in enumerate(rows):
        first, *more = _broken(row[1], title)
        lines.append((at, f"{row[0]:<{label}}", _line(("", first, *row[2:]), widths)[label:]))
        lines += [(at, "", " " * (label + _GAP) + piece) for piece in more]
    return lines


def _line(row: tuple[str, ...], widths: tuple[int, ...]) -> str:
    gap = " " * _GAP
    cells = [
        f"{row[0]:<{widths[0]}}",
        f"{row[1]:<{widths[1]}}",
        f"{row[2]:>{widths[2]}}",
        f"{row[3]:>{widths[3]}}",
    ]
    cells += [clipped(row[4], widths[4])] if widths[4] else []
    return gap.join(cells).rstrip()


def _broken(text: str, width: int) -> list[str]:
    """Folded, and words that are longer than the column cut, so that no row is wider than the terminal."""
    return [line[at : at + width] for line in fold(text, width) for at in range(0, max(len(line), 1), width)]
