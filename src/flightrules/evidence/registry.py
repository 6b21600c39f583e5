"""The explicit list of formats. Order decides where two could match: the more specific first."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from flightrules.errors import EvidenceError
from flightrules.evidence.format import Format
from flightrules.evidence.head import Head, look, refuse_utf16
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.collector import without_collector
from flightrules.evidence.signatures.accessibility import ACCESSIBILITY_FORMATS
from flightrules.evidence.signatures.contracts import CONTRACT_FORMATS
from flightrules.evidence.signatures.coverage import COVERAGE_FORMATS
from flightrules.evidence.signatures.generic import GENERIC_FORMATS
from flightrules.evidence.signatures.load import LOAD_FORMATS
from flightrules.evidence.signatures.monitoring import MONITORING_FORMATS
from flightrules.evidence.signatures.security import SECURITY_FORMATS
from flightrules.evidence.signatures.tests import TEST_FORMATS
from flightrules.evidence.signatures.trackers import TRACKER_FORMATS
from flightrules.evidence.source import Source
from flightrules.patterns import late

__all__ = ["FORMATS", "by_name", "read", "read_evidence", "recognise"]

FORMATS: tuple[Format, ...] = (
    *GENERIC_FORMATS,
    *TEST_FORMATS,
    *COVERAGE_FORMATS,
    *SECURITY_FORMATS,
    *LOAD_FORMATS,
    *ACCESSIBILITY_FORMATS,
    *CONTRACT_FORMATS,
    *TRACKER_FORMATS,
    *MONITORING_FORMATS,
)
_LOOKS = (16 << 10, 512 << 10)
_FEW = 8
_TEXT_OF_A_LINTER = late(r"\s*[^\s:,;|]{1,300}:[0-9]{1,7}:(?:[0-9]{1,7}:)? ")
_EMPTY_LIST = late(r"\s*\[\s*\]\s*\Z")
_EMPTY_ANSWER = late(r'\s*\{\s*"[A-Za-z]{1,30}"\s*:\s*\[\s*\]\s*\}\s*\Z')
_SCALAR = late(r'\s*(?:null|true|false|-?[0-9]+(?:\.[0-9]+)?|"[^"]*")\s*\Z')


def by_name(name: str) -> Format:
    """The format of that name.

    Raises:
        EvidenceError: E_UNRECOGNISED.
    """
    found = next((one for one in FORMATS if one.name == name), None)
    if found is None:
        raise EvidenceError("E_UNRECOGNISED", f"no format is called {name!r}", hint="see flightrules formats")
    return found


def recognise(source: Source) -> tuple[Format, Head]:
    """The format of the content; the name of the file plays no part."""
    head = None
    for size in _LOOKS:
        head = look(source, size)
        found = next((one for one in FORMATS if one.recognise(head)), None)
        if found is not None:
            return found, head
        if head.complete:
            break
    raise _unrecognised(source, head)


def read(source: Source, *, expected: str | None = None, columns: Mapping[str, str] | None = None) -> Reading:
    """What the artefact says, counted from its own records.

    Args:
        source: the artefact.
        expected: the format the rulebook declares; another one is refused. An empty list, which could be
            anything, is read as the declared format, and so is a tracker's answer that holds nothing else.
        columns: the rulebook's names for the columns of a table, our field to its header.

    Raises:
        EvidenceError: with a stable code, the position and what to do.
    """
    if columns:
        return _declared_table(source, columns)
    found, head = recognise(source) if expected is None else _declared(source, by_name(expected))
    refuse_utf16(source, head)
    module = importlib.import_module(f"flightrules.evidence.formats.{found.module}")
    with without_collector():
        reading: Reading = module.read(source, head)
    return reading


def read_evidence(path: str, *, expected: str | None = None) -> Reading:
    """What the file says; the library's short form of ``read``.

    Args:
        path: a regular file of at most 1 GiB.
        expected: the format that it must have.

    Raises:
        EvidenceError: with a stable code, the position and what to do.
    """
    with Source.open(path) as source:
        return read(source, expected=expected)


def _declared(source: Source, wanted: Format) -> tuple[Format, Head]:
    for size in _LOOKS:
        head = look(source, size)
        if wanted.recognise(head) or (head.complete and _is_anyones(head, wanted)):
            return wanted, head
        if head.complete:
            break
    found, _ = recognise(source)
    raise EvidenceError(
        "E_UNRECOGNISED",
        f"the rulebook expects {wanted.name}, the content is {found.name}",
        file=source.name,
        hint="check the path and the declared format",
    )


def _is_anyones(head: Head, wanted: Format) -> bool:
    nothing_found = wanted.family == "trackers" and _EMPTY_ANSWER.match(head.text)
    return bool(_EMPTY_LIST.match(head.text) or nothing_found)


def _declared_table(source: Source, columns: Mapping[str, str]) -> Reading:
    from flightrules.evidence.formats.declared_table import read_declared

    refuse_utf16(source, look(source, _LOOKS[0]))
    return read_declared(source, columns)


def _unrecognised(source: Source, head: Head | None) -> EvidenceError:
    """Why the content is no report: a fault of syntax comes before the want of a format."""
    if head is not None:
        _require_sound(source, head)
    if (
        head is not None
        and head.complete
        and (_EMPTY_LIST.match(head.text) or _EMPTY_ANSWER.match(head.text))
    ):
        return EvidenceError(
            "E_UNRECOGNISED",
            "an empty list: it says neither which tool wrote it nor that anything was looked at",
            file=source.name,
            line=1,
            column=1,
            hint="have the tool write SARIF or JUnit XML, or declare the format in the rulebook",
        )
    if head is not None and head.kind == "text" and _TEXT_OF_A_LINTER.match(head.text):
        return EvidenceError(
            "E_UNRECOGNISED",
            "this looks like a compiler's or linter's text, made for people to read",
            file=source.name,
            line=1,
            column=1,
            hint="have the tool write SARIF, Checkstyle XML or JSON",
        )
    few = head is not None and head.kind == "json" and 0 < len(head.paths) < _FEW
    if head is not None and few and head.any("message", "error", "errors"):
        return EvidenceError(
            "E_API_ERROR",
            "this looks like an API's error answer, not a report",
            file=source.name,
            hint="repeat the request with credentials",
        )
    what = (
        {"xml": f"XML with the root {head.root!r}", "json": "JSON", "ndjson": "JSON Lines"}.get(
            head.kind, "text"
        )
        if head
        else "data"
    )
    from flightrules.evidence.strangers import described

    seen = described(head) if head is not None else None
    return EvidenceError(
        "E_UNRECOGNISED",
        f"{what} that matches no known format" + (f"; it looks like {seen.what}" if seen else ""),
        file=source.name,
        line=1,
        column=1,
        hint=seen.instead
        if seen
        else "see flightrules formats, or convert to SARIF, JUnit, CTRF or the generic format",
    )


def _require_sound(source: Source, head: Head) -> None:
    from flightrules.evidence.reading import json, xml
    from flightrules.evidence.reading.json_documents import documents

    if source.size > json.DOCUMENT_LIMIT:
        return
    if head.kind == "xml":
        for _ in xml.stream(source, frozenset()):
            pass
    elif head.kind == "ndjson":
        for _ in documents(source, free_text=True):
            pass
    elif head.kind == "json":
        json.decode(source)
    elif head.complete and _SCALAR.match(head.text):
        raise EvidenceError(
            "E_WRONG_TYPE", "the document is a single JSON value", file=source.name, line=1, column=1
        )
