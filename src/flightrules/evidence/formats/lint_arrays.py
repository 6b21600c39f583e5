"""Linters that write one plain array of remarks and differ only in their keys: one line of a table each."""

from __future__ import annotations

from typing import Any, NamedTuple

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


class _Keys(NamedTuple):
    """Where a linter keeps what; the first path also tells the linter."""

    tool: str
    rule: tuple[str, ...]
    level: tuple[str, ...]
    path: tuple[str, ...]
    line: tuple[str, ...]
    title: tuple[str, ...]


_LINTERS = (
    _Keys("TSLint", ("ruleName",), ("ruleSeverity",), ("name",), ("startPosition", "line"), ("failure",)),
    _Keys("SwiftLint", ("rule_id",), ("severity",), ("file",), ("line",), ("reason",)),
    _Keys("Psalm", ("type",), ("severity",), ("file_path",), ("line_from",), ("message",)),
    _Keys(
        "cfn-lint",
        ("Rule", "Id"),
        ("Level",),
        ("Filename",),
        ("Location", "Start", "LineNumber"),
        ("Message",),
    ),
    _Keys(
        "markdownlint",
        ("ruleNames",),
        ("severity",),
        ("fileName",),
        ("lineNumber",),
        ("ruleDescription",),
    ),
    _Keys("actionlint", ("kind",), ("severity",), ("filepath",), ("line",), ("message",)),
)


def read(source: Source, _head: Head) -> Reading:
    """Count the remarks of TSLint, SwiftLint, Psalm, cfn-lint, markdownlint or actionlint.

    Raises:
        EvidenceError: E_NO_RUNS for an empty array, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    remarks = objects(decode(source), "the report", source.name)
    first = remarks[0] if remarks else {}
    keys = max(_LINTERS, key=lambda one: sum(bool(text(first, *path)) for path in one[1:]))
    scan = Scan(keys.tool, source.name)
    if not remarks:
        raise scan.no_run(
            "the report lists no remark and no file that was looked at",
            instead="the linter's SARIF output (cfn-lint --format sarif, psalm --report=psalm.sarif)",
        )
    for one in remarks:
        scan.add(
            _rule(one, keys.rule),
            severity(text(one, *keys.level)),
            path=text(one, *keys.path),
            line=text(one, *keys.line),
            title=text(one, *keys.title),
        )
    return scan.reading("lint-array")


def _rule(one: dict[str, Any], path: tuple[str, ...]) -> str:
    """The rule; markdownlint lists all of its names, of which the first is its number."""
    names = one.get(path[0])
    return text({"": names[0]}, "") if isinstance(names, list) and names else text(one, *path)
