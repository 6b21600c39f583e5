"""The readiness report as Markdown (GitHub flavour); every text is escaped, so no name becomes markup."""

from __future__ import annotations

import re

from flightrules.inert import one_line
from flightrules.reports.document import Block, Bullets, Cell, Document, Facts, Part, Section, Table, Text
from flightrules.reports.readiness import readiness
from flightrules.reports.report import SIGNS, Report

__all__ = ["code", "render", "section", "text", "top", "written"]

_MARKUP = re.compile(r"[\\`*\[\]<>|~$]|&(?=[#A-Za-z])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINK = re.compile(r"(?i)(://|\bwww\.|^#|:(?=[a-z0-9_+\-]+:))")
_LEAD = re.compile(r"^(#|[+\-](?=[\s\-]|$)|\d+[.)](?=\s|$))")
_BLANK = "\\_\\_\\_\\_\\_\\_\\_\\_"


def render(report: Report) -> str:
    """The whole report, ending in a line end."""
    return written(readiness(report))


def written(document: Document) -> str:
    """Any document, ending in a line end."""
    parts = [top(document), *(section(one) for one in document.sections)]
    return "\n".join([*parts, f"---\n\n{text(document.foot)}\n"])


def top(document: Document) -> str:
    """Title, header and verdict."""
    banner = document.banner
    lines = [f"# {text(document.kind)} — {text(document.title)}", "", *_facts(document.header)]
    lines += [f"**{SIGNS[banner.mark]} {text(banner.word)}** — {text(banner.sentence)}", ""]
    lines += _list(Bullets(banner.points, numbered=True))
    return "\n".join([*lines, *_facts(document.agreement)])


def section(one: Section) -> str:
    """One section with its heading."""
    number = f"{one.number}. " if one.number else ""
    lines = [f"## {number}{text(one.title)}", ""]
    for block in one.blocks:
        lines += _block(block, 3)
    return "\n".join(lines)


def text(value: str) -> str:
    """A text in which nothing is markup, no address becomes a link and nobody is notified."""
    clean = one_line(value)
    if "@" in clean:
        words = clean.split(" ")
        return " ".join(code(word) if "@" in word else _escaped(word) for word in words)
    return _LEAD.sub(_lead, _escaped(clean))


def code(value: str) -> str:
    """A literal, in a fence longer than any within."""
    clean = one_line(value)
    runs = [len(run) for run in re.findall("`+", clean)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if clean[:1] in ("`", "") or clean[-1:] == "`" else ""
    return f"{fence}{pad}{clean}{pad}{fence}".replace("|", "\\|")


def _escaped(clean: str) -> str:
    escaped = _MARKUP.sub(lambda match: "\\" + match[0], clean)
    if ":" in escaped or "www" in escaped.casefold():
        return _LINK.sub(lambda match: match[0].replace(":", "\\:").replace(".", "\\."), escaped)
    return escaped


def _lead(match: re.Match[str]) -> str:
    return f"{match[0][:-1]}\\{match[0][-1]}"


def _block(block: Block, level: int) -> list[str]:
    if isinstance(block, Part):
        lines = [f"{'#' * min(level, 6)} {text(block.title)}", ""]
        for inner in block.blocks:
            lines += _block(inner, level + 1)
        return lines
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Facts):
        return _facts(block)
    if isinstance(block, Bullets):
        return _list(block)
    return _paragraph(block)


def _paragraph(block: Text) -> list[str]:
    return [f"**{text(block.text)}**" if block.strong else text(block.text), ""]


def _list(block: Bullets) -> list[str]:
    if not block.items:
        return []
    signs = (f"{at}." if block.numbered else "-" for at in range(1, len(block.items) + 1))
    return [*(f"{sign} {text(item)}" for sign, item in zip(signs, block.items, strict=True)), ""]


def _facts(block: Facts) -> list[str]:
    return [
        *(f"- **{text(name)}:** {_cell(cell)}" if name else f"- {_cell(cell)}" for name, cell in block.items),
        "",
    ]


def _table(table: Table) -> list[str]:
    shown = [at for at, column in enumerate(table.columns) if not column.graph]
    heads = [table.columns[at] for at in shown]
    lines = [f"*{text(table.caption)}*", "", f"| {' | '.join(text(head.title) for head in heads)} |"]
    lines.append(f"|{'|'.join('---:' if head.numeric else '---' for head in heads)}|")
    lines += [f"| {' | '.join(_cell(row[at]) for at in shown)} |" for row in table.rows]
    return [*lines, ""]


def _cell(cell: Cell) -> str:
    if cell.blank:
        return _BLANK
    shown = code(cell.text) if cell.code else text(cell.text)
    mark = f"{SIGNS[cell.mark]} " if cell.mark else ""
    note = f"<br>{text(cell.note)}" if cell.note else ""
    return f"{mark}{shown}{note}"
