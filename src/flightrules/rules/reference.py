"""The reference page of the language, derived from the declarations that the loader uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.rules.evidence_sources import BINDINGS
from flightrules.rules.exception_files import ACCEPTANCES_FILE, WAIVERS_FILE
from flightrules.rules.language import RULEBOOK
from flightrules.rules.record import Field, ListOf, MapOf, Record
from flightrules.rules.shape import Shape

__all__ = ["field_help", "reference_markdown"]


def reference_markdown() -> str:
    """Every section and key with its type and meaning, as Markdown."""
    lines = ["## .flightrules.yml", "", RULEBOOK.doc, "", *_table(RULEBOOK)]
    for field in RULEBOOK.fields:
        lines += _section(f"`{field.key}`", field)
    for name, record in (
        (".flightrules/waivers.yml", WAIVERS_FILE),
        (".flightrules/acceptances.yml", ACCEPTANCES_FILE),
        (".flightrules/evidence.yml", BINDINGS),
    ):
        lines += ["", f"## {name}", "", record.doc]
        for field in record.fields:
            lines += _section(f"`{field.key}`", field)
    return "\n".join(lines) + "\n"


def field_help(path: str) -> str | None:
    """What a key such as ``rollback.triggers.factor`` means; ``None`` if unknown."""
    record: Record[Any] | None = RULEBOOK
    field: Field | None = None
    for step in path.split("."):
        field = record.by_key.get(step) if record is not None else None
        if field is None:
            return None
        record = _record_in(field.shape)
    return f"{field.doc} ({field.shape.title})" if field is not None else None


def _section(title: str, field: Field) -> list[str]:
    record = _record_in(field.shape)
    if record is None:
        return []
    names = " A name stands before each; an entry of the profile is left out with `{remove: reason}`."
    note = names if isinstance(field.shape, MapOf) else ""
    short = f" A bare value stands for `{record.short}`." if record.short else ""
    lines = ["", f"### {title}", "", f"{record.doc}{note}{short}", "", *_table(record)]
    for inner, deeper in _deeper(record):
        lines += _section(f"{title}.`{inner}`", deeper)
    return lines


def _deeper(record: Record[Any]) -> Iterator[tuple[str, Field]]:
    for field in record.fields:
        if _record_in(field.shape) is not None:
            yield field.key, field


def _table(record: Record[Any]) -> list[str]:
    rows = ["| Key | Value | Meaning |", "|---|---|---|"]
    for field in record.fields:
        needed = " **Required.**" if field.required else ""
        rows.append(f"| `{field.key}` | {_cell(field.shape.title)} | {_cell(field.doc)}{needed} |")
    return rows


def _record_in(shape: Shape[Any]) -> Record[Any] | None:
    if isinstance(shape, ListOf):
        return _record_in(shape.item)
    if isinstance(shape, MapOf):
        return shape.record
    return shape if isinstance(shape, Record) else None


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
