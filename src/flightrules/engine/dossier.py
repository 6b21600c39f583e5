"""What changed between two dossiers: between what a person signed and what lies on the table now.

A dossier is exactly what signatories are shown, as plain JSON values. Lists in it are rows with a name of
their own, so that a row which came, went or changed is said as such. Whatever is not understood here is
compared as it is: it can be named a difference too often, never too seldom.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flightrules.values import frozen

__all__ = ["PARTS", "Difference", "differences"]

_ROWS: dict[str, tuple[str, ...]] = {
    "artefacts": ("name",),
    "gates": ("gate",),
    "evidence": ("method", "name", "part"),
    "waivers": ("key",),
    "acceptances": ("key",),
    "defects": ("number",),
    "checklists": ("checklist", "place"),
}
"""Parts that are lists, and what names a row of each."""

PARTS = ("release", "target", "rulebook", *_ROWS)
"""What a sign-off can rely on; all of it, unless a rulebook says otherwise for a role."""

_NONE = "nothing"


@frozen
class Difference:
    """One thing that is not as it was; ``was`` and ``now`` are in words, ``nothing`` where there is none."""

    part: str
    what: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.part}: {self.what} was {self.was}, is {self.now}"


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Everything that differs, part by part in a fixed order; empty for the same dossier and only for it."""
    others = sorted((set(then) | set(now)) - set(PARTS))
    return tuple(one for part in (*PARTS, *others) for one in _in_part(part, then.get(part), now.get(part)))


def _in_part(part: str, then: Any, now: Any) -> Iterator[Difference]:
    if part in _ROWS:
        before, after = _named(part, then), _named(part, now)
        if before is not None and after is not None:
            yield from _between(part, "", before, after)
            return
    yield from _between(part, "", then, now)


def _named(part: str, rows: Any) -> dict[str, Any] | None:
    """Rows by their name; None where they are no rows, or two have one name."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    found = {" ".join(str(row.get(name, "")) for name in _ROWS[part]): row for row in rows}
    return found if len(found) == len(rows) else None


def _between(part: str, where: str, then: Any, now: Any) -> Iterator[Difference]:
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted({*then, *now}):
            inside = f"{where} {name}".strip()
            yield from _between(part, inside, then.get(name), now.get(name))
    elif _differs(then, now):
        yield Difference(part, where or part, _said(then), _said(now))


def _differs(then: Any, now: Any) -> bool:
    """Python holds True and 1 for equal, within lists too; a dossier does not."""
    return repr(then) != repr(now)


def _said(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(one)}" for name, one in sorted(value.items()))
    return str(value)
