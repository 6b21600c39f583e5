"""Cucumber JSON (Cucumber for all languages, Behave, godog, Reqnroll): scenarios of features.

A scenario ends as its worst step or hook does. ``undefined`` and ``ambiguous`` steps could not run
and make it errored; ``pending`` and ``skipped`` make it skipped. Backgrounds are no scenarios.
Behave states the end of a scenario and gives no result to steps that were not reached, nor to a background,
whose steps it repeats in each scenario.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {
    "passed": PASSED,
    "failed": FAILED,
    **dict.fromkeys(("undefined", "ambiguous", "unknown", "broken", "error"), ERRORED),
    **dict.fromkeys(("hook_error", "cleanup_error"), ERRORED),
    **dict.fromkeys(("pending", "skipped", "untested", "disabled"), SKIPPED),
    **dict.fromkeys(("untested_pending", "untested_undefined"), SKIPPED),
}
_WORST = (FAILED, ERRORED, SKIPPED, PASSED)


def read(source: Source, _head: Head) -> Reading:
    """The scenarios of all features.

    Raises:
        EvidenceError: E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, and as ``json_case_reading``.
    """
    writer, stamps = CaseWriter(), []
    for feature in objects(decode(source, free_text=True), "the report", source.name):
        background: set[int] = set()
        for element in objects(feature.get("elements"), "elements", source.name, optional=True):
            stamps.append(text(element, "start_timestamp"))
            is_background = "background" in (text(element, "type"), text(element, "keyword").lower())
            ends = set(_ends(element, source, may_be_silent=is_background))
            if is_background:
                background = ends  # runs again before each scenario that follows
                continue
            _add(writer, feature, element, ends | background)
            background = set()
    facts, said = earliest(stamps)
    return json_case_reading("cucumber", source, writer.cases(), notices=said, facts=facts)


def _add(writer: CaseWriter, feature: dict[str, Any], element: dict[str, Any], ends: set[int]) -> None:
    end = next((one for one in _WORST if one in ends), SKIPPED)
    writer.add(
        text(element, "name"),
        end,
        classname=text(feature, "name"),
        suite=text(feature, "name"),
        file=text(feature, "uri"),
    )


def _ends(element: dict[str, Any], source: Source, *, may_be_silent: bool) -> Iterator[int]:
    stated = text(element, "status")
    for key in ("before", "steps", "after"):
        for step in objects(element.get(key), key, source.name, optional=True):
            hooks = [
                hook
                for side in ("before", "after")
                for hook in objects(step.get(side), side, source.name, optional=True)
            ]
            for one in (step, *hooks):
                if (stated or may_be_silent) and "result" not in one:
                    continue
                yield _end(text(one, "result", "status"), source)
    if stated:
        yield _end(stated, source)


def _end(status: str, source: Source) -> int:
    if status.lower() not in _STATUSES:
        raise EvidenceError(
            "E_ENUM", f"the step status {status[:40]!r} is none of {', '.join(_STATUSES)}", file=source.name
        )
    return _STATUSES[status.lower()]
