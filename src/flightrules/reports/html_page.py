"""The readiness report as one self-contained page: no script, no address, nothing fetched."""

from __future__ import annotations

import hashlib
from binascii import b2a_base64

from flightrules.inert import one_line
from flightrules.reports.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Facts,
    Graph,
    Part,
    Section,
    Table,
    Text,
)
from flightrules.reports.html_style import STYLE
from flightrules.reports.readiness import readiness
from flightrules.reports.report import Report

__all__ = ["page", "render", "text"]

_LONG = 22  # a longer word may break anywhere, or it would widen its column
# Word, shape and colour: each status has a shape of its own, so that nothing rests on colour.
_SHAPES = {
    "pass": '<circle cx="12" cy="12" r="10" fill="currentColor"/><path d="M7 12.5l3.5 3.5L17 9" class="in"/>',
    "fail": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" fill="currentColor"/>'
    '<path d="M8.5 8.5l7 7m0-7l-7 7" class="in"/>',
    "error": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" fill="currentColor"/>'
    '<path d="M12 7v6m0 3.5v.5" class="in"/>',
    "waived": '<path d="M12 1.5L22.5 12 12 22.5 1.5 12z" fill="currentColor"/>'
    '<path d="M12 7v6m0 3.5v.5" class="in"/>',
    "nodata": '<circle cx="12" cy="12" r="9.5" class="out" stroke-dasharray="4 3"/>'
    '<path d="M9.5 9.5a2.5 2.5 0 115 0c0 2-2.5 2-2.5 4m0 3v.5" class="out"/>',
    "stale": '<circle cx="12" cy="12" r="9.5" class="out"/><path d="M12 6.5V12l4 2.5" class="out"/>',
    "unfit": '<rect x="2.5" y="2.5" width="19" height="19" rx="2" class="out"/>'
    '<path d="M7 10h10M7 14h10M15 6.5l-6 11" class="out"/>',
    "none": '<path d="M5 12h14" class="out"/>',
    "advise": '<path d="M12 3l10 18H2z" class="out"/><path d="M12 10v5m0 2.5v.5" class="out"/>',
}
_SYMBOLS = (
    '<svg width="0" height="0" aria-hidden="true" focusable="false" class="off"><defs>'
    + "".join(
        f'<symbol id="s-{name}" viewBox="0 0 24 24">{shape}</symbol>' for name, shape in _SHAPES.items()
    )
    + "</defs></svg>"
)
_STYLE = (
    STYLE + ".in,.out{fill:none;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}"
    ".in{stroke:var(--sheet)}.out{stroke:currentColor}"
)


def render(report: Report) -> str:
    """The whole page, ending in a line end."""
    return page(readiness(report))


def page(document: Document) -> str:
    """Any document as a page of its own, ending in a line end."""
    return "\n".join([_head(document), *_body(document), "</body>", "</html>", ""])


def text(value: str) -> str:
    """A text that cannot become an element, an attribute or an entity."""
    clean = one_line(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return clean.replace('"', "&quot;").replace("'", "&#39;")


def _head(document: Document) -> str:
    digest = b2a_base64(hashlib.sha256(_STYLE.encode()).digest(), newline=False).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{text(document.banner.word)}: {text(document.title)} — {text(document.kind)}</title>
<style>{_STYLE}</style>
</head>
<body>"""


def _body(document: Document) -> list[str]:
    return [
        f'<a class="skip" href="#verdict">Skip to the {text(document.banner.label.lower())}</a>',
        _SYMBOLS,
        '<div class="page">',
        '<header><p class="kind">' + text(document.kind) + "</p>",
        f"<h1>{text(document.title)}</h1>",
        '<div class="lead">',
        *_facts(document.header),
        "</div></header>",
        "<main>",
        *_banner(document),
        *_contents(document),
        *_facts(document.agreement),
        *(line for section in document.sections for line in _section(section)),
        "</main>",
        f"<footer><p>{text(document.foot)}</p></footer>",
        "</div>",
    ]


def _banner(document: Document) -> list[str]:
    banner = document.banner
    points = (
        [f"<ol>{''.join(f'<li>{text(point)}</li>' for point in banner.points)}</ol>"] if banner.points else []
    )
    return [
        f'<section id="verdict" class="sheet banner {banner.mark}" aria-labelledby="verdict-word">',
        f"{_icon(banner.mark)}<div>",
        f'<h2 id="verdict-word"><span class="off">{text(banner.label)}: </span>{text(banner.word)}</h2>',
        f"<p>{text(banner.sentence)}</p>",
        *points,
        "</div></section>",
    ]


def _contents(document: Document) -> list[str]:
    items = "".join(f'<li><a href="#{one.anchor}">{text(one.heading)}</a></li>' for one in document.sections)
    return [f'<nav aria-label="Sections"><ol>{items}</ol></nav>']


def _section(section: Section) -> list[str]:
    name = section.anchor
    lines = [f'<section id="{name}" class="sheet" aria-labelledby="{name}-title">']
    lines.append(f'<h2 id="{name}-title">{text(section.heading)}</h2>')
    for block in section.blocks:
        lines += _block(block, 3)
    return [*lines, "</section>"]


def _block(block: Block, level: int) -> list[str]:
    if isinstance(block, Part):
        lines = [f"<h{level}>{text(block.title)}</h{level}>"]
        for inner in block.blocks:
            lines += _block(inner, min(level + 1, 6))
        return lines
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Facts):
        return _facts(block)
    if isinstance(block, Bullets):
        return _list(block)
    return _paragraph(block)


def _paragraph(block: Text) -> list[str]:
    inner = f"<strong>{text(block.text)}</strong>" if block.strong else text(block.text)
    return [f"<p>{inner}</p>"]


def _list(block: Bullets) -> list[str]:
    tag = "ol" if block.numbered else "ul"
    return (
        [f"<{tag}>", *(f"<li>{text(item)}</li>" for item in block.items), f"</{tag}>"] if block.items else []
    )


def _facts(block: Facts) -> list[str]:
    items = (f"<div><dt>{text(name) or 'And'}</dt><dd>{_cell(cell)}</dd></div>" for name, cell in block.items)
    return ["<dl>", *items, "</dl>"]


def _table(table: Table) -> list[str]:
    heads = "".join(f'<th scope="col"{_class(column)}>{text(column.title)}</th>' for column in table.columns)
    lines = [f"<table><caption>{text(table.caption)}</caption><thead><tr>{heads}</tr></thead><tbody>"]
    labels = [text(column.title) for column in table.columns]
    for at, row in enumerate(table.rows):
        loud = ' class="loud"' if at in table.loud else ""
        cells = (
            f'<td{_class(column)} data-label="{label}">{_cell(cell)}</td>'
            for cell, column, label in zip(row[1:], table.columns[1:], labels[1:], strict=True)
        )
        lines.append(f'<tr{loud}><th scope="row">{_cell(row[0])}</th>{"".join(cells)}</tr>')
    return [*lines, "</tbody></table>"]


def _class(column: Column) -> str:
    name = "graph" if column.graph else "number" if column.numeric else ""
    return f' class="{name}"' if name else ""


def _cell(cell: Cell) -> str:
    if cell.blank:
        return '<span class="blank"><span class="off">left open</span></span>'
    if cell.graph is not None:
        return _graph(cell.graph)
    shown = f"<code>{text(cell.text)}</code>" if cell.code else text(cell.text)
    said = f"{cell.text} {cell.note}"
    if len(said) > _LONG and any(len(word) > _LONG for word in said.split()):
        return f'<span class="long">{_marked(cell, shown)}</span>'
    return _marked(cell, shown)


def _marked(cell: Cell, shown: str) -> str:
    if cell.mark:
        shown = f'<span class="status {cell.mark}">{_icon(cell.mark)} {shown}</span>'
    return f'{shown}<span class="note">{text(cell.note)}</span>' if cell.note else shown


def _icon(mark: str) -> str:
    return f'<svg class="icon" aria-hidden="true" focusable="false"><use href="#s-{mark}"/></svg>'


def _graph(graph: Graph) -> str:
    """Places are per cent of the width, so the picture fits any column without being squashed."""
    start, end = graph.good
    parts = ['<rect class="track" x="0" y="8" width="100%" height="8" rx="4"/>']
    if start != end:
        parts.append(f'<rect class="zone" x="{start}%" y="8" width="{_width(start, end)}%" height="8"/>')
    if graph.whisker is not None:
        low, high = graph.whisker
        parts.append(
            f'<rect class="whisker" x="{low}%" y="11.25" width="{_width(low, high)}%" height="1.5"/>'
        )
    parts.append(f'<rect class="target" x="{graph.target}%" y="3" width="2" height="18"/>')
    if graph.value is not None:
        parts.append(f'<circle class="value" cx="{graph.value}%" cy="12" r="6"/>')
    picture = "".join(parts)
    low, high = graph.ends
    ends = f'<span class="ends" aria-hidden="true"><span>{low}</span><span>{high}</span></span>'
    return (
        f'<svg class="bullet {graph.mark}" role="img" aria-label="{text(graph.label)}">{picture}</svg>{ends}'
    )


def _width(start: str, end: str) -> str:
    from decimal import Decimal

    return str(Decimal(end) - Decimal(start))
