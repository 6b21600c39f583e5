"""dotCover's DetailedXML: statements with their lines. Its other XML and its JSON hold totals alone.

A line is covered when one of its statements is; it counts where the statement begins.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.text import count
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_MARKS = {"true": HIT, "false": MISSED}
_TAGS = frozenset(("File", "Statement"))


def read(source: Source, head: Head) -> Reading:
    """Lines by file.

    Raises:
        EvidenceError: E_NO_LINES for a report of totals, E_ENUM, E_REFERENCE, E_RANGE, E_NUMBER.
    """
    if head.kind != "xml" or ("Statement" not in head.elements and head.complete):
        raise EvidenceError(
            "E_NO_LINES",
            "this report of dotCover holds totals and no lines",
            file=source.name,
            hint="use --ReportType=DetailedXML",
        )
    book, notices, paths = LineBook(source.name), list[Notice](), dict[str, str]()
    for node in stream(source, _TAGS, notices=notices):
        if node.tag == "File":
            paths[node.get("Index")] = book.path(node.get("Name"), at=node.line)
        else:
            _statement(book, paths, node)
    lines = book.build()
    facts = {"tool": "dotCover", "tool_version": head.attributes.get("DotCoverVersion", "")}
    return Reading(
        "dotcover",
        lines,
        notices=(*notices, *book.notices(lines)),
        facts={key: value for key, value in facts.items() if value},
        definitions=dict(LINE_DEFINITIONS),
    )


def _statement(book: LineBook, paths: dict[str, str], node: Node) -> None:
    covered, path = node.get("Covered").lower(), paths.get(node.get("FileIndex"))
    if covered not in _MARKS:
        what = f"Covered is {covered[:40]!r}, not True or False"
        raise EvidenceError("E_ENUM", what, file=book.name, line=node.line)
    if path is None:
        what = f"a statement of the file {node.get('FileIndex')[:40]!r}, which is not listed"
        raise EvidenceError("E_REFERENCE", what, file=book.name, line=node.line)
    book.add(path, [count(node.get("Line"), "Line", book.name)], [_MARKS[covered]], node.line)
