"""XML, read safely: no entity is ever expanded, no other file opened, depth and sizes bounded.

Two ways to read: ``tree`` for small documents, ``stream`` for documents of any size.
Formats on a hot path take a ``guarded_parser`` and set their own handlers (docs/decisions/0005).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice
from flightrules.evidence.source import WRITE_UTF8, Source

__all__ = ["DEPTH_LIMIT", "Node", "feed", "guarded_parser", "malformed", "stream", "tree"]

DEPTH_LIMIT = 64
TREE_LIMIT = 64 << 20
ATTRIBUTE_LIMIT = 256
TOKEN_LIMIT = 4 << 20
NODE_LIMIT = 450_000  # half a kilobyte each
_CHUNK = 1 << 18
_NS = "\x1f"
_ENCODINGS = frozenset(
    [
        "utf-8",
        "utf8",
        "us-ascii",
        "ascii",
        "iso-8859-1",
        "iso8859-1",
        "latin1",
        "latin-1",
        "iso-8859-15",
        "windows-1252",
        "cp1252",
        "windows-1251",
        "windows-1250",
        "utf-16",
        "utf-16le",
        "utf-16be",
    ]
)
_DECLARED = re.compile(rb"""\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
_VERSION = re.compile(rb"""\A(?:\xef\xbb\xbf)?\s*<\?xml\s+version\s*=\s*["']([^"']{1,10})["']""")


class Node:
    """One element: local name, attributes by local name, text, children, and its line."""

    __slots__ = ("attributes", "children", "line", "namespace", "parts", "tag")

    def __init__(self, tag: str, namespace: str, attributes: dict[str, str], line: int) -> None:
        self.tag = tag
        self.namespace = namespace
        self.attributes = attributes
        self.line = line
        self.children: list[Node] = []
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        """Character data directly inside this element, stripped."""
        return "".join(self.parts).strip()

    def get(self, name: str, default: str = "") -> str:
        """An attribute's value."""
        return self.attributes.get(name, default)

    def find(self, tag: str) -> Node | None:
        """The first child of that name."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> list[Node]:
        """All children of that name."""
        return [child for child in self.children if child.tag == tag]

    def text_of(self, tag: str, default: str = "") -> str:
        """The text of the first child of that name."""
        found = self.find(tag)
        return found.text if found is not None else default

    def walk(self) -> Iterator[Node]:
        """This element and everything below, in document order, without recursion."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def guarded_parser(source: Source, *, namespaces: bool = True, notices: list[Notice] | None = None) -> Any:
    """An expat parser that refuses entity declarations and unknown encodings before it reads them."""
    head = source.head(512)
    _check_declaration(source, head)
    parser: Any = expat.ParserCreate(namespace_separator=_NS if namespaces else None)
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        raise _at(
            parser,
            source,
            "E_DTD_FORBIDDEN",
            "the document declares an entity",
            "remove the internal DTD subset",
        )

    def doctype(name: str, *_: object) -> None:
        if notices is not None:
            notices.append(Notice("W_DTD_IGNORED", f"DOCTYPE {name} was not fetched"))

    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartDoctypeDeclHandler = doctype
    return parser


def feed(parser: Any, source: Source, after: Callable[[], None] | None = None) -> None:
    """Give all bytes to the parser; ``after`` runs behind every chunk.

    Raises:
        EvidenceError: E_MALFORMED, E_TRUNCATED, E_FIELD_TOO_LONG, E_EMPTY, with line and column.
    """
    for _ in _fed(parser, source):
        if after is not None:
            after()


def _fed(parser: Any, source: Source) -> Iterator[None]:
    """Give all bytes to the parser, with a stop behind every chunk and one at the end."""
    fed = 0
    try:
        for chunk in _trimmed(source):
            parser.Parse(chunk, False)
            fed += len(chunk)
            # expat 2.5 scans an unfinished token again with every chunk: quadratic (CVE-2023-52425)
            if fed - parser.CurrentByteIndex > TOKEN_LIMIT:
                what = "one tag or attribute is longer than 4 MiB"
                raise _at(parser, source, "E_FIELD_TOO_LONG", what, "check the tool that wrote it")
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise malformed(source, error) from None
    except LookupError as error:
        raise _unknown_encoding(source, error) from None
    yield


def tree(source: Source, *, notices: list[Notice] | None = None) -> Node:
    """The whole document as nodes, for documents up to 64 MiB."""
    if source.size > TREE_LIMIT:
        raise EvidenceError(
            "E_TOO_LARGE",
            f"the document has {source.size} bytes; this format is read up to {TREE_LIMIT}",
            file=source.name,
        )
    roots: list[Node] = []
    builder = _Builder(source, None, roots.append)
    builder.run(notices)
    return roots[0]


def stream(
    source: Source,
    tags: frozenset[str],
    *,
    openings: frozenset[str] = frozenset(),
    notices: list[Notice] | None = None,
) -> Iterator[Node]:
    """Finished elements of the given names, outermost only, in order; memory stays flat.

    Elements named in ``openings`` come as soon as they start, with attributes only.
    """
    ready: list[Node] = []
    builder = _Builder(source, tags, ready.append, openings)
    parser = builder.parser(notices)
    for _ in _fed(parser, source):
        yield from ready
        ready.clear()


class _Builder:
    """Builds nodes from parser events; with ``tags`` only those subtrees are kept."""

    def __init__(
        self,
        source: Source,
        tags: frozenset[str] | None,
        done: Callable[[Node], None],
        openings: frozenset[str] = frozenset(),
    ) -> None:
        self._source = source
        self._tags = tags
        self._openings = openings
        self._done = done
        self._stack: list[Node] = []
        self._depth = 0
        self._kept = 0  # nodes of the outermost element that is open
        self._parser: Any = None

    def parser(self, notices: list[Notice] | None) -> Any:
        parser = self._parser = guarded_parser(self._source, notices=notices)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        return parser

    def run(self, notices: list[Notice] | None) -> None:
        feed(self.parser(notices), self._source)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise _at(
                self._parser,
                self._source,
                "E_TOO_DEEP",
                f"elements are nested deeper than {DEPTH_LIMIT}",
                None,
            )
        if len(attributes) > ATTRIBUTE_LIMIT:
            raise _at(
                self._parser,
                self._source,
                "E_TOO_MANY_ATTRS",
                f"an element has {len(attributes)} attributes",
                None,
            )
        namespace, _, tag = name.rpartition(_NS)
        opening = not self._stack and tag in self._openings
        if not opening and not self._stack and self._tags is not None and tag not in self._tags:
            return
        plain = {key.rpartition(_NS)[2]: value for key, value in attributes.items()}
        node = Node(tag, namespace, plain, self._parser.CurrentLineNumber)
        if opening:
            self._done(node)
            return
        if self._stack:
            self._kept += 1
            self._stack[-1].children.append(node)
            if self._kept > NODE_LIMIT:
                raise self._too_many()
        self._stack.append(node)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if not self._stack:
            return
        node = self._stack.pop()
        if not self._stack:
            self._kept = 0
            self._done(node)

    def _too_many(self) -> EvidenceError:
        message = f"one element holds more than {NODE_LIMIT} others"
        return _at(self._parser, self._source, "E_TOO_MANY_ITEMS", message, "split the report")

    def _characters(self, text: str) -> None:
        if self._stack:
            self._stack[-1].parts.append(text)


def _trimmed(source: Source) -> Iterator[bytes]:
    """The chunks without white space before the XML declaration, which some tools write."""
    started = False
    for chunk in source.chunks(_CHUNK):
        piece = chunk
        if not started:
            bom = b"\xef\xbb\xbf" if piece.startswith(b"\xef\xbb\xbf") else b""
            piece = piece[len(bom) :].lstrip(b" \t\r\n")
            if not piece:
                continue
            started = True
        yield piece
    if not started:
        raise EvidenceError(
            "E_EMPTY",
            "the file has no content",
            file=source.name,
            hint="run the tool again and keep its output",
        )


def _check_declaration(source: Source, head: bytes) -> None:
    version = _VERSION.match(head)
    if version and version.group(1) != b"1.0":
        raise EvidenceError(
            "E_MALFORMED",
            f"XML {version.group(1).decode('latin-1')} is not supported",
            file=source.name,
            line=1,
            column=1,
            hint="write XML 1.0",
        )
    declared = _DECLARED.match(head)
    if declared is None:
        return
    name = declared.group(1).decode("latin-1").lower()
    if name not in _ENCODINGS or name.startswith("utf-16"):
        raise EvidenceError(
            "E_ENCODING",
            f"the declared encoding {name!r} is not the file's or not supported",
            file=source.name,
            line=1,
            column=1,
            hint="write UTF-8",
        )


def _unknown_encoding(source: Source, error: LookupError) -> Exception:
    if not str(error).startswith("unknown encoding"):
        return error  # a handler's own fault
    message = f"the declared encoding is not known: {str(error)[-60:]}"
    return EvidenceError("E_ENCODING", message, file=source.name, line=1, column=1, hint="write UTF-8")


def malformed(source: Source, error: expat.ExpatError) -> EvidenceError:
    """An expat refusal in the product's words."""
    message = expat.errors.messages[error.code]
    cut = message in (
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
    encoding = message in (expat.errors.XML_ERROR_INCORRECT_ENCODING, expat.errors.XML_ERROR_UNKNOWN_ENCODING)
    code = "E_TRUNCATED" if cut else "E_ENCODING" if encoding else "E_MALFORMED"
    if message == expat.errors.XML_ERROR_NO_ELEMENTS:  # also said where open elements are never closed
        code = "E_TRUNCATED" if re.search(rb"<[A-Za-z_]", source.head(1 << 16)) else "E_EMPTY"
    return EvidenceError(
        code,
        f"not well-formed XML: {message}",
        file=source.name,
        line=error.lineno,
        column=error.offset + 1,
        hint=WRITE_UTF8 if encoding else "let the tool write the file again",
    )


def _at(parser: Any, source: Source, code: str, message: str, hint: str | None) -> EvidenceError:
    return EvidenceError(
        code,
        message,
        file=source.name,
        line=parser.CurrentLineNumber,
        column=parser.CurrentColumnNumber + 1,
        hint=hint,
    )
