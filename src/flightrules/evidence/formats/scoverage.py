"""scoverage XML (Scala): statements with their line, and which of them are branches."""

from __future__ import annotations

from collections import Counter

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.announced import Announced, whole_number
from flightrules.evidence.records.file_lines import HIT
from flightrules.evidence.records.hits import Hits
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import STATEMENT_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, head: Head) -> Reading:
    """Statements and branches by file; ignored statements (``$COVERAGE-OFF$``) are none.

    Raises:
        EvidenceError: E_NO_LINES, E_COUNT_MISMATCH, E_CONTRADICTION, E_RANGE, E_NUMBER, E_MISSING_FIELD.
    """
    book, hits, notices = LineBook(source.name), Hits(source.name), list[Notice]()
    branches: dict[tuple[str, int], dict[str, bool]] = {}
    seen: Counter[str] = Counter()
    for node in stream(source, frozenset({"statement"}), notices=notices):
        if node.get("ignored") != "true":
            _statement(node, book, hits, branches, seen)
    for (path, line), each in branches.items():
        book.branch(path, line, sum(each.values()), len(each))
    header = Announced(
        whole_number(head.attributes.get("statements-invoked")),
        whole_number(head.attributes.get("statement-count")),
    )
    if not book.records:
        header.refuse_bodyless(source.name)
    lines = book.build()
    stamp = whole_number(head.attributes.get("timestamp"))
    taken_at = rfc3339(stamp) if stamp else None
    return Reading(
        "scoverage",
        lines,
        notices=(*notices, *header.compare(lines, source.name), *book.notices(lines), *hits.notices),
        facts={"tool": "scoverage", **({"taken_at": taken_at} if taken_at else {})},
        definitions=dict(STATEMENT_DEFINITIONS),
    )


def _statement(
    node: Node,
    book: LineBook,
    hits: Hits,
    branches: dict[tuple[str, int], dict[str, bool]],
    seen: Counter[str],
) -> None:
    line, times = whole_number(node.get("line")), node.attributes.get("invocation-count")
    if line is None or times is None:
        raise EvidenceError(
            "E_MISSING_FIELD", "a statement lacks line or invocation-count", file=book.name, line=node.line
        )
    path = book.path(node.get("source"), at=node.line)
    mark = hits[times]
    place = ":".join(node.get(key) for key in ("source", "full-class-name", "method", "line", "start", "end"))
    seen[place] += 1
    position = f"{place}:{seen[place]}"
    book.add(path, [line], [mark], node.line)
    book.statement(path, position, 1, mark)
    if node.get("branch") == "true":
        of_line = branches.setdefault((path, line), {})
        of_line[position] = of_line.get(position, False) or mark == HIT
