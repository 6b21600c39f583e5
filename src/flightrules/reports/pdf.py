"""The readiness report as a tagged PDF, set by Typst (the extra ``flightrules[pdf]``).

The text goes in as data, never as markup; fonts come from the typesetter itself, packages and system fonts
are off, and the only time in the file is the verdict's. The same report gives the same bytes.
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from typing import Any

from flightrules.errors import UsageError
from flightrules.inert import one_line
from flightrules.reports import json_report
from flightrules.reports.document import (
    Banner,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Facts,
    Part,
    Table,
    Text,
)
from flightrules.reports.readiness import readiness
from flightrules.reports.report import SIGNS, Report
from flightrules.values import content_of

__all__ = ["from_layout", "layout", "paper", "render"]

# archive with the JSON record attached, and accessible; the compiler checks both as far as it can
_STANDARDS = ["a-3a", "ua-1"]
# scripts beyond Latin, Greek and Cyrillic, and signs beyond the common ones
_UNSET = re.compile("[\\u0530-\\u1dff\\u2c00-\\U0010ffff]")
_TEMPLATE = "readiness.typ"
_NOWHERE = os.path.join(os.path.dirname(__file__), "no-packages")


def render(report: Report) -> bytes:
    """The document.

    Raises:
        UsageError: E_EXTRA when the extra is not installed.
    """
    return paper(readiness(report), json_report.render(report), report.verdict.as_of)


def paper(document: Document, record: str, at: datetime) -> bytes:
    """Any document, with the JSON record that it was made from attached.

    Raises:
        UsageError: E_EXTRA when the extra is not installed.
    """
    return from_layout(layout(document), record, at)


def layout(document: Document) -> str:
    """What the typesetter is given, as JSON: kept, it gives the same paper later."""
    return json.dumps(_document(document), ensure_ascii=False)


def from_layout(shown: str, record: str, at: datetime) -> bytes:
    """The paper of a layout that was kept.

    Raises:
        UsageError: E_EXTRA when the extra is not installed.
    """
    typst = _typesetter()
    with open(os.path.join(os.path.dirname(__file__), _TEMPLATE), "rb") as file:
        template = file.read()
    inputs = {"report": shown, "record": record}
    moment = int(at.timestamp())
    try:
        return _set(typst, template, inputs, moment, _STANDARDS)
    except typst.TypstError:
        # The built-in fonts lack a script: its characters are shown as code points, never left out unseen.
        return _set(typst, template, inputs | {"report": _UNSET.sub(_escape, shown)}, moment, _STANDARDS)


def _escape(match: re.Match[str]) -> str:
    return f"\\\\u{ord(match[0]):04x}"


def _set(typst: Any, template: bytes, inputs: dict[str, str], moment: int, standards: list[str]) -> bytes:
    compiler = typst.Compiler(
        input=template,
        root=os.path.dirname(__file__),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        package_path=_NOWHERE,
        package_cache_path=_NOWHERE,
    )
    made: bytes = compiler.compile(format="pdf", timestamp=moment, pdf_standards=standards)
    return made


def _typesetter() -> Any:
    try:
        import typst
    except ImportError:
        raise UsageError(
            "E_EXTRA", "a PDF needs the extra pdf", hint="pip install 'flightrules[pdf]', or ask for html"
        ) from None
    return typst


def _document(document: Document) -> dict[str, Any]:
    return {
        "title": one_line(document.title),
        "kind": one_line(document.kind),
        "header": _facts(document.header),
        "agreement": _facts(document.agreement),
        "banner": _banner(document.banner),
        "foot": one_line(document.foot),
        "sections": [
            {"heading": one_line(one.heading), "blocks": [_block(block) for block in one.blocks]}
            for one in document.sections
        ],
    }


def _banner(banner: Banner) -> dict[str, Any]:
    return {
        "word": one_line(banner.word),
        "mark": banner.mark,
        "sign": SIGNS[banner.mark],
        "sentence": one_line(banner.sentence),
        "points": [one_line(point) for point in banner.points],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Part):
        return {
            "kind": "part",
            "title": one_line(block.title),
            "blocks": [_block(inner) for inner in block.blocks],
        }
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Facts):
        return _facts(block)
    if isinstance(block, Bullets):
        return {
            "kind": "bullets",
            "numbered": block.numbered,
            "items": [one_line(item) for item in block.items],
        }
    return _paragraph(block)


def _paragraph(block: Text) -> dict[str, Any]:
    return {"kind": "text", "strong": block.strong, "text": one_line(block.text)}


def _facts(block: Facts) -> dict[str, Any]:
    return {"kind": "facts", "items": [[one_line(name), _cell(cell)] for name, cell in block.items]}


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": one_line(table.caption),
        "heads": [one_line(column.title) for column in table.columns],
        "widths": [_width(at, column, table) for at, column in enumerate(table.columns)],
        "loud": sorted(table.loud),
        "rows": [_row(row, table.columns) for row in table.rows],
    }


def _row(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """Cells; a number stays on one line with its unit."""
    cells = [_cell(cell) for cell in row]
    for cell, column in zip(cells, columns, strict=True):
        if column.numeric:
            cell["text"] = cell["text"].replace(" ", "\N{NO-BREAK SPACE}")
    return cells


def _width(at: int, column: Column, table: Table) -> int:
    """A column's share by its longest text, between 8 and 24 characters."""
    longest = [len(one_line(row[at].text)) for row in table.rows] + [len(column.title)]
    noted = [len(one_line(row[at].note)) // 2 for row in table.rows]
    return min(max(8, *longest, *noted), 24)


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "text": one_line(cell.text),
        "note": one_line(cell.note),
        "mark": cell.mark,
        "sign": SIGNS.get(cell.mark, ""),
        "code": cell.code,
        "blank": cell.blank,
        "graph": content_of(cell.graph) if cell.graph is not None else None,
    }
