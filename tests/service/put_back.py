"""What stories begin with is made through the doors once in each process, and put back for the next story.

A story's database is emptied by rolling back. Where the rows are just what they were when something was made
before, the rows that it left are written again instead of asking all doors again: the same rows, a hundredth of
the time. It is done only inside a story's own transaction on SQLite, and where all stories keep their bytes; elsewhere
everything is made anew.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection

T = TypeVar("T")
Rows = dict[str, set[tuple[Any, ...]]]

_KEPT = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


@dataclass(frozen=True)
class _Made:
    """What a maker returned and the rows that it wrote, table by table in the order of their keys."""

    returned: Any
    rows: list[tuple[str, list[tuple[Any, ...]]]]


_MADE: dict[tuple[Hashable, ...], _Made] = {}


class _Standing:
    """Which makers the database's rows come from, as long as nothing else was written since."""

    trail: tuple[Hashable, ...] = ()
    changes = -1


def begin() -> None:
    """A story begins: nothing was made yet."""
    _stand(())


def once(what: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` returns, with its rows in the database; ``what`` tells its makers and arguments apart."""
    if not _known_ground():
        return make()
    trail = (*_Standing.trail, what)
    if trail in _MADE:
        _write(_MADE[trail].rows)
    else:
        _MADE[trail] = _watched(make)
    _stand(trail)
    return copy.deepcopy(_MADE[trail].returned)


def _known_ground() -> bool:
    within = connection.vendor == "sqlite" and connection.in_atomic_block and _place_of_blobs() == _BLOBS
    return within and _Standing.changes == connection.connection.total_changes


def _place_of_blobs() -> tuple[str, str]:
    """Rows speak of bytes, which stay where they were written."""
    return str(settings.FLIGHTRULES_HOME), str(settings.FLIGHTRULES_BLOBS)


_BLOBS = _place_of_blobs()


def _stand(trail: tuple[Hashable, ...]) -> None:
    _Standing.trail = trail
    raw = connection.connection
    _Standing.changes = raw.total_changes if raw is not None and connection.vendor == "sqlite" else -1


def _watched(make: Callable[[], Any]) -> _Made:
    before = _all_rows()
    returned = make()
    after = _all_rows()
    for table, rows in before.items():
        gone = {row[0] for row in rows} - {row[0] for row in after[table]}
        assert not gone, f"{table} lost rows while it was made: such a beginning cannot be put back"
    new = [(table, sorted(rows - before[table], key=lambda row: row[0])) for table, rows in after.items()]
    return _Made(copy.deepcopy(returned), [(table, rows) for table, rows in new if rows])


def _all_rows() -> Rows:
    raw = connection.connection.cursor()
    return {table: set(raw.execute(_reading(raw, table))) for (table,) in raw.execute(_KEPT).fetchall()}


def _reading(raw: Any, table: str) -> str:
    """A column with a sign before it comes as it is stored: what it was declared as is not looked at."""
    columns = [f'+"{column[1]}"' for column in raw.execute(f'PRAGMA table_info("{table}")').fetchall()]
    return f'SELECT {", ".join(columns)} FROM "{table}"'  # noqa: S608 -- names of the schema itself


def _write(made: list[tuple[str, list[tuple[Any, ...]]]]) -> None:
    raw = connection.connection.cursor()
    for table, rows in made:
        held = ", ".join("?" * len(rows[0]))
        raw.executemany(f'INSERT OR REPLACE INTO "{table}" VALUES ({held})', rows)  # noqa: S608 -- see above
