"""Attributes of JUnit test cases to columns; uniform pieces are sliced, others looked up one by one."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Mapping, Sequence
from itertools import chain, repeat

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.junit_words import END_ATTRIBUTES
from flightrules.evidence.reading.xml_markup import unescaped
from flightrules.patterns import late
from flightrules.values import NamedTuple

__all__ = ["Columns", "columns", "plain_columns", "seconds", "text_columns"]

_PLAIN = late(r"\s*[+-]?(?:\d{1,18}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?s?\s*\Z", re.ASCII)
_GROUPED = late(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?\Z", re.ASCII)
_COMMA = late(r"\d+,\d+\Z", re.ASCII)
_UNKNOWN = -1.0
_REMEMBERED, _LONG = 20_000, 1 << 16


class Columns(NamedTuple):
    """The columns of some cases. ``states`` lists the words for the end of a row where one is stated."""

    names: Sequence[str]
    classes: Sequence[str]
    files: Sequence[str]
    times: array[float]
    states: list[tuple[int, tuple[str, ...]]]
    odd_times: list[str]


class _Numbers(dict[str, float]):
    """Remembers texts as numbers: times repeat, and a look is cheaper than reading."""

    def __missing__(self, text: str) -> float:
        self[text] = number = float(text)
        return number


_READ = _Numbers()


def columns(rows: list[list[str]], source_name: str) -> Columns:
    """The columns of one piece of a file.

    Raises:
        EvidenceError: E_MISSING_FIELD for a case without a name, E_NEGATIVE for a time below zero.
    """
    flat, width = list(chain.from_iterable(rows)), len(rows[0])
    keys = rows[0][::2]
    # no element has one attribute twice, so equal columns of keys mean that every row has these attributes
    uniform = len(flat) == width * len(rows) and all(
        flat[2 * at :: width].count(key) == len(rows) for at, key in enumerate(keys)
    )
    table = {key: flat[2 * at + 1 :: width] for at, key in enumerate(keys)} if uniform else _looked_up(rows)
    return _columns(table, len(rows), source_name)


def text_columns(table: Mapping[str, list[bytes]], count: int, source_name: str) -> Columns:
    """The columns of one piece whose cells are as they stand in the file.

    Raises:
        EvidenceError: as ``columns``.
    """
    return _columns({key: unescaped(cells) for key, cells in table.items()}, count, source_name)


def plain_columns(table: Mapping[str, list[bytes]], count: int) -> Columns:
    """The same for cases that are known to have names and plain times, and no words for their ends."""
    texts = {key: unescaped(table[key]) for key in ("name", "classname", "file") if key in table}
    times = array("d", map(float, table["time"]) if "time" in table else repeat(_UNKNOWN, count))
    return Columns(texts["name"], texts.get("classname", ()), texts.get("file", ()), times, [], [])


def _columns(table: Mapping[str, list[str]], count: int, source_name: str) -> Columns:
    names = table.get("name") or [""] * count
    if "" in names and any(
        not name and not group for name, group in zip(names, table.get("classname") or names, strict=True)
    ):
        raise EvidenceError(
            "E_MISSING_FIELD",
            "a test case has neither name nor class",
            file=source_name,
            hint="check the tool that wrote it",
        )
    odd: list[str] = []
    times = (
        _times(table["time"], source_name, odd) if "time" in table else array("d", repeat(_UNKNOWN, count))
    )
    return Columns(names, table.get("classname", ()), table.get("file", ()), times, _states(table), odd)


def seconds(text: str, source_name: str) -> tuple[float, bool]:
    """The time and whether it was written in the plain form; below zero where it is unknown.

    ``2,503.1`` has a thousands comma, ``0,288`` a decimal comma. A clock set back during a run gives
    a negative fraction, which is unknown; a whole negative number was not measured by any clock.
    """
    if _PLAIN.match(text):
        value = float(text.strip().rstrip("s"))
        if value < 0 and value == int(value):
            raise EvidenceError(
                "E_NEGATIVE",
                f"a test case took {text[:40]} seconds",
                file=source_name,
                hint="check the tool that wrote it",
            )
        return (value, "e" not in text) if 0 <= value < math.inf else (_UNKNOWN, False)
    if _GROUPED.match(text):
        return float(text.replace(",", "")), False
    if _COMMA.match(text):
        return float(text.replace(",", ".")), False
    if text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise EvidenceError(
            "E_NONFINITE",
            f"a test case took {text[:40]} seconds",
            file=source_name,
            hint="check the tool that wrote it",
        )
    return _UNKNOWN, text == ""


def _times(texts: list[str], source_name: str, odd: list[str]) -> array[float]:
    together = "".join(texts)
    if len(_READ) > _REMEMBERED or len(together) > _LONG:
        _READ.clear()
    try:
        times = array("d", list(map(_READ.__getitem__, texts)))
        if min(times) >= 0 and math.isfinite(sum(times)) and together.isascii() and "_" not in together:
            return times
    except ValueError:
        pass  # some time is not a plain number; look at each
    read = [seconds(text, source_name) for text in texts]
    odd.extend(text for text, (_, plain) in zip(texts, read, strict=True) if not plain)
    return array("d", (value for value, _ in read))


def _looked_up(rows: list[list[str]]) -> dict[str, list[str]]:
    found = [dict(zip(row[::2], row[1::2], strict=True)) for row in rows]
    ends = [key for key in frozenset[str]().union(*found) if key.lower() in END_ATTRIBUTES]
    return {key: [one.get(key, "") for one in found] for key in ("name", "classname", "file", "time", *ends)}


def _states(table: Mapping[str, list[str]]) -> list[tuple[int, tuple[str, ...]]]:
    ends = [texts for key, texts in table.items() if key.lower() in END_ATTRIBUTES]
    return [(at, words) for at, words in enumerate(zip(*ends, strict=True)) if any(words)]
