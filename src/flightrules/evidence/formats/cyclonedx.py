"""CycloneDX documents with vulnerabilities (VEX) in JSON and XML, the XML of the older extension too.

A bill of materials without any is no scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.text import decimal
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.findings import SEVERITIES, severity, severity_of_cvss
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = {
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "false_positive": "suppressed",
    "not_affected": "suppressed",
}


class _Rating(NamedTuple):
    word: str
    score: str
    method: str


class _Vulnerability(NamedTuple):
    name: str
    ratings: tuple[_Rating, ...]
    description: str
    origin: str
    state: str
    components: tuple[str, ...]


def read(source: Source, head: Head) -> Reading:
    """Count the vulnerabilities, one for each affected component.

    Raises:
        EvidenceError: E_NO_RUNS without vulnerabilities, E_WRONG_TYPE, E_MISSING_FIELD, and the faults of
            XML and JSON.
    """
    scan = Scan("CycloneDX", source.name)
    for one in _from_xml(source, scan) if head.kind == "xml" else _from_json(source, scan):
        for component in one.components or ("",):
            scan.add(
                one.name,
                _level(one.ratings, scan.name),
                path=component,
                title=one.description,
                identity=[one.origin],
                state=_STATES.get(one.state, "live"),
            )
    if scan.empty:
        raise scan.no_run(
            "a bill of materials without vulnerabilities does not show that any were looked for"
        )
    scan.define(
        finding="one for each vulnerability and affected component",
        severity="the most severe rating; of one without a word the CVSS score's band",
        suppressed="false positive and not affected; resolved ones are left out",
    )
    return scan.reading("cyclonedx")


def _level(ratings: Iterable[_Rating], name: str) -> str:
    stated = {_rated(one, name) for one in ratings}
    return next((each for each in SEVERITIES if each in stated), "unknown")


def _rated(rating: _Rating, name: str) -> str:
    """The word; where there is none the band of a CVSS score, and of no other kind of score."""
    level = severity(rating.word)
    if level != "unknown" or not rating.score or not rating.method.upper().startswith("CVSS"):
        return level
    try:
        return severity_of_cvss(decimal(rating.score, "the score", name))
    except EvidenceError:
        return "unknown"


def _from_json(source: Source, scan: Scan) -> Iterator[_Vulnerability]:
    report = mapping(decode(source), "the document", scan.name)
    scan.fact(taken_at=text(report, "metadata", "timestamp"))
    for one in objects(report.get("vulnerabilities"), "vulnerabilities", scan.name, optional=True):
        yield _of_object(one, scan.name)


def _of_object(one: dict[str, Any], name: str) -> _Vulnerability:
    ratings = objects(one.get("ratings"), "ratings", name, optional=True)
    affected = objects(one.get("affects"), "affects", name, optional=True)
    return _Vulnerability(
        text(one, "id"),
        tuple(_Rating(text(each, "severity"), text(each, "score"), text(each, "method")) for each in ratings),
        text(one, "description"),
        text(one, "source", "name"),
        text(one, "analysis", "state"),
        tuple(text(each, "ref") for each in affected),
    )


def _from_xml(source: Source, scan: Scan) -> Iterator[_Vulnerability]:
    timed = False
    for node in stream(source, frozenset({"timestamp", "vulnerability"})):
        if node.tag == "vulnerability":
            yield _of_element(node)
        elif not timed:  # the document's own stands first
            scan.fact(taken_at=node.text)
            timed = True


def _of_element(node: Node) -> _Vulnerability:
    """Since 1.4 the affected components are listed; before, the element stood in or pointed at its one."""
    origin, analysis = node.find("source"), node.find("analysis")
    components = [target.text_of("ref") for target in _inner(node, "affects", "target")]
    own = node.get("ref")
    return _Vulnerability(
        node.text_of("id"),
        tuple(_of_rating(each) for each in _inner(node, "ratings", "rating")),
        node.text_of("description"),
        (origin.get("name") or origin.text_of("name")) if origin is not None else "",
        analysis.text_of("state") if analysis is not None else "",
        tuple(components or ([own] if own else [])),
    )


def _inner(node: Node, group: str, tag: str) -> list[Node]:
    found = node.find(group)
    return found.all(tag) if found is not None else []


def _of_rating(rating: Node) -> _Rating:
    score = rating.find("score")
    base = (score.text_of("base") or score.text) if score is not None else ""
    return _Rating(rating.text_of("severity"), base, rating.text_of("method"))
