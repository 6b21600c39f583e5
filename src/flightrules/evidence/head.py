"""The beginning of an artefact, looked at once, so that formats are recognised by content."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Literal
from xml.parsers import expat

from flightrules.errors import EvidenceError
from flightrules.evidence.json_paths import JsonPaths
from flightrules.evidence.source import WRITE_UTF8, Source
from flightrules.patterns import late
from flightrules.values import field, frozen

__all__ = ["Head", "look", "refuse_utf16"]

Kind = Literal["xml", "json", "ndjson", "text"]

_MAGIC = (
    b"\x7fELF",
    b"\x89PNG",
    b"%PDF-",
    b"GIF8",
    b"\xff\xd8\xff",
    b"MZ\x90",
)
_PACKED = (
    (b"\x1f\x8b", "compressed with gzip", "unpack it before: gunzip --keep FILE"),
    (b"PK\x03\x04", "a zip archive", "unpack it before and name the reports: unzip FILE -d reports"),
    (b"BZh", "compressed with bzip2", "unpack it before: bunzip2 --keep FILE"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it before: unxz --keep FILE"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it before: unzstd FILE"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it before and name the reports: 7z x FILE"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(
    rb"\A\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL
)
_GATLING_BINARY = late(rb"\x00\x00\x00\x00[\x03-\x14]3\.[0-9]+\.[0-9]+")
_CONFLICT = late(rb"^(?:<{7} |={7}$|>{7} )", re.MULTILINE)
_LOG_LINE = late(r"\[(?:[A-Za-z]{2,}(?<!true)(?<!false)(?<!null)[\] ]|\x1b|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ])")
_MARKERS = 3  # a conflict has a beginning, a middle and an end
_GUESS_LENGTH = 4096


@frozen
class Head:
    """What the first bytes tell.

    ``root``, ``namespace``, ``attributes`` and ``elements`` describe XML (local names).
    ``paths`` holds JSON key paths such as ``runs[].tool`` (``[]`` is an array's item; the top level
    array is a leading ``[]``); ``values`` the short scalar at a path where it first occurs.
    """

    kind: Kind
    text: str
    complete: bool
    root: str = ""
    namespace: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    elements: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    values: dict[str, str] = field(default_factory=dict)

    def has(self, *paths: str) -> bool:
        """Whether all these JSON paths occur."""
        return self.paths.issuperset(paths)

    def any(self, *paths: str) -> bool:
        """Whether one of these JSON paths occurs."""
        return not self.paths.isdisjoint(paths)

    @property
    def lines(self) -> list[str]:
        """The first lines, without the last one where it may be cut."""
        lines = self.text.splitlines()
        return lines if self.complete else lines[:-1]


def look(source: Source, size: int) -> Head:
    """Look at the first bytes.

    Raises:
        EvidenceError: E_EMPTY, E_BINARY, E_HTML_PAGE, E_LFS_POINTER, E_ENCODING, E_MALFORMED (conflict).
    """
    raw = source.head(size)
    _refuse_foreign(source, raw)
    complete = len(raw) >= source.size
    text = _text(source, raw, complete=complete)
    start = text.lstrip()
    if start.startswith("<"):
        return _xml_head(raw, text, complete=complete)
    if start.startswith("{") or (start.startswith("[") and not _is_bracketed_text(start)):
        return _json_head(start, text, source.name, complete=complete)
    return Head("text", text, complete)


def refuse_utf16(source: Source, head: Head) -> None:
    """Of all formats only XML may say that it is UTF-16.

    Raises:
        EvidenceError: E_ENCODING.
    """
    if head.kind != "xml" and source.head(2) in _UTF16:
        raise EvidenceError("E_ENCODING", "the file is UTF-16, not UTF-8", file=source.name, hint=WRITE_UTF8)


def _refuse_foreign(source: Source, raw: bytes) -> None:
    name = source.name
    body = raw.removeprefix(b"\xef\xbb\xbf").strip()
    if not body or body in _UTF16:
        rest = any(piece.strip() for piece in source.chunks()) if source.size > len(raw) else False
        if not rest:
            raise EvidenceError(
                "E_EMPTY",
                "the file has no content",
                file=name,
                hint="keep the tool's output; where it prints nothing for nothing found, use SARIF",
            )
    if body.startswith(_MAGIC):
        raise EvidenceError(
            "E_BINARY",
            "the file is binary, not a report",
            file=name,
            hint="name the report itself; unpack archives first",
        )
    _refuse_packed(name, raw)
    if body.startswith(b"version https://git-lfs"):
        raise EvidenceError(
            "E_LFS_POINTER",
            "the file is a Git LFS pointer, not the report",
            file=name,
            hint="run git lfs pull",
        )
    if _HTML.match(body) and b"http://maven" not in body[:200]:
        raise EvidenceError(
            "E_HTML_PAGE",
            "the file is an HTML page (a login or error page?)",
            file=name,
            hint="download the artefact again with credentials",
        )
    opens = body[:_GUESS_LENGTH].count(b"<<<<<<< ")
    if body.startswith(b"<<<<<<< ") or (opens and len(_CONFLICT.findall(body)) >= _MARKERS):
        raise EvidenceError(
            "E_MALFORMED",
            "the file holds merge conflict markers",
            file=name,
            hint="resolve the conflict and run the tool again",
        )
    if raw.startswith(bytes(4)) and _GATLING_BINARY.match(raw):
        version = raw[5 : 5 + min(raw[4], 20)].decode("ascii", "replace")
        raise EvidenceError(
            "E_BINARY",
            f"this is the binary simulation.log of Gatling {version}",
            file=name,
            hint="use the report's stats.json",
        )
    if b"\0" in raw and not raw.startswith(_UTF16):
        raise EvidenceError(
            "E_BINARY", "the file holds NUL bytes; it is binary", file=name, hint="name the report itself"
        )


def _refuse_packed(name: str, raw: bytes) -> None:
    for magic, what, unpacked in _PACKED:
        if raw.startswith(magic):
            raise EvidenceError("E_BINARY", f"the file is {what}, not a report", file=name, hint=unpacked)


def _text(source: Source, raw: bytes, *, complete: bool) -> str:
    if raw.startswith(_UTF16):
        return raw.decode("utf-16", "replace").lstrip("\ufeff")
    body = raw.removeprefix(b"\xef\xbb\xbf")  # to load the codec that does so takes 0.3 ms
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        if not complete and error.start > len(body) - 4:
            return body[: error.start].decode()
        if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
            return raw.decode("latin-1")
        raise EvidenceError(
            "E_ENCODING", f"not valid UTF-8 at byte {error.start}", file=source.name, hint="write UTF-8"
        ) from None


def _is_bracketed_text(start: str) -> bool:
    """Text logs may begin with ``[INFO]``, in colour too, or a date; a JSON array begins with a value."""
    return bool(_LOG_LINE.match(start))


def _xml_head(raw: bytes, text: str, *, complete: bool) -> Head:
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate(namespace_separator="\x1f")

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))

    parser.StartElementHandler = start
    parser.EntityDeclHandler = lambda *_: parser.StopParser(False) if hasattr(parser, "StopParser") else None
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    # a broken tail does not matter here; the format's own reader will say where
    with suppress(expat.ExpatError, ValueError, LookupError):
        parser.Parse(raw.removeprefix(b"\xef\xbb\xbf").lstrip(), False)
    if not found:
        return Head("xml", text, complete, root=_guessed_root(text[:_GUESS_LENGTH]))
    namespace, _, root = found[0][0].rpartition("\x1f")
    elements = frozenset(name.rpartition("\x1f")[2] for name, _ in found)
    attributes = {key.rpartition("\x1f")[2]: value for key, value in found[0][1].items()}
    return Head(
        "xml", text, complete, root=root, namespace=namespace, attributes=attributes, elements=elements
    )


def _guessed_root(text: str) -> str:
    """The first element's name in a text that no parser accepts."""
    guess = re.search(
        r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)", re.sub(r"<[!?].*?>", "", text, flags=re.DOTALL)
    )
    return guess.group(1) if guess else ""


def _json_head(start: str, text: str, name: str, *, complete: bool) -> Head:
    found = JsonPaths(start, name)
    rest = start[found.ended_at :].lstrip() if found.ended_at is not None else ""
    kind: Kind = "ndjson" if rest.startswith(("{", "[")) else "json"
    return Head(kind, text, complete, paths=frozenset(found.paths), values=found.values)
