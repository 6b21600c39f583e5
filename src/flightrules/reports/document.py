"""The report before it has a look: sections of blocks in plain words, which each renderer dresses.

No block holds markup. Renderers make every text inert for their medium, so a hostile name has one gate to
pass in each and none here.
"""

from __future__ import annotations

from flightrules.values import frozen

__all__ = [
    "BLANK",
    "Banner",
    "Block",
    "Bullets",
    "Cell",
    "Column",
    "Document",
    "Facts",
    "Graph",
    "Part",
    "Section",
    "Table",
    "Text",
]


@frozen
class Graph:
    """A bullet graph: a scale with its good zone, the target and the value; places are per cent of the width.

    ``ends`` are the scale's ends in words; ``whisker`` is the 95 % interval; ``label`` says it all in words.
    """

    good: tuple[str, str]
    target: str
    value: str | None
    whisker: tuple[str, str] | None
    ends: tuple[str, str]
    mark: str
    label: str


@frozen
class Cell:
    """One cell or fact. ``mark`` names a status shape; ``code`` is a literal; ``blank`` is left open."""

    text: str = ""
    note: str = ""
    mark: str = ""
    code: bool = False
    blank: bool = False
    graph: Graph | None = None


BLANK = Cell(blank=True)


@frozen
class Column:
    """A column's head. ``graph`` columns repeat in a picture what the other cells say."""

    title: str
    numeric: bool = False
    graph: bool = False


@frozen
class Table:
    """Rows under a caption; the first cell of each row names the row. ``loud`` are rows that block."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    loud: frozenset[int] = frozenset()


@frozen
class Facts:
    """Names and values."""

    items: tuple[tuple[str, Cell], ...]


@frozen
class Text:
    """A paragraph."""

    text: str
    strong: bool = False


@frozen
class Bullets:
    """A list; ``numbered`` where the order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@frozen
class Part:
    """A titled part of a section."""

    title: str
    blocks: tuple[Block, ...]


Block = Table | Facts | Text | Bullets | Part


@frozen
class Section:
    """A section; the six of a readiness report are numbered, what follows them is not."""

    number: int
    title: str
    blocks: tuple[Block, ...]

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.number} {self.title}" if self.number else self.title

    @property
    def anchor(self) -> str:
        """The section's address in the page."""
        return self.title.lower().replace(" ", "-")


@frozen
class Banner:
    """The verdict or decision: one word with its shape, one sentence, what blocks in the order of weight.

    ``label`` says which of the two it is.
    """

    word: str
    mark: str
    sentence: str
    points: tuple[str, ...] = ()
    label: str = "Verdict"


@frozen
class Document:
    """The whole paper. ``header`` says when and who; ``agreement`` what it was judged by."""

    title: str
    kind: str
    header: Facts
    agreement: Facts
    banner: Banner
    sections: tuple[Section, ...]
    foot: str
