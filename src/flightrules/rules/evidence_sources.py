"""How evidence sources, scopes and bindings are written."""

from __future__ import annotations

from typing import Any

from flightrules.rules.node import Node, fault
from flightrules.rules.record import Field, ListOf, MapOf, Record
from flightrules.rules.shape import Collected, Shape, Whole, single
from flightrules.rules.source import Binding, EvidenceSource, Scope
from flightrules.rules.texts import BASE, GLOBS, Pairs
from flightrules.rules.vocabulary import DURATION, FLAG, ID, LINE, LINES, MOMENT, WORDS
from flightrules.values import is_sha256

__all__ = ["BINDINGS", "EVIDENCE", "SCOPES"]

COLUMNS = (
    "id",
    "title",
    "severity",
    "status",
    "state",
    "type",
    "component",
    "labels",
    "owner",
    "mitigation",
    "affected_users",
    "found_in",
    "fix_version",
    "url",
    "name",
    "result",
    "done",
    "item",
    "checklist",
)


class Digest(Shape[str]):
    """A SHA-256 in hexadecimal, with or without ``sha256:`` before it."""

    title = "a SHA-256 digest"

    def read(self, node: Node, collected: Collected) -> str:
        del collected
        value = single(node, self.title).strip().casefold().removeprefix("sha256:")
        if not is_sha256(value):
            raise fault(
                "E_DIGEST_FORM",
                "this is not a SHA-256 digest",
                node,
                "write 64 hexadecimal digits, as sha256sum prints",
            )
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^(sha256:)?[0-9a-fA-F]{64}$"}


EVIDENCE: MapOf[EvidenceSource] = MapOf(
    "evidence",
    Record(
        "an evidence source",
        "A method of measurement: where its artefacts lie and what is asked of them.",
        EvidenceSource,
        (
            Field(
                "format",
                ID,
                "The format that the artefact must have; found by content when it is not stated.",
                default=None,
            ),
            Field("paths", GLOBS, "Globs relative to the rulebook.", required=True),
            Field("also", WORDS, "Further names of the method, as sentences may write it.", default=()),
            Field(
                "environment", LINE, "Where the artefact was taken, unless it says so itself.", default=None
            ),
            Field("max_age", DURATION, "Older evidence is STALE.", default=None),
            Field("covers", WORDS, "Scopes that the whole artefact measures.", default=()),
            Field(
                "columns",
                Pairs("the columns of a table", COLUMNS),
                "Which header of a CSV holds which field.",
                default=(),
            ),
            Field("baseline", GLOBS, "Globs of the report that NEW compares with.", default=()),
            Field("build_required", FLAG, "Refuse evidence whose build is unknown.", default=False),
            Field("compare_with", BASE, "Git base for new-code coverage, such as origin/main.", default=None),
            Field("planned", Whole(least=1), "Number of tests that the plan holds.", default=None),
        ),
        short="paths",
        origin=True,
        partial=True,
    ),
    key="name",
    spaced=True,
)

SCOPES: MapOf[Scope] = MapOf(
    "scopes",
    Record(
        "a scope",
        "A part of the product and how to find it in evidence.",
        Scope,
        (
            Field("tests", LINES, "Globs over test names, classes and suites.", default=()),
            Field("endpoints", LINES, "Globs over endpoints and request names.", default=()),
            Field("files", LINES, "Globs over source files.", default=()),
            Field("labels", LINES, "Labels or components of tracker records.", default=()),
        ),
        partial=True,
    ),
    key="name",
    spaced=True,
)

BINDINGS = Record(
    "a bindings file",
    "What producers state about artefacts, by digest.",
    lambda bindings: bindings,
    (
        Field(
            "bindings",
            ListOf(
                Record(
                    "a binding",
                    "One artefact and what it belongs to.",
                    Binding,
                    (
                        Field("sha256", Digest(), "Digest of the artefact's bytes.", required=True),
                        Field("path", LINE, "Where it lay when it was bound.", required=True),
                        Field("environment", LINE, "Where it was taken.", default=None),
                        Field("build", LINE, "Which build was measured.", default=None),
                        Field("artefact", LINE, "Digest of what was tested.", default=None),
                        Field("taken_at", MOMENT, "When it was taken, with zone.", default=None),
                    ),
                    origin=True,
                ),
                most=20_000,
                lone=False,
            ),
            "The bound artefacts.",
            required=True,
        ),
    ),
)
